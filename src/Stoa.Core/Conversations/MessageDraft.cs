using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

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
    private long? digest;

    /// <summary>See <see cref="Message.AuthorId"/>.</summary>
    public long? AuthorId { get; init; }

    public IReadOnlyList<Attachment>? Attachments { get; init; }

    /// <summary>What redaction took out; null when it found nothing.</summary>
    public OriginalDraft? Original { get; init; }

    /// <summary>When given, every other participant gets a notification in the transaction of the message.</summary>
    public NoticeDraft? Notice { get; init; }

    /// <summary>The uploads among the attachments, each once. The owner must be <see cref="UploadOwnerId"/>.</summary>
    internal IReadOnlyList<UploadClaim> Claims()
    {
        if (Attachments is not { Count: > 0 } attachments)
            return [];
        return [.. attachments
            .SelectMany(static a => new[] { (Id: a.UploadId, a.Name), (Id: a.ThumbnailUploadId, Name: null) })
            .Where(static a => a.Id is not null)
            .Select(static a => new UploadClaim(a.Id!.Value, a.Name))
            .DistinctBy(static c => c.Id)];
    }

    /// <summary>Whose uploads the message may take: the person's who wrote it, also for the desk.</summary>
    internal long UploadOwnerId => AuthorId ?? SenderId;

    /// <summary>What the sender said, before anything was taken out of it; null without a client id.</summary>
    /// <remarks>64 bits of SHA-256: whoever makes two texts alike can only lose a message of his own.</remarks>
    internal long? ContentDigest => ClientMessageId is null ? null : digest ??= DigestOf();

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
        ContentDigest = ContentDigest,
        SentAt = SentAt,
    };

    private long DigestOf()
    {
        var files = Attachment.Write(Original is null ? Attachments : Original.Attachments);
        var said = string.Create(CultureInfo.InvariantCulture, $"{Type}\0{ReplyToId}\0{Original?.Body ?? Body}\0{files}");
        return BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(said)));
    }
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
