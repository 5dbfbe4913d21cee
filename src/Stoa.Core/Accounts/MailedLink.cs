using System.Security.Cryptography;
using System.Text;

namespace Stoa.Core.Accounts;

/// <summary>A secret in a link that was mailed to an account's owner: good once, for a while, and only while the address is still the account's.</summary>
/// <remarks>Only a hash is kept. The token itself is in the mail alone: it is made at the moment of sending.</remarks>
public abstract class MailedLink
{
    /// <summary>64 characters of 62 letters and digits, about 381 random bits (S2-20).</summary>
    public const int TokenLength = 64;

    private const string TokenLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public long Id { get; private set; }

    public required long UserId { get; init; }

    public User? User { get; init; }

    /// <summary><see cref="HashOf"/> of the token; unique.</summary>
    public required string TokenHash { get; init; }

    /// <summary>The <see cref="User.EmailKey"/> it was sent to: when the account's address changes, links to the old one are void.</summary>
    public required string Email { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>True once used, or made void by a newer link (then <see cref="UsedAt"/> is null).</summary>
    public bool IsUsed { get; set; }

    public DateTimeOffset? UsedAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>A token nobody can guess.</summary>
    public static string NewToken() => RandomNumberGenerator.GetString(TokenLetters, TokenLength);

    /// <summary>SHA-256 in lower-case hex; the token is random, so a plain hash suffices.</summary>
    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}

/// <summary>A link that lets its holder choose a new password.</summary>
public sealed class PasswordReset : MailedLink;

/// <summary>A link that proves an address is read by the account's owner.</summary>
public sealed class EmailVerification : MailedLink
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);
}
