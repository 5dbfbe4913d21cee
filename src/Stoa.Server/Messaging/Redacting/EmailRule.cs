namespace Stoa.Server.Messaging.Redacting;

/// <summary>E-mail addresses: <c>ana@example.org</c>, <c>ana (at) example dot org</c>, <c>ana at gmail</c>.</summary>
internal static class EmailRule
{
    private const int MaxLocalTokens = 16;
    private const int CueDistance = 8;

    public static void Find(IReadOnlyList<Token> tokens, List<ContactHit> hits)
    {
        for (var i = 1; i < tokens.Count; i++)
        {
            var at = DomainName.AtAt(tokens, i, out var domain);
            if (at == DomainName.Style.None || !DomainName.TryRead(tokens, domain, out var end, out var host, out var dots))
                continue;
            var start = LocalPart(tokens, i);
            if (start < 0 || !IsAddress(tokens, start, i, at, host, dots))
                continue;
            hits.Add(new ContactHit(ContactRule.Email, tokens[start].Start, tokens[end - 1].End - tokens[start].Start));
            i = end - 1;
        }
    }

    private static bool IsAddress(IReadOnlyList<Token> tokens, int start, int at, DomainName.Style style, string host, DomainName.Style dots)
    {
        var isHouse = Lexicon.MailHouses.Contains(host.Split('.')[0]);
        if (style == DomainName.Style.Spelled)
        {
            // "look at example.com" is a link; "ana at example dot com" and "ana at gmail.com" are addresses.
            if (dots >= DomainName.Style.Spaced)
                return DomainName.IsHost(host);
            if (isHouse && dots == DomainName.Style.Tight)
                return true;
            return isHouse && (LooksChosen(tokens, start, at) || HasCue(tokens, start));
        }

        return isHouse || (host.Contains('.', StringComparison.Ordinal) && DomainName.EndingOf(host) is { Length: >= 2 } ending && ending.All(char.IsLetter));
    }

    /// <summary>Where the part before the sign begins; -1 when there is none.</summary>
    private static int LocalPart(IReadOnlyList<Token> tokens, int at)
    {
        var start = at - 1;
        if (!tokens[start].IsWord)
            return -1;
        while (start >= 2 && at - start < MaxLocalTokens && !tokens[start].SpaceBefore && tokens[start - 1].IsAnyOf(".-+%") && !tokens[start - 1].SpaceBefore && tokens[start - 2].IsWord)
            start -= 2;

        // "ana dot k at …", "ana (dot) k @ …"
        while (start >= 2 && at - start < MaxLocalTokens && Lexicon.Dot.Contains(tokens[start - 1].Text) && tokens[start - 2].IsWord)
            start -= 2;
        while (start >= 4 && at - start < MaxLocalTokens && DomainName.DotAt(tokens, start - 3, out var next) == DomainName.Style.Bracketed && next == start && tokens[start - 4].IsWord)
            start -= 4;
        return start;
    }

    private static bool LooksChosen(IReadOnlyList<Token> tokens, int start, int at) =>
        at - start > 1 || tokens[start].HasDigit || tokens[start].Text.Contains('_', StringComparison.Ordinal);

    private static bool HasCue(IReadOnlyList<Token> tokens, int start)
    {
        for (var i = Math.Max(0, start - CueDistance); i < start; i++)
        {
            if (Lexicon.Cues.Contains(tokens[i].Text))
                return true;
        }

        return false;
    }
}
