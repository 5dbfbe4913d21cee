namespace Stoa.Server.Messaging.Redacting;

/// <summary>Digits that a reader reads in one go: groups of them, spelled or plain, with separators between.</summary>
internal sealed class DigitRun
{
    // Three separators between two groups are still one number (") - "); more are a sentence.
    private const int MaxSeparators = 3;
    private const string SeparatorSigns = "+-.()/*_,;:|~'\"[]";
    private const string LookAlikes = "olisbz|";

    /// <param name="First">Token of the group.</param>
    /// <param name="Last">Token of the group; after <paramref name="First"/> when a word multiplies it.</param>
    public readonly record struct Group(int First, int Last, int Digits, bool IsPlain);

    public List<Group> Groups { get; } = [];

    public int Digits { get; private set; }

    public int First => Groups[0].First;

    public int Last => Groups[^1].Last;

    public bool IsPlain => Groups.TrueForAll(static g => g.IsPlain);

    /// <summary>Reads the run that begins at this token; empty when none does.</summary>
    /// <param name="isTaken">Tokens that are something else for sure: a date, a time.</param>
    public static DigitRun At(IReadOnlyList<Token> tokens, int start, Func<int, bool> isTaken)
    {
        var run = new DigitRun();
        for (var i = start; i < tokens.Count && !isTaken(i);)
        {
            if (run.TryGroup(tokens, i, isTaken, out var group))
            {
                run.Groups.Add(group);
                run.Digits += group.Digits;
                i = group.Last + 1;
                continue;
            }

            var next = run.Groups.Count == 0 ? -1 : AfterSeparators(tokens, i);
            if (next < 0 || next >= tokens.Count || isTaken(next) || !run.TryGroup(tokens, next, isTaken, out _))
                break;
            i = next;
        }

        return run;
    }

    private bool TryGroup(IReadOnlyList<Token> tokens, int i, Func<int, bool> isTaken, out Group group)
    {
        group = default;
        var token = tokens[i];
        if (!token.IsWord)
            return false;
        if (Lexicon.Multipliers.Contains(token.Text) && i + 1 < tokens.Count && !isTaken(i + 1) && DigitsOf(tokens[i + 1], Groups.Count > 0) is > 0 and var times)
        {
            group = new Group(i, i + 1, times * (token.Text.StartsWith('t') ? 3 : 2), false);
            return true;
        }

        var digits = DigitsOf(token, Groups.Count > 0);
        if (digits == 0)
            return false;

        // "thirty two" is two digits, not three.
        if (digits == 2 && !token.IsDigits && token.Text.EndsWith("ty", StringComparison.Ordinal) && i + 1 < tokens.Count && Lexicon.Numerals.GetValueOrDefault(tokens[i + 1].Text) == 1)
        {
            group = new Group(i, i + 1, 2, false);
            return true;
        }

        group = new Group(i, i, digits, token.IsDigits);
        return true;
    }

    /// <summary>How many digits a word stands for; 0: none.</summary>
    private static int DigitsOf(Token token, bool isWithin)
    {
        if (token.IsDigits)
            return token.Text.Length;
        if (Lexicon.Numerals.TryGetValue(token.Text, out var spelled))
            return spelled;
        if (token.Text == "o")
            return isWithin ? 1 : 0;
        if (token.Text.Length >= 2 && token.HasDigit && token.Text.All(static c => char.IsAsciiDigit(c) || LookAlikes.Contains(c, StringComparison.Ordinal)))
            return 2 * token.Text.Count(char.IsAsciiDigit) >= token.Text.Length ? token.Text.Length : 0;
        if (token.Text.Length >= 3 && token.Text.All(static c => char.IsAsciiDigit(c) || c == '_'))
            return IsGroupedByThousands(token.Text) ? 0 : token.Text.Count(char.IsAsciiDigit);
        return token.Text.Length >= 6 ? Strung(token.Text) : 0;
    }

    /// <summary>1_000_000: how programs write an amount.</summary>
    private static bool IsGroupedByThousands(string word)
    {
        var groups = word.Split('_');
        return groups[0].Length is >= 1 and <= 3 && groups.Skip(1).All(static g => g.Length == 3);
    }

    /// <summary>Numerals written without blanks, digits among them: "nineseven5". 0 when something else is among them.</summary>
    private static int Strung(string word)
    {
        var (at, digits) = (0, 0);
        while (at < word.Length)
        {
            if (char.IsAsciiDigit(word[at]))
            {
                (at, digits) = (at + 1, digits + 1);
                continue;
            }

            var length = 5;
            while (length >= 3 && (at + length > word.Length || Lexicon.Numerals.GetValueOrDefault(word.Substring(at, length)) != 1))
                length--;
            if (length < 3)
                return 0;
            (at, digits) = (at + length, digits + 1);
        }

        return digits >= 2 ? digits : 0;
    }

    /// <summary>Where the next group would begin; -1 when too much stands between.</summary>
    private static int AfterSeparators(IReadOnlyList<Token> tokens, int i)
    {
        var (signs, fillers) = (0, 0);
        for (; i < tokens.Count; i++)
        {
            if (!tokens[i].IsWord && SeparatorSigns.Contains(tokens[i].Text[0], StringComparison.Ordinal))
                signs++;
            else if (Lexicon.Fillers.Contains(tokens[i].Text) || Lexicon.Dot.Contains(tokens[i].Text))
                fillers++;
            else
                break;
            if (signs > MaxSeparators || fillers > 1)
                return -1;
        }

        return i;
    }
}
