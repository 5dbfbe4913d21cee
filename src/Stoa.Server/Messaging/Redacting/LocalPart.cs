namespace Stoa.Server.Messaging.Redacting;

/// <summary>The part of an address before the at sign, and names written like one: <c>ana.k</c>, <c>ana dot k</c>, <c>ana underscore
/// 92</c>.</summary>
internal static class LocalPart
{
    private const Kinds Joints = Kinds.Dot | Kinds.Dash | Kinds.Underscore;

    /// <summary>Where it begins; -1 when there is none before <paramref name="at"/>.</summary>
    /// <param name="domain">What follows; a local part written with blanks has an at sign with blanks, too.</param>
    public static int StartOf(Reading text, int at, int domain, int most)
    {
        var start = at - 1;
        if (start < 0 || !text[start].IsWord || text[start].Has(Writing.Unspaced))
            return -1;
        for (var previous = -1; previous != start && at - start < most;)
        {
            previous = start;
            if (start >= 2 && text.IsSign(start - 1, ".-+%_'") && text[start - 2].IsWord && IsJoint(text, start - 1, at, domain))
                start -= 2;
            else if (start >= 2 && text[start - 1].Is(Joints) && text[start - 1].IsWord && IsPart(text, start - 2))
                start -= 2;
            else if (start >= 4 && text.IsSign(start - 1, ")]}>") && DomainName.DotAt(text, start - 3, out var next) == Style.Bracketed
                && next == start && text[start - 4].IsWord)
                start -= 4;
            else if (start >= 1 && (text[start].IsDigits || text[start].Is(Kinds.Numeral)) && IsSpokenPart(text, start - 1, domain))
                start--;
        }

        return start;
    }

    /// <summary>Tight on both sides, or with blanks where the at sign has them.</summary>
    private static bool IsJoint(Reading text, int joint, int at, int domain) =>
        (text.IsTight(joint) && text.IsTight(joint + 1)) || (text[joint].SpaceBefore && !text[joint].Is('\'')
            && (text[at].SpaceBefore || (domain < text.Count && text[domain].SpaceBefore)) && text[joint + 1].SpaceBefore);

    private static bool IsPart(Reading text, int i) => text[i].IsWord && !text[i].Is(Kinds.Little) | text[i].Text.Length == 1;

    /// <summary>"maria ninety two at gmail": the name before numbers that are said.</summary>
    private static bool IsSpokenPart(Reading text, int i, int domain) =>
        text[i].IsWord && !text[i].LineBefore && domain < text.Count && text[i + 1].SpaceBefore
            && (text[i].IsLatin || text[i].Is(Kinds.Numeral))
        && !text[i].Is(Kinds.Little | Kinds.Cue | Kinds.Common | Kinds.Site);
}
