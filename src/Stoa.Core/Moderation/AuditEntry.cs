namespace Stoa.Core.Moderation;

/// <summary>An administrator's act: by whom, on what, before and after. Written in the transaction of the act, never changed.</summary>
public sealed class AuditEntry
{
    public long Id { get; private set; }

    public required long ActorId { get; init; }

    /// <summary>Dotted, e.g. <c>user.disabled</c>.</summary>
    public required string Action { get; init; }

    /// <summary>What kind of thing it was done to, e.g. <c>user</c>.</summary>
    public required string TargetType { get; init; }

    public required long TargetId { get; init; }

    /// <summary>Readable; never a secret or a personal detail.</summary>
    public string? Before { get; init; }

    public string? After { get; init; }

    public required DateTimeOffset At { get; init; }
}
