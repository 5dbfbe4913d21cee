namespace Stoa.Server.Messaging.Redacting;

/// <summary>Telephone numbers: seven digits or more (S0-19), plain, grouped, spelled or mixed.</summary>
internal static class PhoneRule
{
    public const int MinimumDigits = 7;

    // What follows a whole number behind a comma and is shorter than a group is not part of it.
    private const int WholeNumber = 9;

    // Three digits may be the last group of a number that is short of them, so more must be there before they are not.
    private const int WholeWithPrefix = 10;
    private const int LongestNumber = 15;
    private const int LongestRest = 12;

    public static void Find(Reading text, List<ContactHit> hits)
    {
        var numbers = new PlainNumbers(text);
        for (var i = 0; i < text.Count; i++)
        {
            if (!text[i].IsWord || numbers.IsTaken(i))
                continue;
            var run = DigitRun.At(text, i, numbers.IsTaken);
            if (run.Groups.Count == 0)
                continue;
            i = run.Last;
            foreach (var part in Parts(text, run))
            {
                if (part.Groups.Count == 0 || part.Digits < MinimumDigits || numbers.IsSomethingElse(part))
                    continue;
                var first = StartOf(text, part.First);
                hits.Add(new ContactHit(ContactRule.Phone, text[first].Start, text[part.Last].End - text[first].Start));
            }
        }
    }

    /// <summary>The rest of a number whose beginning was told in the line before: "it starts with 0712", "then 345678".</summary>
    public static ContactHit? Rest(string before, string body)
    {
        var (first, second) = (new Reading(before), new Reading(body));
        if (!first.HasCue || second.Count > LongestRest || OnlyRun(first) is not { } begin || OnlyRun(second) is not { } rest)
            return null;
        var digits = begin.Digits + rest.Digits;
        return begin.Digits is >= 2 and < MinimumDigits && rest.Digits >= 3 && digits is >= WholeNumber and <= LongestNumber
            && !Amounts.IsNamed(second, rest.Last + 1)
            ? new ContactHit(ContactRule.Phone, second[rest.First].Start, second[rest.Last].End - second[rest.First].Start) : null;
    }

    /// <summary>The digits of a text that has one run of them, of two digits or more, and no date or amount.</summary>
    private static DigitRun? OnlyRun(Reading text)
    {
        var numbers = new PlainNumbers(text);
        DigitRun? only = null;
        for (var i = 0; i < text.Count; i++)
        {
            if (numbers.IsTaken(i))
                return null;
            var run = text[i].IsWord ? DigitRun.At(text, i, numbers.IsTaken) : new DigitRun();
            if (run.Groups.Count == 0)
                continue;
            i = run.Last;
            foreach (var part in Parts(text, run).Where(static p => p.Groups.Count > 0 && p.Digits > 1))
            {
                if (only is not null)
                    return null;
                only = part;
            }
        }

        return only;
    }

    /// <summary>How many digits a stretch of text stands for.</summary>
    public static int DigitsIn(string number)
    {
        var (text, digits) = (new Reading(number), 0);
        for (var i = 0; i < text.Count; i++)
        {
            if (NumberGroup.TryRead(text, i, isWithin: true, out var group))
                (digits, i) = (digits + group.Digits, group.Last);
        }

        return digits;
    }

    /// <summary>One number each: a plus begins another one, and a short word is part of a number only where it begins as one
    /// dials.</summary>
    private static IEnumerable<DigitRun> Parts(Reading text, DigitRun run)
    {
        var from = run.IsStray(run.Groups[0]) ? 1 : 0;
        for (var i = 1; i <= run.Groups.Count; i++)
        {
            if (i < run.Groups.Count && !IsBorder(text, run, from, i))
                continue;
            if (i > from)
                yield return WithoutTail(run.Part(from, i - from));
            from = i < run.Groups.Count && run.IsStray(run.Groups[i]) ? i + 1 : i;
        }
    }

    private static bool IsBorder(Reading text, DigitRun run, int from, int i)
    {
        var group = run.Groups[i];
        if (from >= i || run.IsStray(group))
            return run.IsStray(group);
        if (text.IsSign(group.First - 1, "+") && text.IsTight(group.First) && text[group.First - 1].SpaceBefore && IsWhole(run, i))
            return true;

        // "in 2024, 0171 2345678"
        if (group.Before is { Signs: ',' or '.' or ';' or ':', IsTight: false } && group.IsPlain
            && text[group.First].Text is { Length: >= 3 } next && next[0] == '0' && text[run.Groups[from].First].Text[0] != '0')
            return true;
        return group.Before.HasStranger && !(text[run.Groups[from].First].Text[0] == '0' || text.IsSign(run.Groups[from].First - 1, "+"));
    }

    /// <summary>Whether so many digits follow as a number has; looks no further than that.</summary>
    private static bool IsWhole(DigitRun run, int from)
    {
        var digits = 0;
        for (var i = from; i < run.Groups.Count && digits < MinimumDigits; i++)
            digits += run.Groups[i].Digits;
        return digits >= MinimumDigits;
    }

    /// <summary>"…5678, 2 rooms", "…5678 at 10" and "…5678 and flat 431": once a number is whole, what follows behind a comma or a word is the sentence's.</summary>
    private static DigitRun WithoutTail(DigitRun run)
    {
        var (count, digits) = (run.Groups.Count, run.Digits);
        while (count > 1 && IsOfSentence(run.Groups[count - 1], run.Groups[count - 2], digits - run.Groups[count - 1].Digits))
        {
            digits -= run.Groups[count - 1].Digits;
            count--;
        }

        return count < run.Groups.Count ? run.Part(0, count) : run;
    }

    private static bool IsOfSentence(DigitRun.Group tail, DigitRun.Group before, int digitsBefore) => tail.IsPlain && tail switch
    {
        { Digits: <= 2, Before.HasStranger: true } => digitsBefore >= WholeNumber,
        { Digits: 3, Before.HasStranger: true } => digitsBefore >= WholeWithPrefix,
        { Digits: <= 2, Before: { Signs: ',' or '.' or ';' or '(' or '!', IsTight: false } } => digitsBefore >= WholeNumber && before.Digits > 2,
        _ => false,
    };

    /// <summary>The plus and the bracket in front belong to the number.</summary>
    private static int StartOf(Reading text, int first)
    {
        while (first > 0 && ((text.IsSign(first - 1, "+(") && !text[first].LineBefore)
            || (text[first - 1].Is(Kinds.Plus) && !text[first - 1].Is(Kinds.Little | Kinds.Common | Kinds.Filler))))
            first--;
        return first;
    }
}
