using Stoa.Core.Outbox;
using Stoa.Server.Hosting.Json;

namespace Stoa.Server.Messaging.Doors;

/// <summary><c>dm:new_message</c>: enough to show a notification.</summary>
public sealed record NewMessagePreview(
    string ConversationId, StringId MessageId, long Seq, string SenderId, string SenderType, string SenderName, string Preview, string MessageType, DateTimeOffset Timestamp)
{
    public static NewMessagePreview Of(DirectMessage message) => new(
        message.ConversationId, message.Id, message.Seq, message.SenderId, message.SenderType, message.SenderName,
        ConversationView.Preview(message.Content), message.MessageType, message.Timestamp);
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
