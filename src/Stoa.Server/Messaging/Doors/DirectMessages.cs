using System.Text.Json.Serialization;
using Stoa.Core.Conversations;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Messaging.Uploads;
using Stoa.Server.Realtime;

namespace Stoa.Server.Messaging.Doors;

/// <summary>A message as S3's routes and sockets write it. Clients read <c>timestamp</c> or <c>createdAt</c>, <c>_id</c> or <c>id</c>.</summary>
/// <param name="Seq">Its number within the conversation: a gap says that something was missed, and <c>?after=</c> brings it.</param>
/// <param name="SenderId">Digits; the support desk is <c>admin</c>.</param>
/// <param name="Status">sent, delivered or read: as its recipients left it when this was written.</param>
/// <param name="ClientMessageId">Its sender's own text: where contact details are taken out, nobody else is shown it.</param>
/// <param name="MediaUrl">The first attachment's address, for clients that know one.</param>
public sealed record DirectMessage(
    [property: JsonPropertyName("_id")] StringId MongoId,
    StringId Id,
    string ConversationId,
    long Seq,
    string SenderId,
    string SenderType,
    string SenderName,
    string? SenderAvatar,
    string? RecipientId,
    string? RecipientType,
    string Content,
    string MessageType,
    string? MediaUrl,
    long? MediaSize,
    double? MediaDuration,
    string? ThumbnailUrl,
    List<DirectAttachment>? Attachments,
    StringId? ReplyToId,
    StringId? ReplyTo,
    string? ClientMessageId,
    DateTimeOffset Timestamp,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    string Status,
    DateTimeOffset? ReadAt,
    bool IsRedacted,
    bool IsEdited,
    bool IsDeleted)
{
    /// <summary>For everybody in the conversation, or for one reader who may have deleted it.</summary>
    /// <param name="progress">What the others were handed and have read; null right after it was written.</param>
    public static DirectMessage Of(Message message, ConversationCard card, FileLinks links, long? reader = null, Progress? progress = null)
    {
        var sender = card.PartyOf(message.SenderId);
        var recipient = message.RecipientId is { } id ? card.PartyOf(id) : null;
        var media = DirectAttachment.All(message.Attachments, links);
        var first = media is [var one, ..] ? one : null;
        return new DirectMessage(
            message.Id, message.Id, card.WireName, message.Seq,
            card.WireIdOf(message.SenderId), PartyNames.Of(sender.Type), sender.Name, SenderAvatar: null,
            recipient is null ? null : card.WireIdOf(recipient.UserId), recipient is null ? null : PartyNames.Of(recipient.Type),
            message.Body, WireNames.Of(message.Type), first?.Url, first?.Size, first?.Duration, first?.ThumbnailUrl, media,
            message.ReplyToId, message.ReplyToId, sender.IsRedacted && reader != message.SenderId ? null : message.ClientMessageId,
            message.SentAt, message.SentAt, message.EditedAt ?? message.SentAt,
            StatusOf(message, progress, reader), message.ReadAt, message.IsRedacted, message.EditedAt is not null,
            message.ErasedAt is not null || (reader is { } who && message.IsHiddenFrom(who)));
    }

    private static string StatusOf(Message message, Progress? progress, long? reader)
    {
        if (message.ReadAt is not null)
            return WireNames.Read;

        // The caller was handed what the caller reads; whether the others were, their watermarks say.
        if (progress is null || message.SenderId != reader)
            return message.RecipientId is not null && message.RecipientId == reader ? WireNames.Delivered : WireNames.Sent;
        if (message.RecipientId is null && message.Seq <= progress.ReadByAll)
            return WireNames.Read;
        return message.Seq <= progress.DeliveredToAll ? WireNames.Delivered : WireNames.Sent;
    }
}

/// <summary>An attachment as S3 writes it.</summary>
/// <param name="Url">Of an upload: a link that is good for a while (<see cref="FileLinks"/>).</param>
public sealed record DirectAttachment(StringId? Id, string? Url, string? Mime, string? Name, long? Size, double? Duration, string? ThumbnailUrl)
{
    public static List<DirectAttachment>? All(IReadOnlyList<Attachment>? attachments, FileLinks links) => attachments is null ? null : [.. attachments.Select(a =>
        new DirectAttachment(a.UploadId, links.UrlOf(a), a.Mime, a.Name, a.Size, a.Duration, links.ThumbnailUrlOf(a)))];
}

/// <summary>The words of S3's surface.</summary>
public static class WireNames
{
    public const string Sent = "sent";
    public const string Delivered = "delivered";
    public const string Read = "read";

    public static string Of(MessageType type) => type switch
    {
        MessageType.CallLog => "call_log",
        MessageType.Image => "image",
        MessageType.Audio => "audio",
        MessageType.Video => "video",
        MessageType.File => "file",
        MessageType.Location => "location",
        MessageType.System => "system",
        _ => "text",
    };

    /// <summary>Null when the word is none that a client may send; absent means text.</summary>
    public static MessageType? TypeOf(string? word) => word switch
    {
        null or "" or "text" => MessageType.Text,
        "image" => MessageType.Image,
        "audio" => MessageType.Audio,
        "video" => MessageType.Video,
        "file" => MessageType.File,
        "location" => MessageType.Location,
        _ => null,
    };
}
