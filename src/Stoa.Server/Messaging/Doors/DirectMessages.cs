using System.Text.Json.Serialization;
using Stoa.Core.Conversations;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Realtime;

namespace Stoa.Server.Messaging.Doors;

/// <summary>A message as S3's routes and sockets write it. Clients read <c>timestamp</c> or <c>createdAt</c>, <c>_id</c> or <c>id</c>.</summary>
/// <param name="Seq">Its number within the conversation: a gap says that something was missed, and <c>?after=</c> brings it.</param>
/// <param name="Status">sent, delivered or read, as its recipient left it.</param>
public sealed record DirectMessage(
    [property: JsonPropertyName("_id")] StringId MongoId,
    StringId Id,
    StringId ConversationId,
    long Seq,
    StringId SenderId,
    string SenderType,
    string SenderName,
    StringId? RecipientId,
    string? RecipientType,
    string Content,
    string MessageType,
    StringId? ReplyToId,
    string? ClientMessageId,
    DateTimeOffset Timestamp,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    string Status,
    DateTimeOffset? ReadAt,
    bool IsEdited,
    bool IsDeleted)
{
    /// <summary>For everybody in the conversation, or for one reader who may have deleted it.</summary>
    public static DirectMessage Of(Message message, ConversationCard card, long? reader = null)
    {
        var sender = card.PartyOf(message.SenderId);
        var recipient = message.RecipientId is { } id ? card.PartyOf(id) : null;
        return new DirectMessage(
            message.Id, message.Id, message.ConversationId, message.Seq,
            message.SenderId, PartyNames.Of(sender.Type), sender.Name,
            recipient is null ? null : new StringId(recipient.UserId), recipient is null ? null : PartyNames.Of(recipient.Type),
            message.Body, WireNames.Of(message.Type), message.ReplyToId is { } parent ? new StringId(parent) : null, message.ClientMessageId,
            message.SentAt, message.SentAt, message.EditedAt ?? message.SentAt,
            message.ReadAt is null ? "sent" : "read", message.ReadAt, message.EditedAt is not null,
            message.ErasedAt is not null || (reader is { } who && message.IsHiddenFrom(who)));
    }
}

/// <summary>The words of S3's surface.</summary>
public static class WireNames
{
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
