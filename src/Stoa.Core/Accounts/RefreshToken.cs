namespace Stoa.Core.Accounts;

/// <summary>A single-use token that renews a session. Kept as a hash; spending it makes its successor.</summary>
/// <remarks>
/// All tokens of one session are a family: a spent one that comes back ends the session (RFC 9700 §4.14.2), except within <see cref="RetryWindow"/> and
/// while no token of the next generation was spent: two tabs renew at once, or an answer was lost. It is then answered a sibling of its successor.
/// </remarks>
public sealed class RefreshToken
{
    /// <summary>For how long a spent token is taken for a retry (contract E.9.17).</summary>
    public static readonly TimeSpan RetryWindow = TimeSpan.FromSeconds(10);

    public long Id { get; private set; }

    public required long UserId { get; init; }

    public required long SessionId { get; init; }

    public Session? Session { get; init; }

    /// <summary>SHA-256 of the token, lower-case hex. The token is 256 random bits, so a plain hash suffices.</summary>
    public required string TokenHash { get; init; }

    /// <summary>How many were spent before it in its session; siblings have the same number and count as one token.</summary>
    public required long Generation { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public bool IsUsed { get; set; }

    public DateTimeOffset? UsedAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}
