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

/// <summary>S1's conversations: the mailbox by partner, at the root and under /api. A conversation's name is its alias, or else its id.</summary>
public static class MailboxConversations
{
    private const int DefaultLimit = 100;

    public static void MapMailboxConversations(this IEndpointRouteBuilder routes)
    {
        var conversations = routes.MapGroup("/auth/conversations").RequireAuthorization().WithTags("Mailbox").WithMetadata(new UnprocessableWhenInvalid());
        conversations.MapGet("", List).WithSummary("The caller's conversations with one other, most recently written first");
        conversations.MapGet("/{name}/messages", Read).WithSummary("A page of a conversation: the newest first page, oldest first within it; after= catches up")
            .Refuses(Conversation.NotFound, ConversationName.Ambiguous);
        conversations.MapPost("/{name}/messages", Post).WithSummary("Send a message in a conversation; answered once it is durable")
            .Example("""{"recipient_id":8,"content":"Hello again!"}""")
            .Refuses(SendDirectMessage.Refusals);
        conversations.MapPut("/{name}/read",
            MarkRead).WithSummary("Mark everything in a conversation as read").Refuses(Conversation.NotFound, ConversationName.Ambiguous);
    }

    private static async Task<Results<Ok<List<MailboxConversation>>, ProblemHttpResult>> List(
        ListConversations list, Caller caller, CancellationToken cancellation, int? page = null, int? limit = null) =>
        (await list.Handle(new(null, page, limit ?? DefaultLimit, OnlyPairs: true), caller, cancellation))
            .ToOk(r => r.Conversations.Select(c => MailboxConversation.Of(c, caller.UserId)).ToList());

    private static async Task<Results<Ok<List<MailboxMessage>>, ProblemHttpResult>> Read(
        string name, ResolveConversation resolve, ReadMessages read, FileLinks links, Caller caller, CancellationToken cancellation,
        long? skip = null, int? limit = null, long? after = null, long? before = null)
    {
        var place = await resolve.Handle(name, caller, cancellation);
        if (place.Refusal is { } unknown)
            return unknown.ToHttp();
        var page = await read.Handle(new(place.Value.Id, after, before, null, limit ?? DefaultLimit, skip ?? 0), caller, cancellation);
        return page.ToOk(r => r.Messages.Where(m => !m.IsHiddenFrom(caller.UserId)).Select(m => MailboxMessage.Of(m, r.Card,
            links)).ToList());
    }

    private static async Task<Results<Ok<MailboxMessage>, ProblemHttpResult>> Post(
        string name, PostMessage body, [FromHeader(Name = "Idempotency-Key"), AtMost(Message.MaxClientIdLength)] string? key,
        SendDirectMessage send, FileLinks links, Caller caller, CancellationToken cancellation)
    {
        var content = new SendMessage.Content(body.Content, ReplyToId: body.ParentId, ClientMessageId: body.ClientMessageId ?? key, Attachments: body.ToAttachments());
        var sent = await send.Handle(new(body.RecipientId!.Value, name, content), caller, cancellation);
        return sent.ToOk(s => MailboxMessage.Of(s, links));
    }

    private static async Task<Results<Ok<Said>, ProblemHttpResult>> MarkRead(
        string name, ResolveConversation resolve, MarkRead mark, Caller caller, CancellationToken cancellation)
    {
        var place = await resolve.Handle(name, caller, cancellation);
        return place.Refusal is { } unknown
            ? unknown.ToHttp()
            : (await mark.Handle(new(place.Value.Id, null), caller, cancellation)).ToOk(static _ => new Said("Conversation marked as read"));
    }
}

/// <summary>A conversation with one other, as S1 writes it.</summary>
/// <param name="LastMessage">At most 100 characters.</param>
public sealed record MailboxConversation(
    string ConversationId, long? OtherUserId, string OtherUserName, string LastMessage, DateTimeOffset? LastMessageAt, int UnreadCount, long LastSeq)
{
    public static MailboxConversation Of(ListConversations.Summary summary, long reader)
    {
        var other = summary.Card.Parties.FirstOrDefault(p => p.UserId != reader);
        return new MailboxConversation(
            summary.Card.MailboxName, other?.UserId, other?.Name ?? "Unknown",
            ConversationView.Preview(summary.Last?.Body ?? ""), summary.Last?.SentAt, summary.UnreadCount, summary.LastSeq);
    }
}
