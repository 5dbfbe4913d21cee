using System.Text;

namespace Stoa.Server.Messaging.Redacting;

/// <summary>Addresses of the web that give a contact away.</summary>
internal static class ContactAddress
{
    // Twice: an address within an address is encoded once more.
    private const int Decodings = 2;

    private static readonly string[] Hosts =
        ["wa.me", "t.me", "m.me", "api.whatsapp.com", "chat.whatsapp.com", "telegram.me", "instagram.com", "facebook.com", "snapchat.com", "discord.gg", "line.me", "viber.com", "join.skype.com"];

    /// <summary>Whether it leads to somebody's account on another messenger.</summary>
    public static bool Is(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && Array.Exists(Hosts, host => uri.Host == host || uri.Host.EndsWith("." + host, StringComparison.OrdinalIgnoreCase));

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
