using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Realtime;

namespace Stoa.Server.Messaging.Doors;

/// <summary>S3's conversations: camelCase, in an envelope of <c>success</c>, <c>data</c> and <c>message</c>.</summary>
public static class DirectConversations
{
    public static readonly Refusal UnknownType = Refusal.Invalid("message.type_unknown", "messageType is one of text, image, audio, video, file, location");

    public static void MapDirectConversations(this IEndpointRouteBuilder routes)
    {
        var conversations = routes.MapGroup("/api/conversations").RequireAuthorization().WithTags("Conversations").WithMetadata(new CamelCaseWire());
        conversations.MapGet("", List).WithSummary("The caller's conversations, most recently written first");
        conversations.MapGet("/{id:long}", Read).WithSummary("One conversation").Refuses(Conversation.NotFound);
        conversations.MapGet("/{id:long}/messages", ReadMessages).WithSummary("A page of messages: after= to catch up, before= to scroll back, or page=")
            .Refuses(Conversation.NotFound);
        conversations.MapPost("/{id:long}/messages", Post).WithSummary("Send a message; answered once it is durable")
            .Example("""{"content":"Hello!","messageType":"text","clientMessageId":"0d7c4c1e"}""")
            .Refuses(Conversation.NotFound, Conversation.Closed, Message.Empty, UnknownType, SendMessage.ParentNotFound, Message.ClientIdTaken);
    }

    private static async Task<Results<Ok<Envelope<ConversationPage>>, ProblemHttpResult>> List(
        ListConversations list, Caller caller, CancellationToken cancellation, int? page = null, int? limit = null) =>
        (await list.Handle(new(null, page, limit), caller, cancellation)).ToOk(r => Envelope.Of(new ConversationPage(
            [.. r.Conversations.Select(c => ConversationView.Of(c, caller.UserId))], r.Total, r.Page, r.Limit, r.Page * (long)r.Limit < r.Total)));

    private static async Task<Results<Ok<Envelope<ConversationView>>, ProblemHttpResult>> Read(
        long id, ListConversations list, Caller caller, CancellationToken cancellation)
    {
        var found = await list.Handle(new(id, null, 1), caller, cancellation);
        return found.Value.Conversations is [var only]
            ? TypedResults.Ok(Envelope.Of(ConversationView.Of(only, caller.UserId)))
            : Conversation.NotFound.ToHttp();
    }

    private static async Task<Results<Ok<Envelope<MessagePage>>, ProblemHttpResult>> ReadMessages(
        long id, ReadMessages read, Caller caller, CancellationToken cancellation,
        long? after = null, long? before = null, int? page = null, int? limit = null) =>
        (await read.Handle(new(id, after, before, page, limit), caller, cancellation)).ToOk(r => Envelope.Of(MessagePage.Of(r, caller.UserId)));

    private static async Task<Results<Created<Envelope<DirectMessage>>, ProblemHttpResult>> Post(
        long id, PostDirectMessage body, [FromHeader(Name = "Idempotency-Key"), AtMost(Message.MaxClientIdLength)] string? key,
        SendMessage send, ConversationCards cards, Caller caller, CancellationToken cancellation)
    {
        if (WireNames.TypeOf(body.MessageType) is not { } type)
            return UnknownType.ToHttp();
        var reply = body.ReplyTo ?? body.ReplyToId;
        var sent = await send.Handle(id, new(body.Content, type, reply?.Value, body.ClientMessageId ?? key), caller, cancellation);
        if (sent.Refusal is { } refusal)
            return refusal.ToHttp();
        var card = await cards.FindAsync(id, cancellation);
        return TypedResults.Created((string?)null, Envelope.Of(DirectMessage.Of(sent.Value.Message, card)));
    }
}

public sealed record PostDirectMessage(
    [property: AtMost(Message.MaxBodyLength)] string? Content,
    string? MessageType,
    StringId? ReplyTo,
    StringId? ReplyToId,
    [property: AtMost(Message.MaxClientIdLength)] string? ClientMessageId);

/// <summary>S3's success envelope.</summary>
public sealed record Envelope<T>(bool Success, T Data, string? Message);

public static class Envelope
{
    public static Envelope<T> Of<T>(T data, string? message = null) => new(true, data, message);
}

public sealed record ConversationPage(List<ConversationView> Conversations, int Total, int Page, int Limit, bool HasMore);

/// <param name="Messages">Oldest first.</param>
/// <param name="LastSeq">The newest number of the conversation.</param>
public sealed record MessagePage(List<DirectMessage> Messages, long Total, long LastSeq, int Page, int Limit, bool HasMore)
{
    public static MessagePage Of(ReadMessages.Response page, long reader) => new(
        [.. page.Messages.Select(m => DirectMessage.Of(m, page.Card, reader))], page.LastSeq, page.LastSeq, page.Page, page.Limit, page.HasMore);
}

public sealed record PartyView(StringId Id, string Type, string Name);

public sealed record LastMessageView(StringId Id, string Content, StringId SenderId, DateTimeOffset Timestamp, string MessageType, long Seq);

/// <summary>A conversation as S3 writes it.</summary>
/// <param name="UnreadCount">The caller's.</param>
/// <param name="LastReadSeq">Everything up to this number the caller has read.</param>
public sealed record ConversationView(
    [property: JsonPropertyName("_id")] StringId MongoId,
    StringId Id,
    string ConversationType,
    string? Alias,
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
    DateTimeOffset UpdatedAt)
{
    private const int PreviewLength = 100;

    public static ConversationView Of(ListConversations.Summary summary, long reader)
    {
        var card = summary.Card;
        var last = summary.Last;
        return new ConversationView(
            card.Id, card.Id, TypeOf(card), card.Alias,
            [.. card.Parties.Select(static p => new PartyView(p.UserId, PartyNames.Of(p.Type), p.Name))],
            last is null ? null : new LastMessageView(last.Id, last.Body, last.SenderId, last.SentAt, WireNames.Of(last.Type), last.Seq),
            last?.SentAt, last is null ? null : Preview(last.Body), summary.LastSeq, summary.UnreadCount, summary.LastReadSeq, summary.IsActive,
            summary.ContextType ?? "general", summary.ContextId, summary.CreatedAt, summary.UpdatedAt);
    }

    /// <summary>The first 100 characters, never half of one.</summary>
    public static string Preview(string body)
    {
        if (body.Length <= PreviewLength)
            return body;
        return body[..(char.IsHighSurrogate(body[PreviewLength - 1]) ? PreviewLength - 1 : PreviewLength)];
    }

    private static string TypeOf(ConversationCard card) => card.Kind switch
    {
        ConversationKind.Group or ConversationKind.Thread => "group",
        ConversationKind.Support => "admin_astrologer",
        _ when card.Parties.Any(static p => p.Type == PartyType.Astrologer) => "user_astrologer",
        _ => "direct",
    };
}
