using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Stoa.Core.Conversations;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Messaging.Uploads;

namespace Stoa.Server.Messaging.Doors;

public sealed record OpenThreadBody(
    [property: Needed, AtMost(50)] string? ContextType,
    [property: Needed, AtMost(100)] string? ContextId,
    [property: MaxLength(OpenThread.MaxParticipants)] List<ThreadMember>? Participants);

public sealed record ThreadMember([property: Needed] StringId? UserId, [property: AtMost(30)] string? Role);

public sealed record ThreadOpened(bool Ok, StringId Id);

public sealed record ThreadDone(bool Ok);

public sealed record PostThreadMessage(
    [property: AtMost(Message.MaxBodyLength)] string? Body,
    [property: MaxLength(Message.MaxAttachments)] List<AttachmentBody>? Attachments,
    StringId? ReplyTo,
    [property: AtMost(Message.MaxClientIdLength)] string? ClientMessageId);

/// <summary>An attachment as clients name it: by the id or address of an upload, or by an address elsewhere.</summary>
public sealed record AttachmentBody(
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

/// <summary>An attachment as S0 writes it.</summary>
/// <param name="Url">Of an upload: a link that is good for a while (<see cref="FileLinks"/>).</param>
public sealed record AttachmentView(StringId? Id, string? Url, string? Mime, string? Name, long? Size, double? Duration, string? ThumbnailUrl)
{
    public static List<AttachmentView> All(IReadOnlyList<Attachment>? attachments, FileLinks links) => attachments is null ? [] : [.. attachments.Select(a =>
        new AttachmentView(a.UploadId is { } id ? new StringId(id) : null, links.UrlOf(a), a.Mime, a.Name, a.Size, a.Duration, links.ThumbnailUrlOf(a)))];
}

public sealed record ThreadPosted(bool Ok, StringId Id, DateTimeOffset CreatedAt, bool Redacted, long Seq)
{
    public static ThreadPosted Of(Message message) => new(true, message.Id, message.SentAt, message.IsRedacted, message.Seq);
}

/// <summary>A message as S0 writes it.</summary>
/// <param name="Seq">Its number within the thread: a gap says that something was missed, and <c>?after=</c> brings it.</param>
public sealed record ThreadMessage(
    StringId Id,
    StringId ThreadId,
    StringId SenderId,
    string SenderName,
    string Body,
    List<AttachmentView> Attachments,
    bool Redacted,
    long Seq,
    DateTimeOffset CreatedAt,
    DateTimeOffset? EditedAt,
    DateTimeOffset? ReadAt)
{
    public static ThreadMessage Of(Message message, ConversationCard card, FileLinks links) => new(
        message.Id, message.ConversationId, message.SenderId, card.PartyOf(message.SenderId).Name, message.Body, AttachmentView.All(message.Attachments, links),
        message.IsRedacted, message.Seq, message.SentAt, message.EditedAt, message.ReadAt);
}

/// <param name="Messages">Newest first; what the reader deleted is left out.</param>
/// <param name="BeginAnew">Asked for what follows a number above <paramref name="LastSeq"/>: throw away what is held and read from the start.</param>
public sealed record ThreadHistory(List<ThreadMessage> Messages, long LastSeq, bool HasMore, bool BeginAnew)
{
    public static ThreadHistory Of(ReadMessages.Response page, long reader, FileLinks links) => new(
        [.. page.Messages.Where(m => !m.IsHiddenFrom(reader)).Reverse().Select(m => ThreadMessage.Of(m, page.Card, links))], page.LastSeq, page.HasMore, page.BeginsAnew);
}

public sealed record ThreadParticipant(StringId UserId, string Role, string Name);

/// <param name="LastMessage">Null before the first.</param>
public sealed record ThreadView(
    StringId Id,
    string? ContextType,
    string? ContextId,
    StringId CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    int UnreadCount,
    long LastSeq,
    ThreadMessage? LastMessage,
    List<ThreadParticipant> Participants)
{
    public const int DefaultLimit = 50;

    public static ThreadView Of(ListConversations.Summary summary, FileLinks links) => new(
        summary.Card.Id, summary.ContextType, summary.ContextId, summary.CreatedBy, summary.CreatedAt, summary.UpdatedAt, summary.UnreadCount, summary.LastSeq,
        summary.Last is null ? null : ThreadMessage.Of(summary.Last, summary.Card, links),
        [.. summary.Card.Parties.Select(static p => new ThreadParticipant(p.UserId, p.Role ?? OpenThread.Observer, p.Name))]);
}

public sealed record ThreadList(List<ThreadView> Threads, int TotalCount);

[JsonSerializable(typeof(OpenThreadBody))]
[JsonSerializable(typeof(ThreadOpened))]
[JsonSerializable(typeof(ThreadDone))]
[JsonSerializable(typeof(ThreadList))]
[JsonSerializable(typeof(ThreadHistory))]
[JsonSerializable(typeof(PostThreadMessage))]
[JsonSerializable(typeof(ThreadPosted))]
[JsonSerializable(typeof(ReviewedThreads))]
[JsonSerializable(typeof(FlaggedMessages))]
[JsonSerializable(typeof(ReviewedMessages))]
[JsonSerializable(typeof(ThreadMessage))]
public sealed partial class ThreadsJson : JsonSerializerContext;
