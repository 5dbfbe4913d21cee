using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Stoa.Core.Conversations;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Messaging.Uploads;

namespace Stoa.Server.Messaging.Doors;

/// <summary>S1's mailbox: messages between two people, at the root and under /api.</summary>
public static class MailboxDoor
{
    public static void MapMailbox(this IEndpointRouteBuilder routes)
    {
        var messages = routes.MapGroup("/messages").RequireAuthorization().WithTags("Mailbox").WithMetadata(new UnprocessableWhenInvalid());
        messages.MapGet("", All).WithSummary("The latest messages sent and received, oldest first");
        messages.MapGet("/sent", Sent).WithSummary("The latest messages sent, oldest first");
        messages.MapGet("/received", Received).WithSummary("The latest messages received, oldest first");
        messages.MapGet("/search", Search).WithSummary("Find one's messages by their words, newest first; before= takes a message id").Refuses(SearchMessages.BadQuery);
        messages.MapGet("/unread/count", CountUnreadMessages).WithSummary("How many messages are unread");
        messages.MapPut("/read-all", ReadAll).WithSummary("Mark everything as read");
        messages.MapPost("", Post).WithSummary("Send a message to an account; answered once it is durable")
            .Example("""{"recipient_id":8,"content":"Hello Ben!","client_message_id":"0d7c4c1e"}""")
            .Refuses(SendDirectMessage.Refusals);
        messages.MapGet("/{id:long}", Read).WithSummary("One message").Refuses(Message.NotFound, OwnMessage.NotYours);
        messages.MapPut("/{id:long}", Edit).WithSummary("Change a message's text, by its sender")
            .Example("""{"content":"Hello Ben!!"}""")
            .Refuses([Message.NotFound, EditMessage.NotSender, Message.Empty, Conversation.NotFound, .. WritingGate.Refusals]);
        messages.MapPut("/{id:long}/read", MarkOne).WithSummary("Mark one message as read, by its recipient")
            .Refuses(Message.NotFound, MarkMessageRead.NotRecipient);
        messages.MapDelete("/{id:long}", Delete).WithSummary("Delete a message for the caller's side").Refuses(Message.NotFound, OwnMessage.NotYours);
    }

    private static async Task<Results<Ok<List<MailboxMessage>>, ProblemHttpResult>> All(
        ListMailbox list, FileLinks links, Caller caller, CancellationToken cancellation,
        int? skip = null, int? limit = null, [FromQuery(Name = "unread_only")] bool unreadOnly = false) =>
        (await list.Handle(new(Mailbox.All, unreadOnly, skip, limit), caller, cancellation)).ToOk(e => MailboxMessage.All(e, links));

    private static async Task<Results<Ok<List<MailboxMessage>>, ProblemHttpResult>> Sent(
        ListMailbox list, FileLinks links, Caller caller, CancellationToken cancellation, int? skip = null, int? limit = null) =>
        (await list.Handle(new(Mailbox.Sent, false, skip, limit), caller, cancellation)).ToOk(e => MailboxMessage.All(e, links));

    private static async Task<Results<Ok<List<MailboxMessage>>, ProblemHttpResult>> Received(
        ListMailbox list, FileLinks links, Caller caller, CancellationToken cancellation,
        int? skip = null, int? limit = null, [FromQuery(Name = "unread_only")] bool unreadOnly = false) =>
        (await list.Handle(new(Mailbox.Received, unreadOnly, skip, limit), caller, cancellation)).ToOk(e => MailboxMessage.All(e, links));

    private static async Task<Results<Ok<List<MailboxMessage>>, ProblemHttpResult>> Search(
        SearchMessages search, FileLinks links, Caller caller, CancellationToken cancellation, string? q = null, long? before = null, int? limit = null) =>
        (await search.Handle(new(q, before, limit), caller, cancellation))
            .ToOk(r => r.Messages.Select(m => MailboxMessage.Of(m, r.Cards[m.ConversationId], links)).ToList());

    private static async Task<Results<Ok<UnreadCount>, ProblemHttpResult>> CountUnreadMessages(
        CountUnread count, Caller caller, CancellationToken cancellation) =>
        (await count.Handle(caller, cancellation)).ToOk(static n => new UnreadCount(n));

