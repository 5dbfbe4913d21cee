namespace Stoa.Server.Messaging.Redacting;

/// <summary>E-mail addresses: <c>ana@example.org</c>, <c>ana (at) example dot org</c>, <c>ana arroba gmail</c>, <c>ana gmail
/// com</c>.</summary>
internal static class EmailRule
{
    private const int MaxLocalTokens = 24;

    public static void Find(Reading text, List<ContactHit> hits)
    {
        for (var i = 1; i < text.Count; i++)
        {
            var at = DomainName.AtAt(text, i, out var domain);
            if (at == Style.None && text[i].IsWord && IsHouseWithoutAt(text, i))
                (at, domain) = (Style.Spaced, i);
            if (at == Style.None || DomainName.Read(text, domain, mayLackDots: at != Style.Doubtful, isAddressed: text[i].Is('@')
                || at == Style.Bracketed) is not { } host)
                continue;
            var start = LocalPart.StartOf(text, i, domain, MaxLocalTokens);
            if (start < 0 || !IsAddress(text, start, i, at, host))
                continue;
            hits.Add(new ContactHit(ContactRule.Email, text[start].Start, text[host.End - 1].End - text[start].Start));
            i = host.End - 1;
        }
    }

    private static bool IsAddress(Reading text, int start, int at, Style style, DomainName host)
    {
        var isHouse = Lexicon.Find(host.First).IsSurely(Kinds.House) || text.Is(host.End - 1, Kinds.House);
        if (style is Style.Doubtful)
        {
            // "look at example.com" is a link; "ana at example dot com" and "ana at gmail.com" are addresses.
            if (text.Says(start, Kinds.Little | Kinds.Common | Kinds.Cue | Kinds.Site | Kinds.Greeting) && at - start == 1
                && !IsChosen(text, start, at))
                return false;
            if (host.Weakest >= Style.Spaced)
                return host.IsHost && (host.Weakest != Style.Doubtful || isHouse || TopLevel.IsClear(host.Ending))
                    && (isHouse || text[at].Text is "at" or "et");
            return isHouse && (host.Weakest == Style.Tight || IsChosen(text, start, at) || text.HasCueNear(start, at)
                || text.IsClause(start, host.End));
        }

        if (style is Style.Spelled)
            return isHouse || host.IsHost;
        if (isHouse)
            return true;
        if (!host.Host.Contains('.', StringComparison.Ordinal) || host.Ending is not { Length: >= 2 } ending || !ending.All(char.IsLetter))
            return false;

        // "3 @ 9.99", and "meet @ cafe.in town": with blanks around the sign the ending has to be one.
        return style == Style.Tight || (host.IsHost && !text[at - 1].IsDigits);
    }

    private static bool IsChosen(Reading text, int start, int at) => at - start > 1 || Names.IsChosen(text, start);

    /// <summary>"maria.lopez gmail.com", "maria.lopez gmail com".</summary>
    private static bool IsHouseWithoutAt(Reading text, int i) =>
        text[i].IsSurely(Kinds.House) && text[i - 1].IsWord && !text[i].LineBefore
        && !text.Says(i - 1, Kinds.Little | Kinds.Common | Kinds.Cue | Kinds.Site | Kinds.At | Kinds.Dot | Kinds.House)
            && Names.IsChosen(text, i - 1)
        && DomainName.Read(text, i, mayLackDots: true) is { IsHost: true };
}
