using System.Text.Json.Serialization;
using Stoa.Core.Conversations;
using Stoa.Core.Outbox;
using Stoa.Server.Hosting.Json;

namespace Stoa.Server.Messaging.Doors;

/// <summary><c>dm:new_message</c>: enough to show a notification, under the names that messages have too, because some clients show it as one.</summary>
/// <param name="Content">The same as <paramref name="Preview"/>: the first 100 characters.</param>
public sealed record NewMessagePreview(
    [property: JsonPropertyName("_id")] StringId MongoId,
    StringId Id,
    StringId MessageId,
    string ConversationId,
    long Seq,
    string SenderId,
    string SenderType,
    string SenderName,
    string? SenderAvatar,
    string? RecipientId,
    string? RecipientType,
    string Preview,
    string Content,
    string MessageType,
    DateTimeOffset Timestamp,
    DateTimeOffset CreatedAt,
    string Status)
{
    public static NewMessagePreview Of(DirectMessage message)
    {
        var preview = ConversationView.Preview(message.Content);
        return new NewMessagePreview(
            message.Id, message.Id, message.Id, message.ConversationId, message.Seq, message.SenderId, message.SenderType, message.SenderName, message.SenderAvatar,
            message.RecipientId, message.RecipientType, preview, preview, message.MessageType, message.Timestamp, message.CreatedAt, message.Status);
    }
}

/// <summary><c>dm:message_deleted</c>: nobody can read it any more; clients leave a gap with its number.</summary>
public sealed record MessageDeletedView([property: JsonPropertyName("_id")] StringId MongoId, StringId Id, StringId MessageId, string ConversationId, long Seq)
{
    public static MessageDeletedView Of(Message message, ConversationCard card) => new(message.Id, message.Id, message.Id, card.WireName, message.Seq);
}

/// <summary><c>dm:messages_read</c>.</summary>
/// <param name="MessageIds">Empty when everything up to <paramref name="UpToSeq"/> was read.</param>
public sealed record MessagesReadView(string ConversationId, List<StringId> MessageIds, long? UpToSeq, string ReadBy, DateTimeOffset ReadAt)
{
    public static MessagesReadView Of(MessagesRead read, ConversationCard card) => new(
        card.WireName, [.. (read.MessageIds ?? []).Select(static id => new StringId(id))], read.UpToSeq, card.WireIdOf(read.ReaderId), read.ReadAt);
}

/// <summary><c>dm:messages_delivered</c>: a participant was handed everything up to a number.</summary>
public sealed record MessagesDeliveredView(string ConversationId, long UpToSeq, string DeliveredTo, DateTimeOffset DeliveredAt);
