using Stoa.Core.Conversations;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;

namespace Stoa.Server.Messaging.Doors;

public sealed record OneConversation([property: Needed] ConversationRef? ConversationId);

public sealed record SendDirect(
    ConversationRef? ConversationId,
    PartyRef? RecipientId,
    [property: AtMost(Message.MaxBodyLength)] string? Content,
    string? MessageType,
    [property: AtMost(Attachment.MaxUrlLength)] string? MediaUrl,
    long? MediaSize,
    double? MediaDuration,
    [property: AtMost(Attachment.MaxUrlLength)] string? ThumbnailUrl,
    StringId? AttachmentId,
    [property: System.ComponentModel.DataAnnotations.MaxLength(Message.MaxAttachments)] List<DirectAttachmentBody>? Attachments,
    StringId? ReplyToId,
    [property: AtMost(Message.MaxClientIdLength)] string? ClientMessageId);

public sealed record MarkMessagesRead([property: Needed] ConversationRef? ConversationId, List<StringId>? MessageIds);

/// <param name="Seq">Everything up to this number; absent: everything there is.</param>
public sealed record MessagesHandedOver([property: Needed] ConversationRef? ConversationId, long? Seq);

/// <summary>Which page; see <see cref="ReadMessages.Request"/>.</summary>
public sealed record ReadHistory([property: Needed] ConversationRef? ConversationId, long? After, long? Before, int? Page, int? Limit);

/// <summary>A page of messages, oldest first.</summary>
public sealed record HistoryPage(
    string ConversationId, List<DirectMessage> Messages, long Total, long LastSeq, int Page, int Limit, bool HasMore, bool BeginAnew);

/// <param name="LastSeq">The newest number: a client that holds less catches up.</param>
public sealed record ConversationJoined(string ConversationId, bool Success, long LastSeq);

public sealed record Typing(string ConversationId, string UserId, string UserType, string UserName);

public sealed record MarkedRead(int UnreadCount, DateTimeOffset ReadAt);
