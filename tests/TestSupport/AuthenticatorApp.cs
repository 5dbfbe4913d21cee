using System.Globalization;
using System.Security.Cryptography;

namespace Stoa.TestSupport;

/// <summary>An authenticator app that has read a QR code. Written from RFC 6238 alone, so that it cannot share a mistake with the server.</summary>
public sealed class AuthenticatorApp
{
    private readonly byte[] secret;
    private readonly TimeProvider clock;

    public AuthenticatorApp(string uri, TimeProvider clock)
    {
        this.clock = clock;
        var query = new Uri(uri).Query.TrimStart('?').Split('&').Select(static p => p.Split('=')).ToDictionary(static p => p[0], static p => Uri.UnescapeDataString(p[1]), StringComparer.Ordinal);
        Issuer = query.GetValueOrDefault("issuer", "");
        var bits = string.Concat(query["secret"].Select(static c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        secret = [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
    }

    public string Issuer { get; }

    /// <summary>What the app shows so many steps from now.</summary>
    public string Code(int steps = 0)
    {
        var counter = BitConverter.GetBytes(clock.GetUtcNow().ToUnixTimeSeconds() / 30 + steps);
        Array.Reverse(counter);
#pragma warning disable CA5350 // RFC 6238's default.
        var mac = HMACSHA1.HashData(secret, counter);
#pragma warning restore CA5350
        var at = mac[19] & 15;
        var number = ((mac[at] & 127) << 24) | (mac[at + 1] << 16) | (mac[at + 2] << 8) | mac[at + 3];
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }
}
