using System.Text.Json.Serialization;
using Stoa.Core.Conversations;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Messaging.Uploads;
using Stoa.Server.Realtime;

namespace Stoa.Server.Messaging.Doors;

public sealed record PostDirectMessage(
    [property: AtMost(Message.MaxBodyLength)] string? Content,
    [property: AtMost(Message.MaxBodyLength)] string? Message,
    string? MessageType,
    [property: AtMost(Attachment.MaxUrlLength)] string? MediaUrl,
    long? MediaSize,
    double? MediaDuration,
    [property: AtMost(Attachment.MaxUrlLength)] string? ThumbnailUrl,
    StringId? AttachmentId,
    [property: System.ComponentModel.DataAnnotations.MaxLength(Core.Conversations.Message.MaxAttachments)] List<DirectAttachmentBody>? Attachments,
    StringId? ReplyTo,
    StringId? ReplyToId,
    [property: AtMost(Core.Conversations.Message.MaxClientIdLength)] string? ClientMessageId)
{
    /// <summary>Null when the type is none that a client may send.</summary>
    /// <param name="key">The header <c>Idempotency-Key</c>, when the body has no client id.</param>
    public SendMessage.Content? ToContent(string? key) => WireNames.TypeOf(MessageType) is { } type
        ? new SendMessage.Content(Content ?? Message, type, (ReplyTo ?? ReplyToId)?.Value, ClientMessageId ?? key, DirectMedia.Of(MediaUrl, MediaSize, MediaDuration, ThumbnailUrl, AttachmentId, Attachments))
        : null;
}

/// <summary>An attachment as S3's clients name it: by the id or address of an upload, or by an address elsewhere.</summary>
public sealed record DirectAttachmentBody(
    [property: AtMost(Attachment.MaxUrlLength)] string? Url,
    [property: AtMost(Attachment.MaxMimeLength)] string? Mime,
    [property: AtMost(Attachment.MaxNameLength)] string? Name,
    long? Size,
    double? Duration,
    [property: AtMost(Attachment.MaxUrlLength)] string? ThumbnailUrl,
    StringId? Id)
{
    public Attachment ToAttachment() => new(Url, Mime, Name, Size, Duration, ThumbnailUrl, Id?.Value);
}

/// <summary>The one attachment that S3's clients write flat, and the others.</summary>
internal static class DirectMedia
{
    public static IReadOnlyList<Attachment>? Of(string? url, long? size, double? duration, string? thumbnail, StringId? upload, List<DirectAttachmentBody>? others)
    {
        if (url is null && upload is null)
            return others?.ConvertAll(static o => o.ToAttachment());
        return [new Attachment(url, null, null, size, duration, thumbnail, upload?.Value), .. (others ?? []).Select(static o => o.ToAttachment())];
    }
}

/// <summary>S3's success envelope.</summary>
public sealed record Envelope<T>(bool Success, T Data, string? Message);

public static class Envelope
{
    public static Envelope<T> Of<T>(T data, string? message = null) => new(true, data, message);
}

/// <summary>Opens a conversation: with one account, or among several.</summary>
/// <param name="ParticipantId">The other one.</param>
/// <param name="ParticipantIds">Several make a group.</param>
public sealed record OpenConversationBody(
    StringId? ParticipantId,
    [property: System.ComponentModel.DataAnnotations.MaxLength(OpenGroup.MaxMembers)] List<StringId>? ParticipantIds,
    [property: AtMost(Conversation.MaxTitleLength)] string? Title);

public sealed record ConversationPage(List<ConversationView> Conversations, int Total, int Page, int Limit, bool HasMore);

/// <param name="Messages">Oldest first.</param>
/// <param name="LastSeq">The newest number of the conversation.</param>
/// <param name="BeginAnew">Asked for what follows a number above <paramref name="LastSeq"/>: throw away what is held and read from the start.</param>
public sealed record MessagePage(List<DirectMessage> Messages, long Total, long LastSeq, int Page, int Limit, bool HasMore, bool BeginAnew)
{
    public static MessagePage Of(ReadMessages.Response page, long reader, FileLinks links) => new(
        [.. page.Messages.Select(m => DirectMessage.Of(m, page.Card, links, reader, page.Progress))], page.LastSeq, page.LastSeq, page.Page, page.Limit, page.HasMore,
        page.BeginsAnew);
}

/// <param name="NextBefore">What <c>before=</c> takes for the next page; null at the end.</param>
public sealed record MessagesFound(List<DirectMessage> Messages, StringId? NextBefore);

public sealed record PartyView(string Id, string Type, string Name);

public sealed record LastMessageView(StringId Id, string Content, string SenderId, DateTimeOffset Timestamp, string MessageType, long Seq);

/// <summary>A conversation as S3 writes it.</summary>
/// <param name="UnreadCount">The caller's.</param>
/// <param name="LastReadSeq">Everything up to this number the caller has read.</param>
/// <param name="Messages">The newest page, where a route answers it along; null elsewhere.</param>
public sealed record ConversationView(
    [property: JsonPropertyName("_id")] string MongoId,
    string Id,
    string ConversationType,
    string? Alias,
    string? Title,
    List<PartyView> Participants,
    LastMessageView? LastMessage,
    DateTimeOffset? LastMessageAt,
    string? LastMessagePreview,
    long LastSeq,
    int UnreadCount,
    long LastReadSeq,
    bool IsActive,
    string ContextType,
    string? ContextId,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    List<DirectMessage>? Messages)
{
    private const int PreviewLength = 100;

    public static ConversationView Of(ListConversations.Summary summary, List<DirectMessage>? messages = null)
    {
        var card = summary.Card;
        var last = summary.Last;
        return new ConversationView(
            card.WireName, card.WireName, TypeOf(card), card.ShownAlias, card.Title,
            [.. card.Parties.Select(p => new PartyView(card.WireIdOf(p.UserId), PartyNames.Of(p.Type), p.Name))],
            last is null ? null : new LastMessageView(last.Id, last.Body, card.WireIdOf(last.SenderId), last.SentAt, WireNames.Of(last.Type), last.Seq),
            last?.SentAt, last is null ? null : Preview(last.Body), summary.LastSeq, summary.UnreadCount, summary.LastReadSeq, summary.IsActive,
            summary.ContextType ?? "general", summary.ContextId, summary.CreatedAt, summary.UpdatedAt, messages);
    }

    public static string Preview(string body) => Message.Preview(body, PreviewLength);

    private static string TypeOf(ConversationCard card) => card.Kind switch
    {
        ConversationKind.Group or ConversationKind.Thread => "group",
        ConversationKind.Support => "admin_astrologer",
        _ when card.Parties.Any(static p => p.Type == PartyType.Astrologer) => "user_astrologer",
        _ => "direct",
    };
}
