using System.Collections.Frozen;

namespace Stoa.Server.Messaging.Redacting;

/// <summary>Links: with a scheme, with <c>www</c>, or a bare host name; hosts that are allowed are passed over.</summary>
internal static class LinkRule
{
    // What speaks of a page speaks of the host next to it.
    private const int SiteDistance = 3;
    private const int ShortestDoubtful = 3;
    private const string Punctuation = ".,;:!?)]}>\"'";

    /// <summary>Schemes of messengers need no host behind them: <c>tg://resolve?domain=ana</c>.</summary>
    private static readonly FrozenSet<string> Schemes = FrozenSet.Create(
        StringComparer.Ordinal, "http", "https", "hxxp", "hxxps", "ftp", "tg", "whatsapp", "viber", "skype", "weixin", "wechat", "line",
            "fb", "instagram", "signal", "sgnl", "snapchat", "discord", "threema", "xmpp", "matrix");

    public static void Find(Reading text, Func<string, bool> isAllowed, List<ContactHit> hits)
    {
        for (var i = 0; i < text.Count; i++)
        {
            if (!text[i].IsWord)
                continue;
            var scheme = SchemeEnd(text, i);
            var host = DomainName.Read(text, scheme > 0 ? scheme : i);
            if (host is null && scheme == 0)
                continue;
            var end = host?.End ?? scheme;
            if (scheme == 0 && !(host!.Host.StartsWith("www.", StringComparison.Ordinal) || IsBare(text, i, host)))
                continue;
            var stop = EndOf(text, end);
            var name = host?.Host ?? "";
            if (!isAllowed(name.StartsWith("www.", StringComparison.Ordinal) ? name[4..] : name))
                hits.Add(new ContactHit(ContactRule.Link, text[i].Start, stop - text[i].Start));

            // What follows in the same address belongs to it, whether or not it was allowed.
            while (i + 1 < text.Count && text[i + 1].Start < stop)
                i++;
        }
    }

    /// <summary>Behind <c>http://</c>, also with blanks and as words ("https colon slash slash"); 0: none.</summary>
    private static int SchemeEnd(Reading text, int i)
    {
        if (!Schemes.Contains(text[i].Text) || i + 3 >= text.Count)
            return 0;
        var at = i + 1;
        if (!text[at].Is(':') && text[at].Text is not ("colon" or "doppelpunkt" or "冒号"))
            return 0;
        var slashes = 0;
        while (at + 1 < text.Count && (text.IsSign(at + 1, "/\\") || text[at + 1].Is(Kinds.Slash)))
            (at, slashes) = (at + 1, slashes + 1);
        return slashes > 0 && at + 1 < text.Count ? at + 1 : 0;
    }

    private static bool IsBare(Reading text, int start, DomainName host)
    {
        // An address's own host, the name of a method, of a product or a file, and a number are no links.
        if (!host.IsHost || TopLevel.IsProduct(host.Host) || (text.IsSign(start - 1, "@.") && text.IsTight(start))
            || (text.IsSign(host.End, "(") && text.IsTight(host.End)))
            return false;
        if (ContactAddress.IsKnown(host.Host))
            return true;
        if (text.IsSign(start - 1, "/\\") && text.IsTight(start) && text.IsTight(start - 1))
            return false;
        var labels = host.Host[..^(host.Ending.Length + 1)];
        if (labels.Split('.').All(static l => l.All(char.IsAsciiDigit)) || labels.Length < 2 || text[start].Is(Kinds.Little)
            && host.Weakest > Style.Tight && labels.Length < 4)
            return false;
        var last = text[host.End - 1];
        if (last.Has(Writing.Capital) && !text[start].Has(Writing.Capitals)
            && !(TopLevel.IsClear(host.Ending) && host.Weakest == Style.Tight))
            return false;
        return host.Weakest switch
        {
            Style.Tight when TopLevel.IsFile(host.Ending) => IsSpokenOf(text, start, host),
            Style.Doubtful when text[start].Is(Kinds.Little | Kinds.Common) && !TopLevel.IsClear(host.Ending) => false,
            not Style.Tight when !last.IsLatin && last.Word.Ending is not null && !last.IsSurely(Kinds.Ending)
                && !text.IsClauseEnd(host.End) => false,
            Style.Doubtful => TopLevel.IsClear(host.Ending) || last.Word.Ending is not null || IsSpokenOf(text, start, host)
                || (!TopLevel.IsDoubtful(text, host.Ending) && text.IsClauseEnd(host.End)) || text.IsClause(start, host.End),
            _ => !TopLevel.IsDoubtful(text, host.Ending) || IsSpokenOf(text, start, host) || IsAlone(text, start, host, labels),
        };
    }

    /// <summary>A path behind it, or a word for a page before it.</summary>
    private static bool IsSpokenOf(Reading text, int start, DomainName host)
    {
        if ((text.IsSign(host.End, "/") && text.IsTight(host.End) && TopLevel.IsUsual(host.Ending)) || text.Is(host.End, Kinds.Slash))
            return true;
        for (var i = start - 1; i >= 0 && start - i <= SiteDistance && (text[i].IsWord || text[i].IsAnyOf(":(\"'->")); i--)
        {
            if (text[i].Is(Kinds.Site) && (host.Weakest != Style.Doubtful || !text[i].Is(Kinds.Little)))
                return true;
        }

        return false;
    }

    /// <summary>Written as a name is, at the end of what is said: the sentence does not go on behind a missing blank.</summary>
    private static bool IsAlone(Reading text, int start, DomainName host, string labels) =>
        labels.AsSpan().ContainsAny('-', '.') || labels.AsSpan().ContainsAnyInRange('0', '9')
        || (text.IsClauseEnd(host.End) && labels.Length > ShortestDoubtful && !text[start].Is(Kinds.Little | Kinds.Common)
            && !text[start].Has(Writing.Capital));

    /// <summary>A tight address goes on to the next blank, or to a script without blanks, less the punctuation of the sentence around
    /// it.</summary>
    private static int EndOf(Reading text, int end)
    {
        end = SpelledPath(text, end);
        var stop = text[end - 1].End;
        if (end >= text.Count || text[end].SpaceBefore || !text[end].IsAnyOf("/?#:"))
            return stop;
        var source = text.Source;
        while (stop < source.Length && !char.IsWhiteSpace(source[stop]) && Scripts.Of(source[stop]) is not (Script.Han or Script.Unspaced)
            && source[stop] is not (>= '\u3000' and <= '\u303F') and not (>= '\uFF01' and <= '\uFF1F'))
            stop++;
        while (stop > text[end - 1].End && Punctuation.Contains(source[stop - 1], StringComparison.Ordinal))
            stop--;
        return stop;
    }

    /// <summary>"t.me slash ana", "wa.me / 49151…", "linktr.ee / ana".</summary>
    private static int SpelledPath(Reading text, int end)
    {
        while (end + 1 < text.Count && text[end + 1].IsWord && !text[end + 1].LineBefore
            && (text[end].Is(Kinds.Slash) || (text.IsSign(end, "/\\") && text[end].SpaceBefore)))
            end = Names.LastOf(text, end + 1) + 1;
        return end;
    }
}
