namespace Stoa.Server.Messaging.Redacting;

/// <summary>What numbers are when they are no telephone numbers: dates, amounts, numbers of orders, addresses of machines, code.</summary>
/// <remarks>Rows of numbers are in <see cref="NumberRows"/>.</remarks>
internal sealed class PlainNumbers
{
    private const int ReferenceDistance = 5;
    private const int ReferenceBehind = 2;
    private const int CueDistance = 3;
    private const int LongestNumber = 15;

    // "MRN 00123456": capitals that no table has name a thing.
    private const int LongestAcronym = 5;

    // "no 12345" and "port 8080" are short.
    private const int LongNumber = 10;
    private const int LongReference = 11;
    private readonly Reading text;
    private readonly bool[] taken;

    public PlainNumbers(Reading text)
    {
        this.text = text;
        taken = new bool[text.Count];
        for (var i = 0; i < text.Count; i++)
        {
            if (!text[i].HasDigit)
                continue;
            var length = DatesAndTimes.LengthAt(text, i) is > 0 and var date ? date : Amounts.LengthAt(text, i);
            taken.AsSpan(i, length).Fill(true);
            i += Math.Max(0, length - 1);
        }
    }

    /// <summary>Part of a date, a time or an amount.</summary>
    public bool IsTaken(int i) => taken[i];

    /// <summary>Whether seven digits or more are not a telephone number.</summary>
    public bool IsSomethingElse(DigitRun run)
    {
        if (IsCodePoint(run))
            return true;
        if (text.IsSign(run.First - 1, "+") && !text.Is(run.First - 2, Kinds.Numeral) && !run.Groups[0].IsWeak
            && !NumberRows.IsSum(text, run))
            return false;
        if (!run.IsPlain)
            return NumberRows.IsCount(text, run) || IsModel(run);
        if (IsReference(run) || IsPartOfCode(run) || IsMachineAddress(run) || NumberRows.IsScore(text, run))
            return true;
        var isNear = text.HasCueNear(run.First, run.Last);
        if (isNear && !IsAnnounced(run))
            return false;
        return IsAnnounced(run) || IsVersion(run) || IsDecimal(run) || IsTooLong(run) || IsAssigned(run) || NumberRows.Is(text, run);
    }

    /// <summary>"560Z/600": letters that look like digits count in a whole number only, or where calling is spoken of.</summary>
    private bool IsModel(DigitRun run) =>
        run.Digits < LongNumber && !text.HasCueNear(run.First, run.Last)
            && run.Groups.Exists(g => g is { IsPlain: false, Languages: 0 } && text[g.First].HasDigit
            && text[g.First].Text.Length == g.Digits);

    /// <summary>U+2111, x+1234567: the plus hangs on a letter.</summary>
    private bool IsCodePoint(DigitRun run) => run.First > 1 && text.IsSign(run.First - 1, "+") && text.IsTight(run.First - 1)
        && text.IsTight(run.First) && text[run.First - 2] is { IsWord: true, Text.Length: 1 };

    /// <summary>"order 4711-2234", "#12345678": a word for it shortly before, and no blanks within.</summary>
    private bool IsReference(DigitRun run)
    {
        if (IsAccount(run) || IsLongReference(run) || IsFiled(run))
            return true;
        if (run.Groups.Skip(1).Any(static g => !g.Before.IsTight) || run.Groups.Count > 4)
            return false;
        if (text.IsSign(run.First - 1, "#\u2116") && !text.HasCueBefore(run.First, CueDistance + 1))
            return true;
        if (run.First > 0 && IsAcronym(text[run.First - 1], run))
            return true;
        for (var i = run.First - 1; i >= 0 && run.First - i <= ReferenceDistance; i--)
        {
            if (text[i].Is(Kinds.Reference) && (text[i].IsSurely(Kinds.Reference)
                || (run.Digits < LongNumber && (i == run.First - 1 || (i == run.First - 2 && !text[i + 1].IsWord)))))
                return !IsSpokenOf(i, run.First);
        }

        return IsNamedBehind(run);
    }

