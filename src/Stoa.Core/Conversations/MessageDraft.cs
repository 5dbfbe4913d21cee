namespace Stoa.Core.Conversations;

/// <summary>A message that may be written: membership, restrictions and rules have been asked.</summary>
/// <param name="RecipientId">The other one in a conversation of two; null elsewhere.</param>
/// <param name="Body">At most <see cref="Message.MaxBodyLength"/> UTF-16 code units, well formed, without U+0000.</param>
public sealed record MessageDraft(
    long ConversationId,
    long SenderId,
    long? RecipientId,
    MessageType Type,
    string Body,
    long? ReplyToId,
    string? ClientMessageId,
    DateTimeOffset SentAt)
{
    /// <summary>See <see cref="Message.AuthorId"/>.</summary>
    public long? AuthorId { get; init; }

    public IReadOnlyList<Attachment>? Attachments { get; init; }

    /// <summary>What redaction took out; null when it found nothing.</summary>
    public OriginalDraft? Original { get; init; }

    /// <summary>When given, every other participant gets a notification in the transaction of the message.</summary>
    public NoticeDraft? Notice { get; init; }

    internal Message Numbered(long id, long seq) => new()
    {
        Id = id,
        Seq = seq,
        ConversationId = ConversationId,
        SenderId = SenderId,
        RecipientId = RecipientId,
        AuthorId = AuthorId,
        Type = Type,
        Body = Body,
        Attachments = Attachments,
        IsRedacted = Original is not null,
        ReplyToId = ReplyToId,
        ClientMessageId = ClientMessageId,
        SentAt = SentAt,
    };
}

/// <summary>The words before redaction.</summary>
/// <param name="Hits">What was found where, as JSON; see <see cref="MessageOriginal.Hits"/>.</param>
public sealed record OriginalDraft(string Body, IReadOnlyList<Attachment>? Attachments, string Hits, DateTimeOffset KeepUntil);

/// <summary>A notification for everybody in the conversation but the sender.</summary>
/// <param name="Payload">A JSON object; see <see cref="Notifications.Notification.Payload"/>.</param>
public sealed record NoticeDraft(string Topic, string Payload);

/// <summary>A message in the record.</summary>
/// <param name="Repeated">True when the sender's client id was known: this is the first message, nothing was written or announced again.</param>
public sealed record Appended(Message Message, bool Repeated);
