namespace Stoa.Core.Outbox;

/// <summary>Something that must follow a commit, written in the same transaction and done at least once.</summary>
/// <remarks>
/// The node that wrote it does it at once; <see cref="DueAt"/> is its lease. Whoever finds a row past that time (the owner died, or a
/// subscriber failed) may take it over by moving owner and lease in one conditional update. Subscribers are idempotent.
/// </remarks>
public sealed class OutboxEvent
{
    public long Id { get; internal set; }

    /// <summary>The event's stable name, e.g. <c>messages.appended</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The event as JSON.</summary>
    public required string Payload { get; init; }

    /// <summary>The node that is doing it.</summary>
    public required string Owner { get; set; }

    public required DateTimeOffset DueAt { get; set; }

    /// <summary>How often it was tried and failed.</summary>
    public int Attempts { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}
