namespace Stoa.Server.Messaging.Redacting;

/// <summary>Rows of numbers that nobody dials: sizes, years, weights, results, sums.</summary>
internal static class NumberRows
{
    // A telephone number's groups differ in size more than measurements of one thing do.
    private const double Alike = 1.7;

    private const int Round = 5;
    private const int RoundRange = 100;

    // Fewer with words between may be any two numbers.
    private const int ToldDigits = 9;

    /// <summary>A row of plain numbers, where nothing near speaks of calling.</summary>
    public static bool Is(Reading text, DigitRun run)
    {
        if (run.Groups.Count < 2)
            return false;
        if (HasWords(run) || IsProduct(text, run) || IsSpan(run))
            return true;
        if (IsDialled(text, run))
            return false;
        return IsRange(text, run) || IsYears(text, run) || IsRising(text, run) || IsListed(text, run) || IsAlike(text, run)
            || IsRound(text, run) || IsSum(text, run) || IsFollowedByUnit(text, run);
    }

    /// <summary>3-6 6-4 7-5, 14.00-18.00: pairs, two kinds of joints in turn.</summary>
    public static bool IsScore(Reading text, DigitRun run)
    {
        if (run.Groups.Count < 4 || run.Groups.Count % 2 != 0 || run.Groups.Exists(static g => g.Digits > 2)
            || text.HasCueBefore(run.First, 3))
            return false;
        var (inner, outer) = (run.Groups[1].Before, run.Groups[2].Before);
        return inner.Signs != outer.Signs && inner.Signs != '\0' && inner.IsTight && inner.Fillers + outer.Fillers == 0
            && !run.Groups.Where((g, i) => i > 0 && g.Before.Signs != (i % 2 == 1 ? inner : outer).Signs).Any();
    }

    /// <summary>5 + 7 = 12, 120 + 125 + 130.</summary>
    public static bool IsSum(Reading text, DigitRun run) =>
        run.Groups.Count >= 2 && !text.HasCueNear(run.First, run.Last)
            && run.Groups.Skip(1).All(static g => g.Before is { Count: 1, Signs: '+' or '=' or '-' or '*' or '/' or '×' or '^' })
        && run.Groups.Skip(1).Any(static g => g.Before is { IsTight: false, Signs: '+' or '=' or '×' });

    /// <summary>Counted up: "one two three four five six seven".</summary>
    public static bool IsCount(Reading text, DigitRun run)
    {
        if (run.Groups.Count < 5)
            return false;
        for (var i = 1; i < run.Groups.Count; i++)
        {
            if (ValueOf(text, run.Groups[i]) != ValueOf(text, run.Groups[i - 1]) + 1)
                return false;
        }

        return ValueOf(text, run.Groups[0]) == 1 && !text.HasCueBefore(run.First, 3);
    }

    /// <summary>Begins as one dials: with 0, or in brackets.</summary>
    private static bool IsDialled(Reading text, DigitRun run)
    {
        var first = text[run.First].Text;
        if (text.IsSign(run.First - 1, "(") && run.Groups[1].Before.Signs == ')')
            return true;
        return first[0] == '0' && first.Length >= 2 && !(first.Length == 2 && run.Groups.TrueForAll(static g => g.Digits == 2)
            && run.Groups[1].Before is { Signs: ',' or ';', Fillers: 0 });
    }

    /// <summary>"1200 and 1500"; what is told one after the other ("916 then 123 then 4567") is dialled.</summary>
    private static bool HasWords(DigitRun run) => run.Groups.Skip(1).Any(static g => g.Before.HasStranger || g.Before.HasAnd)
        || (run.Groups.Skip(1).Any(static g => g.Before.Fillers > 0) && run.Digits < ToldDigits);

    private static bool IsYears(Reading text, DigitRun run) => run.Groups.TrueForAll(g => DatesAndTimes.IsYear(text, g.First)
        || DatesAndTimes.IsDay(text[g.First].Text));

