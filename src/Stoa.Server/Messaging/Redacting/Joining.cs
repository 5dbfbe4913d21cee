using System.Collections.Frozen;
using System.Text;

namespace Stoa.Server.Messaging.Redacting;

/// <summary>Joins tokens that a reader reads as one word: spelled letter by letter, phrases of the tables, names of messengers in
/// disguise.</summary>
/// <remarks>Each looks a fixed number of tokens ahead, so the time grows with the length alone.</remarks>
internal static class Joining
{
    // Fewer than this many single letters in a row are initials or a formula.
    private const int SpacedLetters = 4;
    private const int LongestName = 14;

    // Between two letters of one word.
    private const string Hyphens = "-.*_~/|+,'";

    // Signs and digits drawn like letters; one of them is l or i.
    private const string Drawn = "@$!|0134578€";
    private const string Letters = "asiioieastbe";

    private static readonly FrozenSet<string> Shorts = FrozenSet.Create(StringComparer.Ordinal, "ig", "tg", "wa", "fb", "sc", "vk", "wx",
        "vx", "qq");
    private static readonly FrozenSet<char> Beginnings =
        Lexicon.LongMessengers.SelectMany(static m => Drawn.Where((_, i) => Letters[i] == m[0]).Append(m[0]).Append(m[0] is 'l' or 'i'
            ? '1' : m[0])).ToFrozenSet();

    public static List<Token> Joined(List<Token> tokens) => WithMessengers(WithPhrases(WithSpelled(tokens)));

    /// <summary>"g m a i l", "g-m-a-i-l"; in a text that does so, also shorter ones ("c o m").</summary>
    private static List<Token> WithSpelled(List<Token> tokens)
    {
        var least = int.MaxValue;
        for (var i = 0; i < tokens.Count && least == int.MaxValue; i++)
        {
            if (IsSingleLetter(tokens[i]) && LettersEnd(tokens, i, out var letters) > i && letters >= SpacedLetters)
                least = 2;
            if (tokens[i].Is('@') && tokens[i].SpaceBefore && i >= 2 && IsSingleLetter(tokens[i - 1]) && IsSingleLetter(tokens[i - 2]))
                least = 2;
        }

        if (least == int.MaxValue)
            return tokens;
        var joined = new List<Token>(tokens.Count);
        for (var i = 0; i < tokens.Count;)
        {
            var end = LettersEnd(tokens, i, out var letters);
            if (letters < least)
            {
                joined.Add(tokens[i++]);
                continue;
            }

            joined.Add(Word(tokens, i, end, string.Concat(tokens.Skip(i).Take(end - i).Where(static t => t.IsWord).Select(static t =>
                t.Text))));
            i = end;
        }

        return joined;
    }

    /// <summary>Behind the last of the letters that stand apart from here on, all by blanks or all by the same sign.</summary>
    private static int LettersEnd(List<Token> tokens, int i, out int letters)
    {
        letters = 0;
        var end = i;
        while (end < tokens.Count && IsSingleLetter(tokens[end]) && (end == i || tokens[end].SpaceBefore))
            end++;
        letters = end - i;
        if (letters != 1 || i + 2 >= tokens.Count || !tokens[i + 1].IsAnyOf(Hyphens))
            return end;
        var sign = tokens[i + 1].Text[0];
        while (end + 1 < tokens.Count && tokens[end].Is(sign) && !tokens[end].SpaceBefore && IsSingleLetter(tokens[end + 1])
            && !tokens[end + 1].SpaceBefore)
            (end, letters) = (end + 2, letters + 1);
        return letters >= SpacedLetters ? end : i + (letters = 1);
    }

    private static bool IsSingleLetter(Token token) => token.IsWord && token.Text.Length == 1 && char.IsLetter(token.Text[0])
        && !token.Has(Writing.Unspaced);

    /// <summary>"full stop", "quatre-vingt-dix": the longest phrase of the tables.</summary>
    private static List<Token> WithPhrases(List<Token> tokens)
    {
        List<Token>? joined = null;
        for (var i = 0; i < tokens.Count; i++)
        {
            var end = tokens[i].IsWord && Lexicon.Phrases.TryGetValue(tokens[i].Text, out var longest)
                ? PhraseEnd(tokens, i, longest, out var phrase) : PhraseEnd(tokens, i, 0, out phrase);
            if (end < 0)
            {
                joined?.Add(tokens[i]);
                continue;
            }

            joined ??= tokens[..i];
            joined.Add(Word(tokens, i, end, phrase));
            i = end - 1;
        }

        return joined ?? tokens;
    }