    /// <summary>"MRN 00123456", "GOST 14289-88", "MA 02110-1301".</summary>
    private static bool IsAcronym(Token word, DigitRun run) =>
        word.IsWord && !word.HasDigit && word.Has(Writing.Capitals) && word.Text.Length is >= 2 and <= LongestAcronym
        && ((word.Word.Kinds == Kinds.None && run.Groups.Count <= 2)
            || (word.Text.Length == 2 && run.Groups.Count == 2 && run.Groups[0].Digits == 5 && run.Groups[1].Digits == 4));

    /// <summary>"20417733 numaralı sipariş": the word comes behind the number.</summary>
    private bool IsNamedBehind(DigitRun run)
    {
        if (text[run.First].Text[0] == '0' || run.Digits >= LongNumber)
            return false;
        for (var i = run.Last + 1; i < text.Count && i - run.Last <= ReferenceBehind; i++)
        {
            if (text[i].IsSurely(Kinds.Reference) && text.Says(i, Kinds.Reference))
                return !text.HasCueBefore(run.First, CueDistance);
        }

        return false;
    }

    /// <summary>"FR76 3000 6000 …": groups of four behind a country and a check sum (ISO 13616).</summary>
    private bool IsAccount(DigitRun run) =>
        run.First > 0 && run.Groups.Count >= 3 && run.Groups.SkipLast(1).All(static g => g.Digits == 4)
            && text[run.First - 1] is { Text.Length: 4, IsWord: true } head
        && char.IsAsciiLetter(head.Text[0]) && char.IsAsciiLetter(head.Text[1]) && char.IsAsciiDigit(head.Text[2])
            && char.IsAsciiDigit(head.Text[3]);

    /// <summary>"Aadhaar 2345 6789 0123", "SIRET 552 081 317 66522": longer than what is dialled inland, so blanks do not matter.</summary>
    private bool IsLongReference(DigitRun run)
    {
        if (run.Digits < LongReference || text[run.First].Text[0] == '0')
            return false;
        for (var i = run.First - 1; i >= 0 && run.First - i <= ReferenceDistance; i--)
        {
            if (text[i].IsSurely(Kinds.Reference))
                return !IsSpokenOf(i, run.First);
        }

        return false;
    }

    /// <summary>"77-2024-00815", "2024/001187": a year within, no blanks, and not as one dials.</summary>
    private bool IsFiled(DigitRun run) =>
        run.Groups.Count is 2 or 3 && text[run.First].Text[0] != '0' && !text.HasCueNear(run.First, run.Last)
            && run.Groups.Exists(g => DatesAndTimes.IsYear(text, g.First))
        && run.Groups.Skip(1).All(static g => g.Before is { Count: 1, IsTight: true, Signs: '-' or '/' or '.' })
            && run.Groups.Exists(static g => g.Before.Signs is '-' or '/');

    /// <summary>"Customer phone 5551234": the word for a telephone is nearer, or as near in the phrase.</summary>
    private bool IsSpokenOf(int reference, int first)
    {
        for (var i = Math.Max(0, reference - 1); i < first; i++)
        {
            if (text[i].IsSurely(Kinds.Cue) && !text[i].Is(Kinds.Reference))
                return true;
        }

        return false;
    }

    /// <summary>Weights, years, results: a word for the row before it.</summary>
    private bool IsAnnounced(DigitRun run)
    {
        for (var i = run.First - 1; i >= 0 && run.First - i <= ReferenceDistance; i--)
        {
            if (text[i].Is(Kinds.Row) && run.Groups.Count > 2)
                return !text.HasCueBefore(run.First, CueDistance);
        }

        return false;
    }

