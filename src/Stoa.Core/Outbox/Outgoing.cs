namespace Stoa.Core.Outbox;

/// <summary>Where something that leaves the house stands.</summary>
public enum OutgoingState
{
    /// <summary>To be sent at <see cref="Outgoing.DueAt"/>, for the first time or again.</summary>
    Queued,

    /// <summary>Taken over by the carrier, or written to the folder.</summary>
    Sent,

    /// <summary>Refused for good, or tried until <see cref="Outgoing.ExpiresAt"/>; <see cref="Outgoing.LastError"/> says why.</summary>
    Failed,
}

/// <summary>Something to be handed to a carrier (a mail server, Twilio), written in the transaction of what caused it. Each kind has its own table.</summary>
/// <remarks>
/// Holds no text: that is made or read when it is sent. A worker claims a due row by moving <see cref="DueAt"/> in one conditional update, so of
/// several nodes one sends it.
/// </remarks>
public abstract class Outgoing
{
    public long Id { get; private set; }

    public OutgoingState State { get; set; } = OutgoingState.Queued;

    /// <summary>How often sending was begun.</summary>
    public int Attempts { get; set; }

    /// <summary>When it is to be tried next; while it is being sent, the end of the sender's lease.</summary>
    public required DateTimeOffset DueAt { get; set; }

    /// <summary>After this time it is not worth sending any more.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What went wrong last; never the content.</summary>
    public string? LastError { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it left the queue: sent or failed.</summary>
    public DateTimeOffset? DoneAt { get; set; }
}
