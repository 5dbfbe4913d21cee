using System.Globalization;

namespace Stoa.Server.Messaging.Redacting;

/// <summary>What numbers are when they are no telephone numbers: dates, times, prices, order numbers, addresses of machines, coordinates, lists, code.</summary>
internal sealed class PlainNumbers
{
    private const int ReferenceDistance = 3;
    private readonly IReadOnlyList<Token> tokens;
    private readonly string text;
    private readonly bool[] taken;
    private readonly bool hasCue;

    public PlainNumbers(IReadOnlyList<Token> tokens, string text)
    {
        (this.tokens, this.text) = (tokens, text);
        taken = new bool[tokens.Count];
        hasCue = tokens.Any(static t => Lexicon.Cues.Contains(t.Text));
        for (var i = 0; i < tokens.Count; i++)
        {
            var length = DateAt(i) is > 0 and var date ? date : TimeAt(i);
            taken.AsSpan(i, length).Fill(true);
            i += Math.Max(0, length - 1);
        }
    }

    /// <summary>Part of a date or a time.</summary>
    public bool IsTaken(int i) => taken[i];

    /// <summary>Whether seven digits or more are not a telephone number.</summary>
    public bool IsSomethingElse(DigitRun run)
    {
        if (run.First > 0 && tokens[run.First - 1].Is('+'))
            return false;
        if (IsReference(run) || IsPartOfCode(run) || IsMachineAddress(run) || IsPrice(run))
            return true;

        // What speaks of calling makes a row of numbers a number.
        return !hasCue && (IsDecimal(run) || IsList(run) || IsCount(run) || IsCalendar(run) || IsAssigned(run));
    }

    private int DateAt(int i)
    {
        // 2019-2024, 1999/2000
        if (IsYear(i) && Joins(i + 1, "-/") && IsYear(i + 2) && !Joins(i + 3, "-/."))
            return 3;
        if (!Joins(i + 1, "-./") || !Joins(i + 3, "-./") || tokens[i + 1].Text != tokens[i + 3].Text || Joins(i + 5, "-"))
            return 0;
        if (!IsDigits(i) || !IsDigits(i + 2) || !IsDigits(i + 4))
            return 0;
        var isForward = IsYear(i) && Value(i + 2) is >= 1 and <= 12 && Value(i + 4) is >= 1 and <= 31;
        var isBackward = Value(i) is >= 1 and <= 31 && Value(i + 2) is >= 1 and <= 31 && (Value(i) <= 12 || Value(i + 2) <= 12)
            && (IsYear(i + 4) || tokens[i + 4].Text.Length == 2);
        return isForward || isBackward ? 5 : 0;
    }

    private int TimeAt(int i)
    {
        if (!IsDigits(i) || tokens[i].Text.Length > 2 || !Joins(i + 1, ":") || !IsDigits(i + 2) || tokens[i + 2].Text.Length != 2 || Value(i) > 24 || Value(i + 2) > 59)
            return 0;
        return Joins(i + 3, ":") && IsDigits(i + 4) && tokens[i + 4].Text.Length == 2 && Value(i + 4) <= 60 ? 5 : 3;
    }

    /// <summary>"order 4711-2234", "#12345678": a word for it shortly before, and no blanks within.</summary>
    private bool IsReference(DigitRun run)
    {
        for (var i = run.First + 1; i <= run.Last; i++)
        {
            if (tokens[i].SpaceBefore)
                return false;
        }

        if (!run.IsPlain)
            return false;
        if (run.First > 0 && tokens[run.First - 1].Is('#'))
            return true;
        for (var i = run.First - 1; i >= 0 && run.First - i <= ReferenceDistance; i--)
        {
            if (Lexicon.References.Contains(tokens[i].Text))
                return true;
        }

        return false;
    }

    /// <summary>Hangs on a word with letters: a part number, an identifier, a path.</summary>
    private bool IsPartOfCode(DigitRun run)
    {
        if (!run.IsPlain)
            return false;
        var before = run.First >= 2 && !tokens[run.First].SpaceBefore && tokens[run.First - 1].IsAnyOf("-_/=.:") && !tokens[run.First - 1].SpaceBefore && IsCodeWord(run.First - 2);
        var after = run.Last + 2 < tokens.Count && tokens[run.Last + 1].IsAnyOf("-_") && !tokens[run.Last + 1].SpaceBefore && !tokens[run.Last + 2].SpaceBefore && IsCodeWord(run.Last + 2);
        var isCall = run.First > 0 && tokens[run.First - 1].IsAnyOf("(=[{") && run.First > 1 && tokens[run.First - 2].IsWord && !tokens[run.First - 1].SpaceBefore && !hasCue && run.Groups.Count == 1;
        return before || after || isCall;
    }

    /// <summary>Letters and digits mixed, or capitals alone.</summary>
    private bool IsCodeWord(int i)
    {
        if (!tokens[i].IsWord || tokens[i].IsDigits)
            return false;
        var written = text.AsSpan(tokens[i].Start, tokens[i].End - tokens[i].Start);
        foreach (var c in written)
        {
            if (char.IsLower(c) && !tokens[i].HasDigit)
                return false;
        }

        return true;
    }