    private static int PhraseEnd(List<Token> tokens, int start, int longest, out string phrase)
    {
        var (end, i) = (-1, start + 1);
        (phrase, var text) = ("", tokens[start].Text);
        for (var words = 1; words < longest && i < tokens.Count; words++)
        {
            var hasDot = tokens[i].Is('.');
            if (tokens[i].IsAnyOf("-'./") && !tokens[i].SpaceBefore && i + 1 < tokens.Count && !tokens[i + 1].SpaceBefore)
                i++;
            if (!tokens[i].IsWord || tokens[i].LineBefore)
                break;
            text = $"{text} {tokens[i++].Text}";

            // A dot within is part of "web.de"; elsewhere it is a host's.
            if (Lexicon.IsPhrase(text) && (!hasDot || Lexicon.Find(text).Is(Kinds.House)))
                (end, phrase) = (i, text);
        }

        return end;
    }

    /// <summary>"telegr@m", "wh@ts app", "t3legram", "in sta", "i-g:".</summary>
    private static List<Token> WithMessengers(List<Token> tokens)
    {
        List<Token>? joined = null;
        for (var i = 0; i < tokens.Count; i++)
        {
            var end = MessengerEnd(tokens, i, out var name);
            if (end < 0)
            {
                joined?.Add(tokens[i]);
                continue;
            }

            joined ??= tokens[..i];
            joined.Add(Word(tokens, i, end, name));
            i = end - 1;
        }

        return joined ?? tokens;
    }

    private static int MessengerEnd(List<Token> tokens, int start, out string name)
    {
        name = "";
        var first = tokens[start];
        if (first.Text.Length > LongestName)
            return -1;
        if (first.Text.Length == 1 && IsShort(tokens, start, out name))
            return start + 3;
        if (!Beginnings.Contains(first.Text[0]))
            return -1;
        var (letters, found) = (new StringBuilder(LongestName), -1);
        for (var i = start; i < tokens.Count && letters.Length <= LongestName && i < start + LongestName; i++)
        {
            var token = tokens[i];
            if (token.LineBefore && i > start)
                break;
            if (!token.IsWord && Drawn.IndexOf(token.Text[0], StringComparison.Ordinal) is >= 0 and var sign)
                letters.Append(Letters[sign]);
            else if (token.IsWord && token.Text.Length <= LongestName)
                AppendPlain(letters, token.Text);
            else if (i == start || !token.IsAnyOf(Hyphens) || token.SpaceBefore || IsHost(tokens, i))
                break;
            if (letters.Length >= 5 && token.Text.Length > 0 && Known(letters) is { } known && known != first.Text
                && !IsSentence(tokens, start, i))
                (found, name) = (i + 1, known);
        }

        return found;
    }

    /// <summary>"cash.app/ana": a host with a path.</summary>
    private static bool IsHost(List<Token> tokens, int dot) =>
        tokens[dot].Is('.') && dot + 2 < tokens.Count && Lexicon.TopLevels.Contains(tokens[dot + 1].Text) && tokens[dot + 2].Is('/')
            && !tokens[dot + 2].SpaceBefore;

    /// <summary>"can i message you" has the letters of a messenger, and so has "sky pe" of none.</summary>
    private static bool IsSentence(List<Token> tokens, int start, int last) =>
        last > start && tokens[last].IsWord && tokens[last].Is(Kinds.Cue) && tokens[start].Text.Length == 1;

    private static string? Known(StringBuilder letters)
    {
        var name = letters.ToString();
        if (Lexicon.LongMessengers.Contains(name))
            return name;
        name = name.Replace('i', 'l');
        foreach (var known in (ReadOnlySpan<string>)["telegram", "line", "facebook", "linkedln", "skype"])
        {
            if (name == known)
                return known == "linkedln" ? "linkedin" : known;
        }

        return null;
    }

    private static void AppendPlain(StringBuilder letters, string word)
    {
        foreach (var c in word)
            letters.Append(Drawn.IndexOf(c, StringComparison.Ordinal) is >= 0 and var i ? Letters[i] : c);
    }

    /// <summary>"i-g:", "t.g @": two letters apart are a messenger where a name follows.</summary>
    private static bool IsShort(List<Token> tokens, int i, out string name)
    {
        name = "";
        if (i + 3 >= tokens.Count || !tokens[i + 1].IsAnyOf(Hyphens) || tokens[i + 1].SpaceBefore || tokens[i + 2].Text.Length != 1
            || tokens[i + 2].SpaceBefore || !tokens[i + 3].IsAnyOf(":@=-"))
            return false;
        name = tokens[i].Text + tokens[i + 2].Text;
        return Shorts.Contains(name);
    }

    private static Token Word(List<Token> tokens, int start, int end, string text)
    {
        var writing = tokens[start].Writing;
        for (var i = start + 1; i < end; i++)
            writing |= tokens[i].Writing & Writing.Latin;
        return new Token(text, tokens[start].Start, tokens[end - 1].End, true, writing & ~(Writing.Capitals | Writing.Camel),
            Lexicon.Find(text));
    }
}
