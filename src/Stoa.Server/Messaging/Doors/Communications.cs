using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Conversations;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Realtime;
using Stoa.Server.Realtime.Presence;

namespace Stoa.Server.Messaging.Doors;

/// <summary>S3's list of everybody an astrologer is in touch with, as its app calls it: the same conversations, one line each.</summary>
public static class Communications
{
    public static void MapCommunications(this IEndpointRouteBuilder routes)
    {
        var all = routes.MapGroup("/api/communications").RequireAuthorization().WithTags("Communications").WithMetadata(new CamelCaseWire());
        all.MapGet("/{astrologerId:long}", List).WithSummary("The astrologer's conversations with their newest message, most recently written first").Refuses(WhoseContacts.NotYours)
            .Notes(SecurityEvents.ReadInbox, exceptOwn: true);
        all.MapGet("/{astrologerId:long}/unread-counts", CountUnreads).WithSummary("How much the astrologer has not seen yet").Refuses(WhoseContacts.NotYours);
        all.MapPatch("/messages/{id:long}/read", ReadOne).WithSummary("Mark one message as read, by its recipient")
            .Refuses(WhoseContacts.NotYours, Message.NotFound, MarkMessageRead.NotRecipient);
        all.MapPatch("/{astrologerId:long}/messages/mark-all-read", ReadAll).WithSummary("Mark every message as read").Refuses(WhoseContacts.NotYours);
        all.MapPost("/{astrologerId:long}/messages", Post).WithSummary("Write to a contact; admin is the support desk")
            .Example("""{"contactId":"8","message":"Hello!"}""")
            .Refuses([WhoseContacts.NotYours, User.NotFound, Conversation.NotFound, .. SendDirectMessage.Refusals]);
    }

    private static async Task<Results<Ok<CommunicationPage>, ProblemHttpResult>> List(
        long astrologerId, ListConversations list, ReadPresence presence, Caller caller, CancellationToken cancellation, int? page = null, int? limit = null)
    {
        var found = await list.Handle(new(null, page, limit, ContactsOf: astrologerId), caller, cancellation);
        if (found.Refusal is { } refusal)
            return refusal.ToHttp();
        var items = await ItemsAsync(found.Value.Conversations, presence, caller, cancellation);
        var (total, number, size) = (found.Value.Total, found.Value.Page, found.Value.Limit);
        return TypedResults.Ok(new CommunicationPage(true, items, total, number, size, number * (long)size < total));
    }

    private static async Task<Results<Ok<UnreadCounts>, ProblemHttpResult>> CountUnreads(
        long astrologerId, CountUnread count, Caller caller, CancellationToken cancellation) =>
        (await count.OfAstrologerAsync(astrologerId, caller, cancellation)).ToOk(UnreadCounts.Of);

    private static async Task<Results<Ok<Envelope<StringId>>, ProblemHttpResult>> ReadOne(long id, MarkMessageRead mark, Caller caller, CancellationToken cancellation) =>
        (await mark.ByAstrologerAsync(id, caller, cancellation)).ToOk(_ => Envelope.Of(new StringId(id), "Message marked as read"));

    private static async Task<Results<Ok<Envelope<UnreadNumbers>>, ProblemHttpResult>> ReadAll(
        long astrologerId, MarkAllRead mark, CountUnread count, Caller caller, CancellationToken cancellation)
    {
        if ((await mark.OfAstrologerAsync(astrologerId, caller, cancellation)).Refusal is { } refusal)
            return refusal.ToHttp();
        return (await count.Handle(caller, cancellation)).ToOk(static n => Envelope.Of(new UnreadNumbers(n, 0, 0), "All messages marked as read"));
    }

    private static async Task<Results<Created<Envelope<CommunicationItem>>, ProblemHttpResult>> Post(
        long astrologerId, PostCommunication body, [FromHeader(Name = "Idempotency-Key"), AtMost(Message.MaxClientIdLength)] string? key,
        WriteToContact write, ListConversations list, ReadPresence presence, Caller caller, CancellationToken cancellation)
    {
        var content = new SendMessage.Content(body.Message, ClientMessageId: body.ClientMessageId ?? key);
        var sent = await write.Handle(new(astrologerId, body.ContactId!, content), caller, cancellation);
        if (sent.Refusal is { } refusal)
            return refusal.ToHttp();
        var found = await list.Handle(new(sent.Value, null, 1), caller, cancellation);
        var items = await ItemsAsync(found.Value.Conversations, presence, caller, cancellation);
        return TypedResults.Created((string?)null, Envelope.Of(items[0]));
    }