    private bool IsMachineAddress(DigitRun run) =>
        run is { IsPlain: true, Groups.Count: 4 } && JoinedBy(run, '.') && run.Groups.TrueForAll(g => Value(g.First) <= 255);

    /// <summary>1,250.00 with a currency beside it, or grouped by thousands as only amounts are.</summary>
    private bool IsPrice(DigitRun run)
    {
        if (!run.IsPlain)
            return false;
        if (IsCurrency(run.First - 1) || IsCurrency(run.Last + 1) || (run.Groups.Count > 1 && IsCurrency(run.First - 2)))
            return run.Groups.Count <= 5;
        return run.Groups.Count >= 3 && JoinedBy(run, ',') && run.Groups[0].Digits <= 3 && run.Groups.Skip(1).All(static g => g.Digits == 3);
    }

    /// <summary>3.14159265, or a pair of coordinates.</summary>
    private bool IsDecimal(DigitRun run)
    {
        if (!run.IsPlain || run.Groups.Count is not (2 or 4))
            return false;
        for (var i = 0; i < run.Groups.Count; i += 2)
        {
            var (whole, part) = (run.Groups[i], run.Groups[i + 1]);
            if (part.First - whole.Last != 2 || !tokens[whole.Last + 1].Is('.') || tokens[part.First].SpaceBefore || whole.Digits > 3 || part.Digits < 4)
                return false;
            if (whole.Digits == 3 && part.Digits == 4 && run.Groups.Count == 2)
                return false;
        }

        return true;
    }

    /// <summary>Sizes, lottery numbers, a count: small numbers in a row that rise, or of which most have two digits and commas between.</summary>
    private bool IsList(DigitRun run)
    {
        if (run.Groups.Count < 4 || run.Groups.Exists(static g => g.Digits > 3))
            return false;

        // 06 12 34 56 78 rises too, but nobody counts from "06".
        var startsWithZero = tokens[run.First].Text is { Length: > 1 } first && first[0] == '0';
        if (run.IsPlain && !startsWithZero && run.Groups.Zip(run.Groups.Skip(1)).All(p => Value(p.First.First) < Value(p.Second.First)))
            return true;
        return run.IsPlain && Enumerable.Range(run.First, run.Last - run.First).Any(i => tokens[i].IsAnyOf(",;")) && 2 * run.Groups.Count(static g => g.Digits >= 2) > run.Groups.Count;
    }

    /// <summary>Numerals with a magnitude, or counted up: "one two three four five six seven".</summary>
    private bool IsCount(DigitRun run)
    {
        if (run.Last + 1 < tokens.Count && (Lexicon.Magnitudes.Contains(tokens[run.Last + 1].Text) || (run.IsPlain && Lexicon.Units.Contains(tokens[run.Last + 1].Text))))
            return true;
        string[] order = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
        return run.Groups.Count >= 5 && run.Groups.Select(g => Array.IndexOf(order, tokens[g.First].Text)).Zip(run.Groups.Skip(1).Select(g => Array.IndexOf(order, tokens[g.First].Text)))
            .All(static p => p.First >= 0 && p.Second == p.First + 1);
    }

    /// <summary>Years in a row, or a day written 20240512.</summary>
    private bool IsCalendar(DigitRun run)
    {
        if (!run.IsPlain)
            return false;
        if (run.Groups.TrueForAll(g => IsYear(g.First)))
            return true;
        return run.Groups.Count == 1 && run.Digits == 8 && tokens[run.First].Text is var day && day[..2] is "19" or "20"
            && int.Parse(day[4..6], CultureInfo.InvariantCulture) is >= 1 and <= 12 && int.Parse(day[6..], CultureInfo.InvariantCulture) is >= 1 and <= 31;
    }

    /// <summary><c>x = 1234567</c></summary>
    private bool IsAssigned(DigitRun run) => run is { IsPlain: true, Groups.Count: 1, First: > 0 } && tokens[run.First - 1].Is('=');

    private bool IsCurrency(int i) => i >= 0 && i < tokens.Count && (tokens[i].IsAnyOf("$€£¥₹₽₴₩%") || Lexicon.Currencies.Contains(tokens[i].Text));

    private bool JoinedBy(DigitRun run, char sign)
    {
        foreach (var (left, right) in run.Groups.Zip(run.Groups.Skip(1)))
        {
            if (right.First - left.Last != 2 || !tokens[left.Last + 1].Is(sign) || tokens[right.First].SpaceBefore)
                return false;
        }

        return true;
    }

    private bool IsDigits(int i) => i < tokens.Count && tokens[i].IsDigits;

    private bool IsYear(int i) => IsDigits(i) && tokens[i].Text.Length == 4 && Value(i) is >= 1900 and <= 2100;

    private bool Joins(int i, string signs) => i < tokens.Count && tokens[i].IsAnyOf(signs) && !tokens[i].SpaceBefore && i + 1 < tokens.Count && !tokens[i + 1].SpaceBefore;

    private int Value(int i) =>
        i < tokens.Count && int.TryParse(tokens[i].Text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : int.MaxValue;
}
