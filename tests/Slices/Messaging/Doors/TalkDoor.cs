using System.Text.Json;
using Stoa.TestSupport;

namespace Slices.Messaging.Doors;

/// <summary>One way to the same conversations: the routes of one client, or its socket events.</summary>
internal abstract class TalkDoor
{
    /// <summary>Those that need no socket.</summary>
    public static IReadOnlyList<TalkDoor> Http { get; } = [new ThreadDoor(), new MailboxDoor(), new MailboxConversationDoor(), new DirectDoor(), new DeskDoor()];

    /// <summary>Whether this person finds the conversation behind this door.</summary>
    public virtual bool Shows(Talk talk, Person person) => talk.Has(person);

    public abstract Task<Written> WriteAsync(Talk talk, Person writer, string body, long? replyTo = null);

    /// <summary>Oldest first, at most 200; what the reader deleted is left out.</summary>
    public abstract Task<IReadOnlyList<Sight>> ReadAsync(Talk talk, Person reader);

    /// <summary>The reader's unread counts.</summary>
    public abstract Task<IReadOnlyDictionary<Talk, int>> CountAsync(Person reader, IReadOnlyList<Talk> talks);

    /// <summary>Marks everything in the conversation as read.</summary>
    public abstract Task MarkAsync(Talk talk, Person reader);

    public sealed override string ToString() => GetType().Name;

    protected IReadOnlyDictionary<Talk, int> Counts(
        Person reader, IReadOnlyList<Talk> talks, JsonElement list, Func<Talk, string> nameOf, string name, string count)
    {
        var byName = list.EnumerateArray().ToDictionary(c => c.GetProperty(name).GetString()!, c => c.GetProperty(count).GetInt32());
        return talks.Where(t => Shows(t, reader)).ToDictionary(static t => t, t => byName[nameOf(t)]);
    }

    protected static List<Sight> DirectSights(JsonElement messages) =>
    [
        .. messages.EnumerateArray().Where(static m => !m.GetProperty("isDeleted").GetBoolean()).Select(static m => new Sight(
            Numbers.Of(m.GetProperty("id")), m.GetProperty("seq").GetInt64(), m.GetProperty("content").GetString()!, IsSet(m, "readAt"))),
    ];

    protected static bool IsSet(JsonElement message, string time) => message.TryGetProperty(time, out var at) && at.ValueKind == JsonValueKind.String;
}

/// <summary>S0's threads.</summary>
internal sealed class ThreadDoor : TalkDoor
{
    public override bool Shows(Talk talk, Person person) => talk.Kind == TalkKind.Thread && talk.Has(person);

    public override async Task<Written> WriteAsync(Talk talk, Person writer, string body, long? replyTo = null) =>
        Written.Of((await writer.PostAsync($"/api/messages/threads/{talk.Id}/messages", new { body, reply_to = replyTo })).Is(200).Body);

    public override async Task<IReadOnlyList<Sight>> ReadAsync(Talk talk, Person reader) =>
    [
        .. (await reader.GetAsync($"/api/messages/threads/{talk.Id}/messages?limit=200")).Is(200).Body.GetProperty("messages").EnumerateArray().Reverse()
            .Select(static m => new Sight(Numbers.Of(m.GetProperty("id")), m.GetProperty("seq").GetInt64(), m.GetProperty("body").GetString()!, IsSet(m, "read_at"))),
    ];

    public override async Task<IReadOnlyDictionary<Talk, int>> CountAsync(Person reader, IReadOnlyList<Talk> talks) => Counts(
        reader, talks, (await reader.GetAsync("/api/messages/threads?limit=20")).Is(200).Body.GetProperty("threads"), static t => t.Id, "id", "unread_count");

    public override async Task MarkAsync(Talk talk, Person reader) => (await reader.PostAsync($"/api/messages/threads/{talk.Id}/read", null)).Is(200);
}

/// <summary>S1's mailbox: messages one by one.</summary>
internal sealed class MailboxDoor : TalkDoor
{
    public override bool Shows(Talk talk, Person person) => talk.IsPair && talk.Has(person) && !talk.IsDesk(person);

    public override async Task<Written> WriteAsync(Talk talk, Person writer, string body, long? replyTo = null) => Written.Of((await writer.PostAsync(
        "/messages", new { recipient_id = talk.RecipientOf(writer), content = body, conversation_id = talk.Alias, parent_id = replyTo })).Is(201).Body);

    public override async Task<IReadOnlyList<Sight>> ReadAsync(Talk talk, Person reader) =>
        [.. Of(talk, await BoxAsync(reader, "/messages?limit=200")).Select(MailboxConversationDoor.SightOf)];

    public override async Task<IReadOnlyDictionary<Talk, int>> CountAsync(Person reader, IReadOnlyList<Talk> talks)
    {
        var unread = await BoxAsync(reader, "/messages/received?unread_only=true&limit=200");
        return talks.Where(t => Shows(t, reader)).ToDictionary(static t => t, t => Of(t, unread).Count());
    }

