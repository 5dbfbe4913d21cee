using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Stoa.Core.Accounts;
using Stoa.Core.Conversations;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Tokens;
using Stoa.Server.Messaging.Uploads;

namespace Stoa.Server.Messaging.Doors;

/// <summary>S3's support desk: administrators write to any account, as one inbox.</summary>
public static class SupportConversations
{
    public static void MapSupportConversations(this IEndpointRouteBuilder routes)
    {
        var desk = routes.MapGroup("/api/admin/conversations").RequireAuthorization(Policies.SupportDesk).WithTags("Support").WithMetadata(new CamelCaseWire());
        desk.MapGet("", List).WithSummary("The desk's inboxes, most recently written first").Notes(SecurityEvents.ReadInbox);
        desk.MapGet("/{accountId:long}", Read).WithSummary("The inbox with an account, made when there is none, with its newest messages").Refuses(User.NotFound)
            .Notes(SecurityEvents.ReadInbox);
        desk.MapGet("/{accountId:long}/messages", ReadMessages).WithSummary("A page of the inbox with an account").Refuses(User.NotFound)
            .Notes(SecurityEvents.ReadInbox);
        desk.MapPost("/{accountId:long}/messages", Post).WithSummary("Write to an account as the desk; who wrote it stays on record")
            .Example("""{"content":"How can we help?","messageType":"text"}""")
            .Refuses([User.NotFound, DirectConversations.UnknownType, .. SendMessage.Refusals]);
        desk.MapPost("/{accountId:long}/read", MarkRead).WithSummary("Mark what the account wrote as read, for the whole desk").Refuses(User.NotFound);
    }

    private static async Task<Results<Ok<Envelope<ConversationPage>>, ProblemHttpResult>> List(
        ListConversations list, SupportDesk desk, Caller admin, CancellationToken cancellation, int? page = null, int? limit = null) =>
        (await list.Handle(new(null, page, limit, ConversationKind.Support), await desk.ActAsync(admin, cancellation), cancellation)).ToOk(static r =>
            Envelope.Of(new ConversationPage([.. r.Conversations.Select(static c => ConversationView.Of(c))], r.Total, r.Page, r.Limit, r.Page * (long)r.Limit < r.Total)));

    private static async Task<Results<Ok<Envelope<ConversationView>>, ProblemHttpResult>> Read(
        long accountId, OpenSupportInbox inbox, SupportDesk desk, ListConversations list, ReadMessages read, FileLinks links, Caller admin, CancellationToken cancellation)
    {
        var opened = await inbox.Handle(accountId, cancellation);
        if (opened.Refusal is { } refusal)
            return refusal.ToHttp();
        var caller = await desk.ActAsync(admin, cancellation);
        var page = await read.Handle(new(opened.Value, null, null, null, null), caller, cancellation);
        var found = await list.Handle(new(opened.Value, null, 1), caller, cancellation);
        return TypedResults.Ok(Envelope.Of(ConversationView.Of(found.Value.Conversations[0], MessagePage.Of(page.Value, caller.UserId, links).Messages)));
    }

    private static async Task<Results<Ok<Envelope<MessagePage>>, ProblemHttpResult>> ReadMessages(
        long accountId, OpenSupportInbox inbox, SupportDesk desk, ReadMessages read, FileLinks links, Caller admin, CancellationToken cancellation,
        long? after = null, long? before = null, int? page = null, int? limit = null)
    {
        var opened = await inbox.Handle(accountId, cancellation);
        if (opened.Refusal is { } refusal)
            return refusal.ToHttp();
        var caller = await desk.ActAsync(admin, cancellation);
        return (await read.Handle(new(opened.Value, after, before, page, limit), caller, cancellation)).ToOk(r => Envelope.Of(MessagePage.Of(r, caller.UserId, links)));
    }

    private static async Task<Results<Created<Envelope<DirectMessage>>, ProblemHttpResult>> Post(
        long accountId, PostDirectMessage body, [FromHeader(Name = "Idempotency-Key"), AtMost(Message.MaxClientIdLength)] string? key,
        OpenSupportInbox inbox, SupportDesk desk, SendMessage send, ConversationCards cards, FileLinks links, Caller admin, CancellationToken cancellation)
    {
        var opened = await inbox.Handle(accountId, cancellation);
        return opened.Refusal is { } refusal
            ? refusal.ToHttp()
            : await DirectConversations.PostAsync(new(opened.Value, await desk.ActAsync(admin, cancellation)), body, key, send, cards, links, cancellation);
    }

    private static async Task<Results<Ok<Envelope<MarkedRead>>, ProblemHttpResult>> MarkRead(
        long accountId, OpenSupportInbox inbox, SupportDesk desk, MarkRead mark, Caller admin, CancellationToken cancellation)
    {
        var opened = await inbox.Handle(accountId, cancellation);
        if (opened.Refusal is { } refusal)
            return refusal.ToHttp();
        var marked = await mark.Handle(new(opened.Value, null), await desk.ActAsync(admin, cancellation), cancellation);
        return marked.ToOk(static m => Envelope.Of(new MarkedRead(m.UnreadCount, m.ReadAt)));
    }
}