    private static async Task<Results<Ok<Said>, ProblemHttpResult>> ReadAll(MarkAllRead mark, Caller caller, CancellationToken cancellation) =>
        (await mark.Handle(caller, cancellation)).ToOk(static _ => new Said("All messages marked as read"));

    private static async Task<Results<Created<MailboxMessage>, ProblemHttpResult>> Post(
        PostMessage body, [FromHeader(Name = "Idempotency-Key"), AtMost(Message.MaxClientIdLength)] string? key, SendDirectMessage send, FileLinks links, Caller caller, CancellationToken cancellation)
    {
        var content = new SendMessage.Content(body.Content, MessageType.Text, body.ParentId, body.ClientMessageId ?? key, body.ToAttachments());
        var sent = await send.Handle(new(body.RecipientId!.Value, body.ConversationId, content), caller, cancellation);
        return sent.ToCreated(s => MailboxMessage.Of(s, links));
    }

    private static async Task<Results<Ok<MailboxMessage>, ProblemHttpResult>> Read(
        long id, ReadMessage read, FileLinks links, Caller caller, CancellationToken cancellation) =>
        (await read.Handle(id, caller, cancellation)).ToOk(e => MailboxMessage.Of(e, links));

    private static async Task<Results<Ok<MailboxMessage>, ProblemHttpResult>> Edit(
        long id, EditBody body, EditMessage edit, FileLinks links, Caller caller, CancellationToken cancellation) =>
        (await edit.Handle(id, body.Content, caller, cancellation)).ToOk(e => MailboxMessage.Of(e, links));

    private static async Task<Results<Ok<Said>, ProblemHttpResult>> MarkOne(
        long id, MarkMessageRead mark, Caller caller, CancellationToken cancellation) =>
        (await mark.Handle(id, caller, cancellation)).ToOk(static _ => new Said("Message marked as read"));

    private static async Task<Results<Ok<Said>, ProblemHttpResult>> Delete(
        long id, DeleteMessage delete, Caller caller, CancellationToken cancellation) =>
        (await delete.Handle(id, caller, cancellation)).ToOk(static _ => new Said("Message deleted"));
}

public sealed record PostMessage(
    [property: Needed] long? RecipientId,
    [property: Needed, AtMost(Message.MaxBodyLength)] string? Content,
    [property: AtMost(Conversation.MaxAliasLength)] string? ConversationId,
    long? ParentId,
    [property: AtMost(Message.MaxClientIdLength)] string? ClientMessageId,
    [property: MaxLength(Message.MaxAttachments)] List<AttachmentBody>? Attachments)
{
    internal IReadOnlyList<Attachment>? ToAttachments() => Attachments?.ConvertAll(static a => a.ToAttachment());
}

public sealed record EditBody([property: AtMost(Message.MaxBodyLength)] string? Content);

public sealed record UnreadCount([property: System.Text.Json.Serialization.JsonPropertyName("unread_count")] int Count);

/// <summary>A message as S1 writes it.</summary>
/// <param name="ConversationId">The conversation's name among the two, e.g. <c>conv_3_8</c>.</param>
/// <param name="Seq">Its number within the conversation: a gap says that something was missed.</param>
public sealed record MailboxMessage(
    long Id,
    long SenderId,
    long? RecipientId,
    string Content,
    bool IsRead,
    string? ConversationId,
    long? ParentId,
    long Seq,
    List<AttachmentView> Attachments,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static MailboxMessage Of(MailboxEntry entry, FileLinks links) => new(
        entry.Id, entry.SenderId, entry.RecipientId, entry.Body, entry.IsRead, entry.ConversationName, entry.ReplyToId, entry.Seq,
        AttachmentView.All(entry.Attachments, links), entry.SentAt, entry.UpdatedAt);

    /// <summary>A message under the name that its conversation is known by.</summary>
    public static MailboxMessage Of(Message message, ConversationCard card, FileLinks links) =>
        Of(new MailboxEntry(message, card.Kind, card.Alias), links);

    /// <summary>Just sent: the conversation is called as its sender called it.</summary>
    public static MailboxMessage Of(SendDirectMessage.Sent sent, FileLinks links) =>
        Of(new MailboxEntry(sent.Appended.Message, ConversationKind.Direct, null), links) with { ConversationId = sent.Name };

    public static List<MailboxMessage> All(IReadOnlyList<MailboxEntry> entries, FileLinks links) => [.. entries.Select(e => Of(e, links))];
}
