using System.Security.Cryptography;
using System.Text;
using Stoa.Core;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Hosting.Tokens;

/// <summary>The support desk's key (setting <c>Accounts:AdminSecretKey</c>): compared by hash, in constant time, and not to be guessed by the thousand.</summary>
public sealed class SupportKey(StoaSettings settings, RateLimits limits)
{
    public static readonly Refusal Missing = Refusal.Unauthenticated("auth.key_missing", "Not authenticated");
    public static readonly Refusal Wrong = Refusal.Forbidden("auth.key_wrong", "The key is wrong");

    private static readonly RateLimit Tries = new("support.key", 10, TimeSpan.FromMinutes(1), Wrong) { IsShared = true };

    // A key that nobody can have stands in for one that is not set, so that no text fits by accident.
    private readonly byte[] hash = SHA256.HashData(
        settings.Accounts.AdminSecretKey is { Length: > 0 } key ? Encoding.UTF8.GetBytes(key) : RandomNumberGenerator.GetBytes(32));

    /// <summary>False: no key opens anything.</summary>
    public bool IsSet { get; } = settings.Accounts.AdminSecretKey is { Length: > 0 };

    /// <summary>Null when the key fits. Tries of one network are counted before they are looked at; a right one forgets them.</summary>
    /// <param name="from">Loopback is not counted (docs/configure.md).</param>
    public async ValueTask<Refusal?> WhyNotAsync(string? key, ClientNetwork from, CancellationToken cancellation)
    {
        if (!IsSet || string.IsNullOrEmpty(key))
            return Missing;
        if ((await limits.TakeAsync(Tries, LimitKey.Of(from), cancellation)).Refusal is { } tooOften)
            return tooOften;
        if (!CryptographicOperations.FixedTimeEquals(hash, SHA256.HashData(Encoding.UTF8.GetBytes(key))))
            return Wrong;
        await limits.ForgetAsync(Tries, LimitKey.Of(from), cancellation);
        return null;
    }
}
