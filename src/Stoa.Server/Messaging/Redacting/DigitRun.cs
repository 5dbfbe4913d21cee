namespace Stoa.Server.Messaging.Redacting;

/// <summary>Digits that a reader reads in one go: groups of them, spelled or plain, with signs, pictures and little words
/// between.</summary>
internal sealed class DigitRun
{
    // More between two groups is a sentence.
    private const int MaxSigns = 6;
    private const int MaxFillers = 3;

    // So many words of one language are numerals, even when each is an ordinary word besides.
    private const int LeastOrdinary = 4;

    // A word that is no filler still stands between two groups when it is as short as this.
    private const int ShortWord = 4;

    private (int Sure, int All)[]? spelled;

    /// <summary>What stands between a group and the one before.</summary>
    /// <param name="Signs">The first of them; 0 for a blank alone.</param>
    /// <param name="Count">How many signs.</param>
    /// <param name="IsTight">No blank beside the sign.</param>
    /// <param name="Fillers">Words for signs and the like.</param>
    /// <param name="HasStranger">A short word that is none of them.</param>
    /// <param name="HasAnd">A word that joins any two things.</param>
    public readonly record struct Gap(char Signs, int Count, bool IsTight, int Fillers, bool HasStranger, bool HasAnd);

    /// <param name="First">Token of the group.</param>
    /// <param name="Last">Token of the group.</param>
    /// <param name="IsPlain">Digits as such.</param>
    /// <param name="Languages">Of its words.</param>
    /// <param name="IsWeak">Its only word is an ordinary word besides.</param>
    public readonly record struct Group(int First, int Last, int Digits, bool IsPlain, int Languages, bool IsWeak, Gap Before);

    public List<Group> Groups { get; } = [];

    public int First => Groups[0].First;

    public int Last => Groups[^1].Last;

    public bool IsPlain => Groups.TrueForAll(static g => g.IsPlain);

    public int Digits => Groups.Sum(static g => g.Digits);

    /// <summary>Reads the run that begins at this token; without groups when none does.</summary>
    /// <param name="isTaken">Tokens that are something else for sure: a date, a time, an amount.</param>
    public static DigitRun At(Reading text, int start, Func<int, bool> isTaken)
    {
        var run = new DigitRun();
        var gap = default(Gap);
        for (var i = start; i < text.Count && !isTaken(i);)
        {
            if (NumberGroup.TryRead(text, i, run.Groups.Count > 0, out var group))
            {
                run.Groups.Add(group with { Before = gap });
                i = group.Last + 1;
                gap = new Gap('\0', 0, i < text.Count && !text[i].SpaceBefore, 0, false, false);
                continue;
            }

            var next = run.Groups.Count == 0 ? -1 : AfterGap(text, i, out gap);
            if (next < 0 || next >= text.Count || isTaken(next) || !NumberGroup.TryRead(text, next, true, out _))
                break;
            i = next;
        }

        return run;
    }

    /// <summary>The part of the run between two groups.</summary>
    public DigitRun Part(int from, int count)
    {
        var part = new DigitRun();
        part.Groups.AddRange(Groups.GetRange(from, count));
        return part;
    }

    /// <summary>Whether it is an ordinary word, as no other words of its language are in the run.</summary>
    public bool IsStray(Group group)
    {
        if (!group.IsWeak)
            return false;
        var (sure, all) = (0, 0);
        for (var bits = group.Languages; bits != 0; bits &= bits - 1)
        {
            var (sureOfOne, allOfOne) = Spelled[System.Numerics.BitOperations.TrailingZeroCount(bits)];
            (sure, all) = (Math.Max(sure, sureOfOne), Math.Max(all, allOfOne));
        }

        // Between two others one word of its language that is surely a numeral is enough.
        return sure < (group.First != First && group.Last != Last ? 1 : 2) && all < LeastOrdinary;
    }

    /// <summary>How many groups each language has, surely and at all; counted once, as every group asks.</summary>
    private (int Sure, int All)[] Spelled => spelled ??= CountSpelled();

    private (int Sure, int All)[] CountSpelled()
    {
        var counts = new (int Sure, int All)[32];
        foreach (var group in Groups)
        {
            for (var bits = group.Languages; bits != 0; bits &= bits - 1)
            {
                ref var count = ref counts[System.Numerics.BitOperations.TrailingZeroCount(bits)];
                count = (count.Sure + (group.IsWeak ? 0 : 1), count.All + 1);
            }
        }

        return counts;
    }

    /// <summary>Where the next group would begin; -1 when too much stands between.</summary>
    private static int AfterGap(Reading text, int i, out Gap gap)
    {
        var (sign, signs, fillers, isTight, hasStranger, hasAnd) = ('\0', 0, 0, true, false, false);
        for (; i < text.Count; i++)
        {
            var token = text[i];
            isTight &= !token.SpaceBefore;
            if (NumberGroup.TryRead(text, i, true, out _))
                break;
            if (!token.IsWord && !token.IsAnyOf("@%$€£¥₹₽?§°\u2032\u2033"))
                (sign, signs) = (signs == 0 ? token.Text[0] : sign, signs + 1);
            else if (token.IsWord && token.Is(Kinds.Filler | Kinds.Dot | Kinds.Dash | Kinds.Slash | Kinds.Underscore | Kinds.Plus))
                (fillers, hasAnd) = (fillers + 1, hasAnd || token.Is(Kinds.Little | Kinds.Pair));
            else if (token.IsWord && !hasStranger && token.Text.Length <= ShortWord && !token.HasDigit
                && !token.Is(Kinds.Unit | Kinds.Currency | Kinds.Magnitude | Kinds.Cue))
                hasStranger = true;
            else
                break;
            if (signs > MaxSigns || fillers > MaxFillers)
                break;
        }

        gap = new Gap(sign, signs, isTight && i < text.Count && !text[i].SpaceBefore, fillers, hasStranger, hasAnd);
        return signs > MaxSigns || fillers > MaxFillers ? -1 : i;
    }
}
