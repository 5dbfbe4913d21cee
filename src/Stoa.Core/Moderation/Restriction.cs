namespace Stoa.Core.Moderation;

public enum RestrictionKind
{
    /// <summary>Noted against the account; forbids nothing.</summary>
    Warning,

    /// <summary>May not send messages.</summary>
    MessagingBan,

    /// <summary>May neither sign in nor call.</summary>
    Suspension,
}

/// <summary>What an administrator or moderator imposed on an account: by whom, why, since when and until when.</summary>
/// <remarks>It ends by itself at <see cref="Until"/>: being in force is a comparison with the time, and no job has to run.</remarks>
public sealed class Restriction
{
    public const int MaxReasonLength = 500;

    /// <summary>How an end that nobody has fixed is written where a time must stand.</summary>
    public static readonly DateTimeOffset Forever = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What a banned account is told when it sends.</summary>
    public static readonly Refusal MessagingBanned = Refusal.Forbidden("messaging.banned", "You are banned from sending messages");

    /// <summary>What a suspended account is told when it signs in; details are added.</summary>
    public static readonly Refusal Suspended = Refusal.Forbidden("auth.suspended", "This account is suspended");

    public long Id { get; private set; }

    public required long UserId { get; init; }

    public required RestrictionKind Kind { get; init; }

    public required string Reason { get; init; }

    public required long ImposedById { get; init; }

    public required DateTimeOffset ImposedAt { get; init; }

    /// <summary><see cref="Forever"/> when no end was fixed.</summary>
    public required DateTimeOffset Until { get; init; }

    public DateTimeOffset? LiftedAt { get; set; }

    public long? LiftedById { get; set; }
}
