namespace Stoa.Core.Sms;

/// <summary>Where an SMS stands.</summary>
public enum SmsState
{
    /// <summary>To be sent at <see cref="SmsMessage.DueAt"/>, for the first time or again.</summary>
    Queued,

    /// <summary>Taken over by the carrier, or written to the folder.</summary>
    Sent,

    /// <summary>Refused for good, or tried until <see cref="SmsMessage.ExpiresAt"/>; <see cref="SmsMessage.LastError"/> says why.</summary>
    Failed,
}

/// <summary>A message of the support desk that is to go out as SMS, or a part of one that is too long for a single SMS.</summary>
/// <remarks>
/// Holds no text: that is the message's, read when it is sent. Unique per message and part, so whoever queues it twice queues it once. A worker claims
/// a due row by moving <see cref="DueAt"/> in one conditional update, so of several nodes one sends it.
/// </remarks>
public sealed class SmsMessage
{
    public const int MaxErrorLength = 200;

    public long Id { get; private set; }

    public required long MessageId { get; init; }

    /// <summary>From 0.</summary>
    public required int Part { get; init; }

    /// <summary>Whose number <see cref="To"/> is; when it is theirs no longer, nothing is sent.</summary>
    public required long UserId { get; init; }

    /// <summary>Our number.</summary>
    public required string From { get; init; }

    /// <summary>The reader's number in E.164.</summary>
    public required string To { get; init; }

    public SmsState State { get; set; } = SmsState.Queued;

    /// <summary>How often sending was begun.</summary>
    public int Attempts { get; set; }

    /// <summary>When it is to be tried next; while it is being sent, the end of the sender's lease.</summary>
    public required DateTimeOffset DueAt { get; set; }

    /// <summary>After this time it is not worth sending any more.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The carrier's id, once it was taken over.</summary>
    public string? CarrierSid { get; set; }

    /// <summary>What went wrong last: a status and a code, neither text nor number.</summary>
    public string? LastError { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it left the queue: sent or failed.</summary>
    public DateTimeOffset? DoneAt { get; set; }
}