    private static bool IsRising(Reading text, DigitRun run)
    {
        if (run.Groups.Count < 4 || run.Groups.Exists(static g => g.Digits > 4))
            return false;
        return run.Groups.Zip(run.Groups.Skip(1)).All(p => ValueOf(text, p.First) < ValueOf(text, p.Second));
    }

    /// <summary>Commas or semicolons and blanks between: sizes, lottery numbers; also two or three long ones.</summary>
    private static bool IsListed(Reading text, DigitRun run)
    {
        var listed = run.Groups.Skip(1).Count(static g => g.Before is { Signs: ',' or ';', IsTight: false });
        var isShort = run.Groups.TrueForAll(static g => g.Digits <= 3);
        if (run.Groups.Count >= 4 && isShort && listed > 0)
            return 2 * run.Groups.Count(static g => g.Digits >= 2) > run.Groups.Count;
        return (listed == run.Groups.Count - 1 && (run.Groups.Count == 2 || run.Groups.TrueForAll(g => g.Digits == run.Groups[0].Digits)))
            || run.Groups.Exists(static g => g.Before.Signs == ';');
    }

    /// <summary>At least three numbers of about the same size with blanks between, or four of three figures: measured or counted.</summary>
    private static bool IsAlike(Reading text, DigitRun run)
    {
        if (run.Groups.Count < 3 || run.Groups.Skip(1).Any(static g => g.Before is { Count: > 0, IsTight: true })
            || run.Groups.Exists(g => g.Digits != run.Groups[0].Digits))
            return false;
        if (run.Groups.Count >= 4 && run.Groups[0].Digits is 3 or 4)
            return true;
        var values = run.Groups.ConvertAll(g => ValueOf(text, g));
        return run.Groups[0].Digits is 2 or 3 or 4 && values.Max() <= Alike * values.Min();
    }

    /// <summary>1024×1024, 1000*1000*1000.</summary>
    private static bool IsProduct(Reading text, DigitRun run) =>
        run.Groups.Exists(static g => g.Before.Signs == '^') || (run.Groups.Skip(1).All(static g => g.Before.Signs == '*')
            && run.Groups.Zip(run.Groups.Skip(1)).Any(p => p.First.Digits > 2 && ValueOf(text, p.First) == ValueOf(text, p.Second)))
        || run.Groups.Count <= 4 && run.Groups.Skip(1).All(static g => g.Before is { Count: 1, Signs: '×' });

    /// <summary>0..4294967295</summary>
    private static bool IsSpan(DigitRun run) => run.Groups.Count == 2 && run.Groups[1].Before is { Signs: '.', Count: 2, IsTight: true };

    /// <summary>100-10000, 6000/8000: two numbers, from the one to the other or one of both.</summary>
    private static bool IsRange(Reading text, DigitRun run) =>
        run.Groups.Count == 2 && run.Groups[1].Before is { IsTight: true, Fillers: 0 } gap
        && ((gap is { Signs: '/', Count: 1 } && run.Groups[0].Digits == run.Groups[1].Digits)
            || run.Groups.TrueForAll(g => ValueOf(text, g) % RoundRange == 0));

    /// <summary>100-120-80-60: every one a multiple of five, as settings and prices are.</summary>
    private static bool IsRound(Reading text, DigitRun run) =>
        run.Groups.Count >= 3 && run.Groups.TrueForAll(g => g.Digits is 2 or 3 or 4 && ValueOf(text, g) % Round == 0
            && text[g.First].Text[0] != '0');

    private static bool IsFollowedByUnit(Reading text, DigitRun run) => Amounts.IsNamed(text, run.Last + 1);

    private static int ValueOf(Reading text, DigitRun.Group group) =>
        group.First == group.Last ? group.IsPlain ? DatesAndTimes.Value(text, group.First) : text[group.First].Word.Value : -1;
}