    public override async Task MarkAsync(Talk talk, Person reader)
    {
        foreach (var message in Of(talk, await BoxAsync(reader, "/messages/received?unread_only=true&limit=200")))
            (await reader.PutAsync($"/messages/{message.GetProperty("id").GetInt64()}/read")).Is(200);
    }

    private static async Task<JsonElement> BoxAsync(Person reader, string path) => (await reader.GetAsync(path)).Is(200).Body;

    private static IEnumerable<JsonElement> Of(Talk talk, JsonElement box) => box.EnumerateArray().Where(m => m.GetProperty("conversation_id").GetString() == talk.Alias);
}

/// <summary>S1's conversations.</summary>
internal sealed class MailboxConversationDoor : TalkDoor
{
    public override bool Shows(Talk talk, Person person) => talk.IsPair && talk.Has(person) && !talk.IsDesk(person);

    public override async Task<Written> WriteAsync(Talk talk, Person writer, string body, long? replyTo = null) => Written.Of((await writer.PostAsync(
        $"/auth/conversations/{talk.Alias}/messages", new { recipient_id = talk.RecipientOf(writer), content = body, parent_id = replyTo })).Is(200).Body);

    public override async Task<IReadOnlyList<Sight>> ReadAsync(Talk talk, Person reader) =>
        [.. (await reader.GetAsync($"/auth/conversations/{talk.Alias}/messages?limit=200")).Is(200).Body.EnumerateArray().Select(SightOf)];

    public override async Task<IReadOnlyDictionary<Talk, int>> CountAsync(Person reader, IReadOnlyList<Talk> talks) =>
        Counts(reader, talks, (await reader.GetAsync("/auth/conversations?limit=20")).Is(200).Body, static t => t.Alias, "conversation_id", "unread_count");

    public override async Task MarkAsync(Talk talk, Person reader) => (await reader.PutAsync($"/auth/conversations/{talk.Alias}/read")).Is(200);

    public static Sight SightOf(JsonElement message) => new(
        message.GetProperty("id").GetInt64(), message.GetProperty("seq").GetInt64(), message.GetProperty("content").GetString()!, message.GetProperty("is_read").GetBoolean());
}

/// <summary>S3's conversations over HTTP.</summary>
internal sealed class DirectDoor : TalkDoor
{
    public override async Task<Written> WriteAsync(Talk talk, Person writer, string body, long? replyTo = null) => Written.Of(
        (await writer.PostAsync($"/api/conversations/{NameOf(talk)}/messages", new { content = body, replyTo })).Is(201).Body.GetProperty("data"));

    public override async Task<IReadOnlyList<Sight>> ReadAsync(Talk talk, Person reader) => DirectSights(
        (await reader.GetAsync($"/api/conversations/{NameOf(talk)}/messages?limit=200")).Is(200).Body.GetProperty("data").GetProperty("messages"));

    public override async Task<IReadOnlyDictionary<Talk, int>> CountAsync(Person reader, IReadOnlyList<Talk> talks)
    {
        // An administrator's own list does not hold the desk's inboxes; one by one they answer.
        if (talks.FirstOrDefault(t => t.IsDesk(reader)) is { } inbox)
            return new Dictionary<Talk, int> { [inbox] = (await DataAsync(reader, $"/api/conversations/{NameOf(inbox)}")).GetProperty("unreadCount").GetInt32() };
        return Counts(reader, talks, (await DataAsync(reader, "/api/conversations?limit=20")).GetProperty("conversations"), NameOf, "id", "unreadCount");
    }

    public override async Task MarkAsync(Talk talk, Person reader) => (await reader.PostAsync($"/api/conversations/{NameOf(talk)}/read", null)).Is(200);

    public static string NameOf(Talk talk) => talk.Kind == TalkKind.Support ? talk.Alias : talk.Id;

    private static async Task<JsonElement> DataAsync(Person reader, string path) => (await reader.GetAsync(path)).Is(200).Body.GetProperty("data");
}

/// <summary>S3's support desk, for administrators.</summary>
internal sealed class DeskDoor : TalkDoor
{
    public override bool Shows(Talk talk, Person person) => talk.IsDesk(person);

    public override async Task<Written> WriteAsync(Talk talk, Person writer, string body, long? replyTo = null) => Written.Of(
        (await writer.PostAsync($"{PathOf(talk)}/messages", new { content = body, replyTo })).Is(201).Body.GetProperty("data"));

    public override async Task<IReadOnlyList<Sight>> ReadAsync(Talk talk, Person reader) =>
        DirectSights((await reader.GetAsync($"{PathOf(talk)}/messages?limit=200")).Is(200).Body.GetProperty("data").GetProperty("messages"));

    public override async Task<IReadOnlyDictionary<Talk, int>> CountAsync(Person reader, IReadOnlyList<Talk> talks) => Counts(
        reader, talks, (await reader.GetAsync("/api/admin/conversations?limit=100")).Is(200).Body.GetProperty("data").GetProperty("conversations"), static t => t.Alias, "id", "unreadCount");

    public override async Task MarkAsync(Talk talk, Person reader) => (await reader.PostAsync($"{PathOf(talk)}/read", null)).Is(200);

    private static string PathOf(Talk talk) => $"/api/admin/conversations/{talk.People[1].Id}";
}