    /// <summary>Hangs on a word with letters: a part number, an identifier, a path.</summary>
    private bool IsPartOfCode(DigitRun run)
    {
        var (first, last) = (run.First, run.Last);
        var before = first >= 2 && text.IsTight(first) && text.IsSign(first - 1, "-_/=.:") && text.IsTight(first - 1)
            && IsCodeWord(first - 2);
        var after = last + 2 < text.Count && text.IsSign(last + 1, "-_/") && text.IsTight(last + 1) && text.IsTight(last + 2)
            && IsCodeWord(last + 2);
        var isFile = last + 2 < text.Count && text[last + 1].Is('.') && text.IsTight(last + 1) && text.IsTight(last + 2)
            && text[last + 2].IsLatin && text[last + 2].Text.Length is >= 2 and <= 4;
        var isCall = first > 1 && text.IsSign(first - 1, "(=[{") && text[first - 2].IsLatin && text.IsTight(first - 1) && !text.HasCue;
        return before || after || isFile || isCall;
    }

    /// <summary>Letters and digits mixed, or capitals alone.</summary>
    private bool IsCodeWord(int i) => text[i].IsWord && !text[i].IsDigits && text[i].IsLatin && !text[i].Is(Kinds.Cue | Kinds.Messenger)
        && (text[i].HasDigit || text[i].Has(Writing.Capitals));

    /// <summary>192.168.0.1, also with a port or the length of a prefix behind it.</summary>
    private bool IsMachineAddress(DigitRun run)
    {
        if (run.Groups.Count is not (4 or 5) || (run.Groups.Count == 5
            && !(run.Groups[4].Before is { Count: 1, IsTight: true, Signs: ':' or '/' })))
            return false;
        var address = run.Part(0, 4);
        return IsJoinedBy(address, '.') && address.Groups.TrueForAll(g => Value(g) <= 255)
            && address.Groups.Exists(static g => g.Digits != 2);
    }

    /// <summary>10.0.19045: small numbers first, tight dots.</summary>
    private bool IsVersion(DigitRun run) =>
        run.Groups.Count is >= 3 and <= 5 && IsJoinedBy(run, '.') && run.Groups[0].Digits <= 2 && run.Groups[1].Digits <= 2
        && !(run.Groups[0].Digits == 2 && text[run.First].Text[0] == '0') && run.Groups.Exists(static g => g.Digits != 2);

    /// <summary>3.14159265, or a pair of coordinates.</summary>
    private static bool IsDecimal(DigitRun run)
    {
        if (run.Groups.Count is not (2 or 4))
            return false;
        for (var i = 0; i < run.Groups.Count; i += 2)
        {
            var (whole, part) = (run.Groups[i], run.Groups[i + 1]);
            if (!(part.Before is { Signs: '.' or ',', Count: 1, IsTight: true }) || whole.Digits > 3 || part.Digits < 4)
                return false;
            if (whole.Digits == 3 && part.Digits == 4 && run.Groups.Count == 2)
                return false;
        }

        return true;
    }

    /// <summary>Cards and accounts, and a day written 20240512.</summary>
    private bool IsTooLong(DigitRun run)
    {
        var first = text[run.First].Text;
        if (run.Groups.Count == 1 && DatesAndTimes.IsDay(first))
            return true;
        return run.Digits > LongestNumber && first[0] != '0' && (run.Groups.Count == 1 || run.Groups.TrueForAll(static g => g.Digits >= 4));
    }

    /// <summary><c>x = 1234567</c></summary>
    private bool IsAssigned(DigitRun run) => run.Groups.Count == 1 && text.IsSign(run.First - 1, "=") && !text.HasCue;

    private int Value(DigitRun.Group group) => DatesAndTimes.Value(text, group.First);

    private static bool IsJoinedBy(DigitRun run, char sign) => run.Groups.Skip(1).All(g =>
        g.Before is { Count: 1, IsTight: true, Fillers: 0 } gap && gap.Signs == sign);
}
