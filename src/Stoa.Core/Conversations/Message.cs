namespace Stoa.Core.Conversations;

/// <summary>What a message carries.</summary>
public enum MessageType
{
    Text,
    Image,
    Audio,
    Video,
    File,
    Location,
    System,
    CallLog,
}

/// <summary>One entry of a conversation. Its number (<see cref="Seq"/>) is given once and never reused, also when the message is deleted.</summary>
public sealed class Message
{
    /// <summary>UTF-16 code units.</summary>
    public const int MaxBodyLength = 10_000;

    public const int MaxClientIdLength = 64;

    public const int MaxAttachments = 10;

    public static readonly Refusal NotFound = Refusal.NotFound("message.not_found", "Message not found");

    public static readonly Refusal TooManyAttachments =
        Refusal.Invalid("message.too_many_attachments", $"A message has at most {MaxAttachments} attachments");

    public static readonly Refusal Empty = Refusal.Invalid("message.empty", "Empty message");

    public static readonly Refusal TooLong = Refusal.Invalid("message.too_long", $"A message has at most {MaxBodyLength} characters");

    /// <summary>The client's id was spent on another message: answering with that one would lose this one.</summary>
    public static readonly Refusal ClientIdTaken =
        Refusal.Conflict("message.client_id_taken", "This client message id was already used for another message");

    public long Id { get; internal set; }

    public required long ConversationId { get; init; }

    /// <summary>1, 2, 3 … within the conversation, without gaps.</summary>
    public long Seq { get; internal set; }

    public required long SenderId { get; init; }

    /// <summary>Who really wrote it, when the sender is the support desk that several administrators share; null: the sender.</summary>
    public long? AuthorId { get; init; }

    /// <summary>The other one, in a conversation of two; null elsewhere.</summary>
    public long? RecipientId { get; init; }

    public MessageType Type { get; init; }

    /// <summary>Empty when only attachments say something.</summary>
    public required string Body { get; set; }

    /// <summary>At most <see cref="MaxAttachments"/>; null when there are none.</summary>
    public IReadOnlyList<Attachment>? Attachments { get; set; }

    /// <summary>True when something was taken out of body or attachments; what it was stands in <see cref="MessageOriginal"/> for a while.</summary>
    public bool IsRedacted { get; set; }

    public long? ReplyToId { get; init; }

    /// <summary>Chosen by the sender's client, unique per sender: a retry finds the first message.</summary>
    public string? ClientMessageId { get; init; }

    /// <summary>
    /// What the message said when it was sent, beside a <see cref="ClientMessageId"/>: tells a retry from another message. Null for those
    /// sent before it was kept.
    /// </summary>
    public long? ContentDigest { get; internal init; }

    public required DateTimeOffset SentAt { get; init; }

    public DateTimeOffset? EditedAt { get; set; }

    /// <summary>When the recipient of a conversation of two read it.</summary>
    public DateTimeOffset? ReadAt { get; set; }

    public bool HiddenFromSender { get; set; }

    public bool HiddenFromRecipient { get; set; }

    /// <summary>Set when both sides have deleted it: the body is gone, the number stays, so that no reader takes it for a gap.</summary>
    public DateTimeOffset? ErasedAt { get; set; }

    /// <summary>The beginning of a body: at most so many UTF-16 code units, never half of a character.</summary>
    public static string Preview(string body, int length) =>
        body.Length <= length ? body : body[..(char.IsHighSurrogate(body[length - 1]) ? length - 1 : length)];

    public bool IsHiddenFrom(long userId) =>
        ErasedAt is not null || (userId == SenderId && HiddenFromSender) || (userId == RecipientId && HiddenFromRecipient);

    /// <summary>Keeps the entry, takes the body of what this reader has deleted. For copies that were read without tracking.</summary>
    public Message AsSeenBy(long userId)
    {
        if (IsHiddenFrom(userId))
            (Body, Attachments) = ("", null);
        return this;
    }
}
