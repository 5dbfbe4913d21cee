namespace Stoa.Server.Messaging.Redacting;

/// <summary>Cuts a text into tokens. Borders of words depend on the script: Chinese, Kana, Thai and their like have no blanks.
/// Linear.</summary>
internal static class Tokens
{
    // The longest Chinese word of the tables.
    private const int LongestHan = 8;

    public static List<Token> Of(string text)
    {
        var folded = new FoldedText(text);
        var tokens = new List<Token>(32);
        var space = Writing.None;
        for (var i = 0; i < folded.Length;)
        {
            if (char.IsWhiteSpace(folded[i]))
            {
                space |= folded[i] == '\n' ? Writing.SpaceBefore | Writing.LineBefore : Writing.SpaceBefore;
                i++;
                continue;
            }

            var end = i + 1;
            if (IsWordCharacter(folded[i]))
            {
                end = WordEnd(folded, i);
                Cut(folded, i, end, tokens.Count > 0 ? space : Writing.None, tokens);
            }
            else
            {
                tokens.Add(new Token(folded.Slice(i, end), folded.SourceStart(i), folded.SourceEnd(i), false, tokens.Count > 0 ? space
                    : Writing.None, Word.Unknown));
            }

            space = Writing.None;
            i = end;
        }

        return Joining.Joined(tokens);
    }

    private static bool IsWordCharacter(char c) =>
        char.IsLetterOrDigit(c) || char.IsSurrogate(c) || c == '_'
            || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.SpacingCombiningMark;

    /// <summary>Up to the next sign, or to the border with a script that has no blanks.</summary>
    private static int WordEnd(FoldedText folded, int i)
    {
        var unspaced = Unspaced(folded.ScriptOf(i));
        var end = i + 1;
        while (end < folded.Length && IsWordCharacter(folded[end]) && Unspaced(folded.ScriptOf(end)) == unspaced)
            end++;
        return end;
    }

    private static Script Unspaced(Script script) => script is Script.Han or Script.Unspaced ? script : Script.Shared;

    private static void Cut(FoldedText folded, int start, int end, Writing space, List<Token> tokens)
    {
        if (folded.ScriptOf(start) == Script.Han)
            CutHan(folded, start, end, space, tokens);
        else if (GluedWords.Borders(folded, start, end) is not { } borders)
            tokens.Add(WordOf(folded, start, end, space));
        else
            CutAt(folded, borders, space, tokens);
    }

    /// <summary>The longest words that the tables have; what they do not have is cut into single characters.</summary>
    private static void CutHan(FoldedText folded, int start, int end, Writing space, List<Token> tokens)
    {
        while (start < end)
        {
            var length = Math.Min(LongestHan, end - start);
            var word = Word.Unknown;
            while (!Lexicon.TryFind(folded.Span(start, start + length), out word) && length > 1)
                length--;
            tokens.Add(new Token(folded.Slice(start, start + length), folded.SourceStart(start), folded.SourceEnd(start + length - 1), true,
                space | Writing.Unspaced, word));
            (start, space) = (start + length, Writing.None);
        }
    }

    /// <summary>Underscores at a border are left out.</summary>
    private static void CutAt(FoldedText folded, List<int> borders, Writing space, List<Token> tokens)
    {
        for (var i = 0; i + 1 < borders.Count; i++)
        {
            var (start, end) = (borders[i], borders[i + 1]);
            if (folded[start] == '_' && end - start > 1 && i > 0)
                start++;
            if (end == start + 1 && folded[start] == '_')
                continue;
            tokens.Add(WordOf(folded, start, end, space));
            space = Writing.None;
        }
    }

    private static Token WordOf(FoldedText folded, int start, int end, Writing writing)
    {
        var (capitals, letters) = (0, 0);
        for (var i = start; i < end; i++)
        {
            if (folded.ScriptOf(i) == Script.Latin)
                writing |= Writing.Latin;
            if (folded.IsCapital(i))
                capitals++;
            if (char.IsLetter(folded[i]))
                letters++;
            if (i > start && folded.IsCapital(i) && char.IsLetter(folded[i - 1]) && !folded.IsCapital(i - 1))
                writing |= Writing.Camel;
            if (folded.ScriptOf(i) == Script.Unspaced)
                writing |= Writing.Unspaced;
        }

        if (folded.IsCapital(start))
            writing |= Writing.Capital;
        if (end - start > 1 && folded.IsCapital(start) && folded.IsCapital(start + 1))
            writing |= Writing.Acronym;
        if (letters > 0 && capitals == letters)
            writing |= Writing.Capitals;
        return new Token(folded.Slice(start, end), folded.SourceStart(start), folded.SourceEnd(end - 1), true, writing,
            Lexicon.Find(folded.Span(start, end)));
    }
}
