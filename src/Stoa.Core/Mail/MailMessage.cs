namespace Stoa.Core.Mail;

/// <summary>Where a mail stands.</summary>
public enum MailState
{
    /// <summary>To be sent at <see cref="MailMessage.DueAt"/>, for the first time or again.</summary>
    Queued,

    /// <summary>Taken over by the mail server, or written to the folder.</summary>
    Sent,

    /// <summary>Refused for good, or tried until <see cref="MailMessage.ExpiresAt"/>; <see cref="MailMessage.LastError"/> says why.</summary>
    Failed,
}

/// <summary>A mail to be sent, written in the transaction of what caused it.</summary>
/// <remarks>
/// Holds what the mail is about, not its text: subject, parts, the reader's address and any secret link are made when it is sent. A worker
/// claims a due row by moving <see cref="DueAt"/> in one conditional update, so of several nodes one sends it.
/// </remarks>
public sealed class MailMessage
{
    public const int MaxKindLength = 50;
    public const int MaxErrorLength = 500;

    public long Id { get; private set; }

    /// <summary>Which mail it is, e.g. <c>welcome</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Whose account it goes to; null when only an address was given.</summary>
    public long? UserId { get; init; }

    /// <summary>An address somebody typed, not known to belong to an account; null when <see cref="UserId"/> is given.</summary>
    public string? Address { get; init; }

    /// <summary>What this kind of mail needs beside the account, in a form of its own; taken away once it is sent.</summary>
    public string? Content { get; set; }

    public MailState State { get; set; } = MailState.Queued;

    /// <summary>How often sending was begun.</summary>
    public int Attempts { get; set; }

    /// <summary>When it is to be tried next; while it is being sent, the end of the sender's lease.</summary>
    public required DateTimeOffset DueAt { get; set; }

    /// <summary>After this time it is not worth sending any more.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What went wrong last; never the mail's content.</summary>
    public string? LastError { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it left the queue: sent or failed.</summary>
    public DateTimeOffset? DoneAt { get; set; }
}
