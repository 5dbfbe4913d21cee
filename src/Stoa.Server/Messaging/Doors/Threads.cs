using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Messaging.Uploads;

namespace Stoa.Server.Messaging.Doors;

/// <summary>S0's threads: conversations about a listing or an order, with roles.</summary>
public static class Threads
{
    public static void MapThreads(this IEndpointRouteBuilder routes)
    {
        var threads = routes.MapGroup("/api/messages/threads").RequireAuthorization().WithTags("Threads");
        threads.MapPost("", Open).WithSummary("Open a thread about something, or find it again")
            .Example("""{"context_type":"LISTING","context_id":"4711","participants":[{"user_id":"8","role":"SELLER"}]}""")
            .Refuses(
                OpenThread.ContextInvalid, OpenThread.ContextIsContact, Restriction.MessagingBanned, WhoMayWrite.NotPermitted,
                    OpeningRate.TooMany, OpenThread.RoleInvalid, OpenThread.TooMany, OpenThread.AdminsOnly, OpenThread.ParticipantNotFound);
        threads.MapGet("", List).WithSummary("The caller's threads, most recently written first; context=TYPE:ID narrows them down");
        threads.MapGet("/{id:long}", Read).WithSummary("One thread with its participants").Refuses(ThreadAccess.NotParticipant, ThreadAccess.NotFound);
        threads.MapGet("/{id:long}/messages", History).WithSummary("Messages, newest first; after= and before= take a number instead of an offset")
            .Refuses(ThreadAccess.NotParticipant, ThreadAccess.NotFound);
        threads.MapPost("/{id:long}/messages", Post).WithSummary("Send a message; answered once it is durable")
            .Example("""{"body":"Is it still available?","client_message_id":"0d7c4c1e"}""")
            .Refuses([ThreadAccess.NotParticipant, ThreadAccess.NotFound, .. SendMessage.Refusals]);
        threads.MapPost("/{id:long}/read", MarkRead).WithSummary("Mark everything in the thread as read").Refuses(ThreadAccess.NotParticipant, ThreadAccess.NotFound);
        threads.MapGet("/{id:long}/stream", Stream).WithSummary("New messages as server-sent events; Last-Event-ID resumes by number")
            .Refuses(ThreadAccess.NotParticipant, ThreadAccess.NotFound, StreamConversation.TooMany);
    }

    private static async Task<Results<Ok<ThreadOpened>, ProblemHttpResult>> Open(
        OpenThreadBody body, OpenThread open, Caller caller, CancellationToken cancellation)
    {
        var members = (body.Participants ?? []).ConvertAll(static p => new OpenThread.Member(p.UserId!.Value.Value, p.Role));
        return (await open.Handle(new(body.ContextType, body.ContextId, members), caller, cancellation)).ToOk(static id => new ThreadOpened(true, id));
    }

    private static async Task<Results<Ok<ThreadList>, ProblemHttpResult>> List(
        ListConversations list, FileLinks links, Caller caller, CancellationToken cancellation, int? limit = null, int? page = null, string? context = null)
    {
        var about = context?.Split(':', 2);
        var request = new ListConversations.Request(
            null, page, limit ?? ThreadView.DefaultLimit, ConversationKind.Thread, about?[0].ToUpperInvariant(), about is [_, var id] ? id : null);
        return (await list.Handle(request, caller, cancellation)).ToOk(r => new ThreadList([.. r.Conversations.Select(c => ThreadView.Of(c, links))], r.Total));
    }

    private static async Task<Results<Ok<ThreadView>, ProblemHttpResult>> Read(
        long id, ListConversations list, FileLinks links, ThreadAccess access, Caller caller, CancellationToken cancellation)
    {
        var found = await list.Handle(new(id, null, 1, ConversationKind.Thread), caller, cancellation);
        return found.Value.Conversations is [var only]
            ? TypedResults.Ok(ThreadView.Of(only, links))
            : (await access.ReasonAsync(Conversation.NotFound, id, cancellation)).ToHttp();
    }

    private static async Task<Results<Ok<ThreadHistory>, ProblemHttpResult>> History(
        long id, ReadMessages read, FileLinks links, ThreadAccess access, Caller caller, CancellationToken cancellation,
        int? limit = null, long? offset = null, long? after = null, long? before = null)
    {
        var page = await read.Handle(new(id, after, before, null, limit, offset ?? 0), caller, cancellation);
        return page.Refusal is { } refusal
            ? (await access.ReasonAsync(refusal, id, cancellation)).ToHttp()
            : TypedResults.Ok(ThreadHistory.Of(page.Value, caller.UserId, links));
    }

    private static async Task<Results<Ok<ThreadPosted>, ProblemHttpResult>> Post(
        long id, PostThreadMessage body, [FromHeader(Name = "Idempotency-Key"), AtMost(Message.MaxClientIdLength)] string? key,
        SendMessage send, ThreadAccess access, Caller caller, CancellationToken cancellation)
    {
        var content = new SendMessage.Content(
            body.Body, ReplyToId: body.ReplyTo?.Value, ClientMessageId: body.ClientMessageId ?? key, Attachments: body.Attachments?.ConvertAll(static a => a.ToAttachment()));
        var sent = await send.Handle(id, content, caller, cancellation);
        return sent.Refusal is { } refusal
            ? (await access.ReasonAsync(refusal, id, cancellation)).ToHttp()
            : TypedResults.Ok(ThreadPosted.Of(sent.Value.Message));
    }

    private static async Task<Results<Ok<ThreadDone>, ProblemHttpResult>> MarkRead(
        long id, MarkRead mark, ThreadAccess access, Caller caller, CancellationToken cancellation)
    {
        var marked = await mark.Handle(new(id, null), caller, cancellation);
        return marked.Refusal is { } refusal ? (await access.ReasonAsync(refusal, id, cancellation)).ToHttp() : TypedResults.Ok(new ThreadDone(true));
    }

    private static async Task<Results<ThreadEvents, ProblemHttpResult>> Stream(
        long id, HttpContext http, StreamConversation stream, FileLinks links, ThreadAccess access, Caller caller,
            CancellationToken cancellation)
    {
        var after = long.TryParse(http.Request.Headers["Last-Event-ID"], System.Globalization.CultureInfo.InvariantCulture, out var seq) ? seq : (long?)null;
        var opened = await stream.Handle(id, after, caller, cancellation);
        return opened.Refusal is { } refusal
            ? (await access.ReasonAsync(refusal, id, cancellation)).ToHttp()
            : new ThreadEvents(opened.Value, caller.UserId, links);
    }
}
