namespace Stoa.Core.Accounts;

/// <summary>An account's owner wants another address: it counts once it is proved, and the old one may take it back.</summary>
/// <remarks>
/// Waits for its proof until <see cref="ExpiresAt"/>; once <see cref="AppliedAt"/> is set, whoever reads the old address may undo it until <see cref="UndoUntil"/>.
/// So long the old address is nobody else's. Tokens are made when their mails are sent; only hashes are kept.
/// </remarks>
public sealed class EmailChange
{
    /// <summary>How long the new address may be proved.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>How long the old address may take it back afterwards.</summary>
    public static readonly TimeSpan UndoLifetime = TimeSpan.FromDays(7);

    public long Id { get; private set; }

    public required long UserId { get; init; }

    public User? User { get; init; }

    /// <summary>As it was typed.</summary>
    public required string NewEmail { get; init; }

    /// <summary>The account's when the change was asked for.</summary>
    public required string OldEmail { get; init; }

    /// <summary><see cref="User.KeyOf"/> the old address.</summary>
    public required string OldEmailKey { get; init; }

    /// <summary>Null: the old address was never proved, so nobody there has a say.</summary>
    public DateTimeOffset? OldVerifiedAt { get; init; }

    /// <summary>Of the token that proves the new address; null until its mail is sent. Unique.</summary>
    public string? ProofHash { get; set; }

    /// <summary>Of the token with which the old address takes it back, before or after it counts; null until its mail is sent. Unique.</summary>
    public string? UndoHash { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the new address was proved and became the account's; null: not yet.</summary>
    public DateTimeOffset? AppliedAt { get; set; }

    /// <summary>Set with <see cref="AppliedAt"/>.</summary>
    public DateTimeOffset? UndoUntil { get; set; }
}
