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

/// <summary>S3's conversations: camelCase, in an envelope of <c>success</c>, <c>data</c> and <c>message</c>.</summary>
/// <remarks>A conversation's name in a path is the digits of its id, its alias, or <c>admin</c>: the caller's inbox with the support desk.</remarks>
public static class DirectConversations
{
    public static readonly Refusal UnknownType = Refusal.Invalid("message.type_unknown", "messageType is one of text, image, audio, video, file, location");
    public static readonly Refusal NobodyNamed = Refusal.Invalid("conversation.nobody", "participantId or participantIds is needed");

    public static void MapDirectConversations(this IEndpointRouteBuilder routes)
    {
        var conversations = routes.MapGroup("/api/conversations").RequireAuthorization().WithTags("Conversations").WithMetadata(new CamelCaseWire());
        conversations.MapGet("", List).WithSummary("The caller's conversations, most recently written first");
        conversations.MapPost("", Open).WithSummary("Open a conversation with somebody, or among several")
            .Example("""{"participantId":"8"}""")
            .Refuses(NobodyNamed, SendDirectMessage.ToSelf, SendDirectMessage.RecipientNotFound, Restriction.MessagingBanned,
                WhoMayWrite.NotPermitted, OpeningRate.TooMany,
                OpenGroup.Size, OpenThread.ParticipantNotFound);
        conversations.MapGet("/search", Search).WithSummary("Find one's messages by their words, newest first; before= takes a message id").Refuses(SearchMessages.BadQuery);
        conversations.MapGet("/{name}",
            Read).WithSummary("One conversation; admin is the caller's inbox with the support desk").Refuses(Conversation.NotFound,
            ConversationName.Ambiguous);
        conversations.MapGet("/{name}/messages", ReadMessages).WithSummary("A page of messages: after= to catch up, before= to scroll back, or page=")
            .Refuses(Conversation.NotFound, ConversationName.Ambiguous);
        conversations.MapPost("/{name}/messages", Post).WithSummary("Send a message; answered once it is durable")
            .Example("""{"content":"Hello!","messageType":"text","clientMessageId":"0d7c4c1e"}""")
            .Refuses([Conversation.NotFound, ConversationName.Ambiguous, UnknownType, .. SendMessage.Refusals]);
        conversations.MapPost("/{name}/read",
            MarkAll).WithSummary("Mark everything in the conversation as read").Refuses(Conversation.NotFound, ConversationName.Ambiguous);
    }

    private static async Task<Results<Ok<Envelope<ConversationPage>>, ProblemHttpResult>> List(
        ListConversations list, Caller caller, CancellationToken cancellation, int? page = null, int? limit = null) =>
        (await list.Handle(new(null, page, limit), caller, cancellation)).ToOk(static r => Envelope.Of(new ConversationPage(
            [.. r.Conversations.Select(static c => ConversationView.Of(c))], r.Total, r.Page, r.Limit, r.Page * (long)r.Limit < r.Total)));

    private static async Task<Results<Ok<Envelope<MessagesFound>>, ProblemHttpResult>> Search(
        SearchMessages search, FileLinks links, Caller caller, CancellationToken cancellation, string? q = null, string? query = null, long? before = null, int? limit = null) =>
        (await search.Handle(new(q ?? query, before, limit), caller, cancellation)).ToOk(r => Envelope.Of(new MessagesFound(
            [.. r.Messages.Select(m => DirectMessage.Of(m, r.Cards[m.ConversationId], links, caller.UserId))], r.NextBefore is { } next ? new StringId(next) : null)));

    private static async Task<Results<Ok<Envelope<ConversationView>>, ProblemHttpResult>> Open(
        OpenConversationBody body, SendDirectMessage direct, OpenGroup group, ListConversations list, Caller caller, CancellationToken cancellation)
    {
        var others = body.ParticipantIds?.ConvertAll(static p => p.Value) ?? [];
        var opened = body.ParticipantId is { } one && others.Count == 0
            ? await direct.OpenAsync(one.Value, caller, cancellation)
            : others.Count == 0 ? NobodyNamed : await group.Handle(new(others, body.Title), caller, cancellation);
        return opened.Refusal is { } refusal ? refusal.ToHttp() : await OneAsync(new(opened.Value, caller), list, cancellation);
    }

    private static async Task<Results<Ok<Envelope<ConversationView>>, ProblemHttpResult>> Read(
        string name, ResolveConversation resolve, ListConversations list, Caller caller, CancellationToken cancellation)
    {
        var place = await resolve.Handle(name, caller, cancellation);
        return place.Refusal is { } refusal ? refusal.ToHttp() : await OneAsync(place.Value, list, cancellation);
    }

    private static async Task<Results<Ok<Envelope<MessagePage>>, ProblemHttpResult>> ReadMessages(
        string name, ResolveConversation resolve, ReadMessages read, FileLinks links, Caller caller, CancellationToken cancellation,
        long? after = null, long? before = null, int? page = null, int? limit = null)
    {
        var place = await resolve.Handle(name, caller, cancellation);
        if (place.Refusal is { } refusal)
            return refusal.ToHttp();
        var (id, reader) = place.Value;
        return (await read.Handle(new(id, after, before, page, limit), reader, cancellation)).ToOk(r => Envelope.Of(MessagePage.Of(r, reader.UserId, links)));
    }

    private static async Task<Results<Created<Envelope<DirectMessage>>, ProblemHttpResult>> Post(
        string name, PostDirectMessage body, [FromHeader(Name = "Idempotency-Key"), AtMost(Message.MaxClientIdLength)] string? key,
        ResolveConversation resolve, SendMessage send, ConversationCards cards, FileLinks links, Caller caller, CancellationToken cancellation)
    {
        var place = await resolve.Handle(name, caller, cancellation);
        return place.Refusal is { } refusal ? refusal.ToHttp() : await PostAsync(place.Value, body, key, send, cards, links, cancellation);
    }

    private static async Task<Results<Ok<Envelope<MarkedRead>>, ProblemHttpResult>> MarkAll(
        string name, ResolveConversation resolve, MarkRead mark, Caller caller, CancellationToken cancellation)
    {
        var place = await resolve.Handle(name, caller, cancellation);
        if (place.Refusal is { } refusal)
            return refusal.ToHttp();
        return (await mark.Handle(new(place.Value.Id, null), place.Value.As, cancellation)).ToOk(static m => Envelope.Of(new MarkedRead(m.UnreadCount, m.ReadAt)));
    }

    internal static async Task<Results<Ok<Envelope<ConversationView>>, ProblemHttpResult>> OneAsync(
        ResolveConversation.Place place, ListConversations list, CancellationToken cancellation)
    {
        var found = await list.Handle(new(place.Id, null, 1), place.As, cancellation);
        return found.Value.Conversations is [var only] ? TypedResults.Ok(Envelope.Of(ConversationView.Of(only))) : Conversation.NotFound.ToHttp();
    }

    internal static async Task<Results<Created<Envelope<DirectMessage>>, ProblemHttpResult>> PostAsync(
        ResolveConversation.Place place, PostDirectMessage body, string? key, SendMessage send, ConversationCards cards, FileLinks links, CancellationToken cancellation)
    {
        if (body.ToContent(key) is not { } content)
            return UnknownType.ToHttp();
        var sent = await send.Handle(place.Id, content, place.As, cancellation);
        if (sent.Refusal is { } refusal)
            return refusal.ToHttp();
        var card = await cards.FindAsync(place.Id, cancellation);
        return TypedResults.Created((string?)null, Envelope.Of(DirectMessage.Of(sent.Value.Message, card, links, place.As.UserId)));
    }
}
