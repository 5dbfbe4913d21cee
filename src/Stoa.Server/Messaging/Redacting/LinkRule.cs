namespace Stoa.Server.Messaging.Redacting;

/// <summary>Links: with a scheme, with <c>www</c>, or a bare host name; hosts that are allowed are passed over.</summary>
internal static class LinkRule
{
    public static void Find(IReadOnlyList<Token> tokens, string text, Func<string, bool> isAllowed, List<ContactHit> hits)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            if (!tokens[i].IsWord)
                continue;
            var start = i;
            var isMarked = HasScheme(tokens, i, out var host);
            if (!DomainName.TryRead(tokens, host, out var end, out var name, out var dots))
                continue;
            isMarked |= name.StartsWith("www.", StringComparison.Ordinal);
            if (!(isMarked ? name.Contains('.', StringComparison.Ordinal) || host > i : IsBare(tokens, i, end, name, dots)))
                continue;

            if (!isAllowed(name.StartsWith("www.", StringComparison.Ordinal) ? name[4..] : name))
                hits.Add(new ContactHit(ContactRule.Link, tokens[start].Start, EndOf(tokens, end, text) - tokens[start].Start));

            // What follows in the same address belongs to it, whether or not it was allowed.
            var stop = EndOf(tokens, end, text);
            while (i + 1 < tokens.Count && tokens[i + 1].Start < stop)
                i++;
        }
    }

    private static bool HasScheme(IReadOnlyList<Token> tokens, int i, out int host)
    {
        host = i;
        if (!Lexicon.Schemes.Contains(tokens[i].Text) || i + 4 > tokens.Count - 1 || !tokens[i + 1].Is(':') || !tokens[i + 2].Is('/') || !tokens[i + 3].Is('/'))
            return false;
        host = i + 4;
        return true;
    }

    private static bool IsBare(IReadOnlyList<Token> tokens, int start, int end, string name, DomainName.Style dots)
    {
        // An address's own host, the name of a method or a number is no link.
        if (!DomainName.IsHost(name) || name.StartsWith("the.", StringComparison.Ordinal) || name.StartsWith("a.", StringComparison.Ordinal)
            || (start > 0 && tokens[start - 1].IsAnyOf("@.") && !tokens[start].SpaceBefore))
            return false;
        if (end < tokens.Count && !tokens[end].SpaceBefore && tokens[end].Is('('))
            return false;
        if (dots >= DomainName.Style.Spaced)
            return true;
        var ending = DomainName.EndingOf(name);
        if (!name.Any(char.IsLetter) || name[..^(ending.Length + 1)].All(static c => char.IsAsciiDigit(c) || c == '.'))
            return false;
        return !Lexicon.WordEndings.Contains(ending) || name.Count(static c => c == '.') > 1 || (end < tokens.Count && tokens[end].Is('/') && !tokens[end].SpaceBefore);
    }

    /// <summary>A tight address goes on to the next blank, less the punctuation of the sentence around it.</summary>
    private static int EndOf(IReadOnlyList<Token> tokens, int end, string text)
    {
        var stop = tokens[end - 1].End;
        if (end >= tokens.Count || tokens[end].SpaceBefore || !tokens[end].IsAnyOf("/?#:"))
            return stop;
        while (stop < text.Length && !char.IsWhiteSpace(text[stop]))
            stop++;
        while (stop > tokens[end - 1].End && ".,;:!?)]}>\"'".Contains(text[stop - 1], StringComparison.Ordinal))
            stop--;
        return stop;
    }
}
