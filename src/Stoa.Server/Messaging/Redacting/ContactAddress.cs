using System.Collections.Frozen;
using System.Text;

namespace Stoa.Server.Messaging.Redacting;

/// <summary>Addresses of the web that give a contact away.</summary>
internal static class ContactAddress
{
    // Twice: an address within an address is encoded once more.
    private const int Decodings = 2;

    private static readonly FrozenSet<string> Hosts = FrozenSet.Create(
        StringComparer.Ordinal, "wa.me", "t.me", "m.me", "api.whatsapp.com", "chat.whatsapp.com", "whatsapp.com", "telegram.me",
            "telegram.dog", "instagram.com", "instagr.am", "ig.me", "ig.com", "facebook.com",
        "fb.com", "fb.me", "fb.gg", "snapchat.com", "snap.com", "discord.gg", "discord.com", "discord.me", "discordapp.com", "line.me",
            "lin.ee", "viber.com", "vb.me", "join.skype.com", "skype.com", "signal.me",
        "signal.group", "vk.com", "vk.me", "vk.cc", "ok.ru", "linktr.ee", "beacons.ai", "bio.link", "lnk.bio", "campsite.bio", "taplink.cc",
            "tiktok.com", "twitter.com", "x.com", "threads.net", "linkedin.com", "lnkd.in",
        "wechat.com", "u.wechat.com", "weixin.qq.com", "qm.qq.com", "zalo.me", "kik.me", "kakao.com", "qr.kakao.com", "threema.id",
            "matrix.to", "onlyfans.com", "about.me", "allmylinks.com", "carrd.co",
        "solo.to", "msng.link", "imo.im", "s.imoim.net", "bit.ly", "tinyurl.com", "youtu.be", "paypal.me", "cash.app", "venmo.com",
            "keybase.io", "steamcommunity.com", "s.team", "pinterest.com", "pin.it", "weibo.com", "weibo.cn",
        "douyin.com", "xhslink.com", "calendly.com", "meet.google.com", "zoom.us", "forms.gle", "goo.gl", "g.page", "maps.app.goo.gl",
            "botim.me", "max.ru", "dzen.ru");

    /// <summary>Whether the host, or one above it, is such an address.</summary>
    public static bool IsKnown(string host)
    {
        for (var at = 0; at >= 0 && at < host.Length;)
        {
            if (Hosts.Contains(host[at..]))
                return true;
            var dot = host.IndexOf('.', at);
            at = dot < 0 ? -1 : dot + 1;
        }

        return false;
    }

    /// <summary>Whether it leads to somebody's account on another messenger.</summary>
    public static bool Is(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && IsKnown(uri.Host);

    /// <summary>
    /// Whether its host, path or query, read as words, has an e-mail address, a telephone number or a name on a messenger. The host alone
    /// is none.
    /// </summary>
    public static bool Carries(ContactScanner scanner, string url)
    {
        var isAbsolute = Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme != Uri.UriSchemeFile;
        if (isAbsolute && uri!.UserInfo.Length > 0)
            return true;
        var rest = isAbsolute ? uri!.PathAndQuery + uri.Fragment : url;
        for (var i = 0; i < Decodings; i++)
            rest = Uri.UnescapeDataString(rest.Replace('+', ' '));
        var labels = isAbsolute ? uri!.Host.Split('.')[..^1] : [];
        return labels.Append(rest).Append(PlusKept(url)).Any(part => HasContact(scanner, part));
    }

    private static bool HasContact(ContactScanner scanner, string part)
    {
        var words = new StringBuilder(part.Length);
        foreach (var c in part)
            words.Append(c is '/' or '?' or '&' or '=' or ';' or '#' or '_' ? "  " : c.ToString());
        var text = words.ToString();

        // A host within an address is what most addresses of files are made of, and so is a name with an ending.
        return scanner.Scan(text).Any(static h => h.Rule != ContactRule.Link);
    }

    /// <summary>In a path a plus is a plus, as numbers have it in front.</summary>
    private static string PlusKept(string url)
    {
        var path = url.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme && url.IndexOf('/', scheme + 3) is >= 0 and var begin
            ? url[begin..] : url;
        return Uri.UnescapeDataString(Uri.UnescapeDataString(path));
    }
}
