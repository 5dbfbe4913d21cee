using Stoa.Core.Outbox;
using Stoa.Server.Hosting.Json;

namespace Stoa.Server.Messaging.Doors;

/// <summary><c>dm:new_message</c>: enough to show a notification.</summary>
public sealed record NewMessagePreview(
    StringId ConversationId, StringId MessageId, long Seq, StringId SenderId, string SenderType, string SenderName, string Preview, string MessageType, DateTimeOffset Timestamp)
{
    public static NewMessagePreview Of(DirectMessage message) => new(
        message.ConversationId, message.Id, message.Seq, message.SenderId, message.SenderType, message.SenderName,
        ConversationView.Preview(message.Content), message.MessageType, message.Timestamp);
}

/// <summary><c>dm:messages_read</c>.</summary>
/// <param name="MessageIds">Empty when everything up to <paramref name="UpToSeq"/> was read.</param>
public sealed record MessagesReadView(StringId ConversationId, List<StringId> MessageIds, long? UpToSeq, StringId ReadBy, DateTimeOffset ReadAt)
{
    public static MessagesReadView Of(MessagesRead read) => new(
        read.ConversationId, [.. (read.MessageIds ?? []).Select(static id => new StringId(id))], read.UpToSeq, read.ReaderId, read.ReadAt);
}
