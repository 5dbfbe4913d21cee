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
    internal Message Numbered(long id, long seq) => new()
    {
        Id = id,
        Seq = seq,
        ConversationId = ConversationId,
        SenderId = SenderId,
        RecipientId = RecipientId,
        Type = Type,
        Body = Body,
        ReplyToId = ReplyToId,
        ClientMessageId = ClientMessageId,
        SentAt = SentAt,
    };
}

/// <summary>A message in the record.</summary>
/// <param name="Repeated">True when the sender's client id was known: this is the first message, nothing was written or announced again.</param>
public sealed record Appended(Message Message, bool Repeated);
