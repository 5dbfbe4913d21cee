namespace Stoa.Server.Messaging.Redacting;

/// <summary>Addresses that lead to somebody's account on another messenger.</summary>
internal static class ContactAddress
{
    private static readonly string[] Hosts =
        ["wa.me", "t.me", "m.me", "api.whatsapp.com", "chat.whatsapp.com", "telegram.me", "instagram.com", "facebook.com", "snapchat.com", "discord.gg", "line.me", "viber.com", "join.skype.com"];

    public static bool Is(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && Array.Exists(Hosts, host => uri.Host == host || uri.Host.EndsWith("." + host, StringComparison.OrdinalIgnoreCase));
}