    /// <summary>A line for each conversation, with whether its contact is online.</summary>
    private static async Task<List<CommunicationItem>> ItemsAsync(
        IReadOnlyList<ListConversations.Summary> conversations, ReadPresence presence, Caller caller, CancellationToken cancellation)
    {
        if (conversations.Count == 0)
            return [];
        var contacts = conversations.Select(c => CommunicationItem.ContactOf(c, caller.UserId).UserId).ToList();
        var seen = await presence.Handle(contacts, caller, cancellation);
        var online = seen.Value.Where(static p => p.IsOnline).Select(static p => p.UserId).ToHashSet();
        return [.. conversations.Select((c, i) => CommunicationItem.Of(c, caller.UserId, online.Contains(contacts[i])))];
    }
}

/// <param name="ContactId">Digits of an account's id, or <c>admin</c>.</param>
public sealed record PostCommunication(
    [property: Needed, AtMost(Conversation.MaxAliasLength)] string? ContactId,
    [property: Needed, AtMost(Core.Conversations.Message.MaxBodyLength)] string? Message,
    [property: AtMost(Core.Conversations.Message.MaxClientIdLength)] string? ClientMessageId);

/// <summary>A contact with what was written last.</summary>
/// <param name="Id">Of the newest message, as the routes that mark it as read take it.</param>
/// <param name="Type"><c>message</c>; calls are not in this list yet.</param>
/// <param name="ContactId">Digits; the support desk is <c>admin</c>.</param>
/// <param name="IsOnline">As in <c>GET /api/presence</c>: false also for who hides it.</param>
/// <param name="Status"><c>sent</c> or <c>received</c>.</param>
/// <param name="Duration">Of a call, <c>m:ss</c>; null for a message.</param>
public sealed record CommunicationItem(
    [property: JsonPropertyName("_id")] StringId MongoId, StringId Id, string Type, string ContactName, string ContactId, string ContactType, string? Avatar,
    DateTimeOffset Timestamp, string Preview, int UnreadCount, bool IsOnline, string Status, string? Duration, decimal? ChargedAmount, StringId? SessionId,
    string ConversationId)
{
    /// <param name="summary">A conversation of two with at least one message.</param>
    public static CommunicationItem Of(ListConversations.Summary summary, long reader, bool isOnline)
    {
        var (card, last) = (summary.Card, summary.Last!);
        var contact = ContactOf(summary, reader);
        return new CommunicationItem(
            last.Id, last.Id, "message", contact.Name, card.WireIdOf(contact.UserId), PartyNames.Of(contact.Type), null,
            last.SentAt, ConversationView.Preview(last.Body), summary.UnreadCount, isOnline, last.SenderId == reader ? "sent" : "received", null, null, null, card.WireName);
    }

    internal static Party ContactOf(ListConversations.Summary summary, long reader) =>
        summary.Card.Parties.FirstOrDefault(p => p.UserId != reader) ?? summary.Card.PartyOf(0);
}

public sealed record CommunicationPage(bool Success, List<CommunicationItem> Data, int Total, int Page, int Limit, bool HasMore);

public sealed record UnreadNumbers(int Messages, int MissedCalls, int MissedVideoCalls);

/// <summary>The numbers in the envelope and beside it: the app reads either.</summary>
public sealed record UnreadCounts(bool Success, UnreadNumbers Data, int Messages, int MissedCalls, int MissedVideoCalls)
{
    public static UnreadCounts Of(int messages) => new(true, new UnreadNumbers(messages, 0, 0), messages, 0, 0);
}

[JsonSerializable(typeof(PostCommunication))]
[JsonSerializable(typeof(CommunicationPage))]
[JsonSerializable(typeof(UnreadCounts))]
[JsonSerializable(typeof(Envelope<StringId>))]
[JsonSerializable(typeof(Envelope<UnreadNumbers>))]
[JsonSerializable(typeof(Envelope<CommunicationItem>))]
public sealed partial class CommunicationsJson : JsonSerializerContext;
