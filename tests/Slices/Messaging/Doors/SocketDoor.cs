using System.Collections.Concurrent;
using Stoa.TestSupport;

namespace Slices.Messaging.Doors;

/// <summary>S3's <c>dm:*</c> events; each person has one socket.</summary>
internal sealed class SocketDoor : TalkDoor, IAsyncDisposable
{
    private readonly ConcurrentDictionary<Person, Lazy<Task<LiveSocket>>> sockets = new();

    public override async Task<Written> WriteAsync(Talk talk, Person writer, string body, long? replyTo = null) => Written.Of(
        await AskAsync(writer, "dm:send_message", new { conversationId = DirectDoor.NameOf(talk), content = body, replyToId = replyTo }));

    public override async Task<IReadOnlyList<Sight>> ReadAsync(Talk talk, Person reader) =>
        DirectSights((await AskAsync(reader, "dm:history", new { conversationId = DirectDoor.NameOf(talk), limit = 200 })).GetProperty("messages"));

    public override async Task<IReadOnlyDictionary<Talk, int>> CountAsync(Person reader, IReadOnlyList<Talk> talks)
    {
        var counts = new Dictionary<Talk, int>();
        foreach (var talk in talks.Where(t => Shows(t, reader)))
            counts[talk] = await MarkSomeAsync(talk, reader, []);
        return counts;
    }

    public override async Task MarkAsync(Talk talk, Person reader) => await AskAsync(reader, "dm:mark_read", new { conversationId = DirectDoor.NameOf(talk) });

    /// <summary>Marks these; returns how many are left unread.</summary>
    public async Task<int> MarkSomeAsync(Talk talk, Person reader, IReadOnlyList<long> ids) =>
        (await AskAsync(reader, "dm:mark_read", new { conversationId = DirectDoor.NameOf(talk), messageIds = ids })).GetProperty("unreadCount").GetInt32();

    public Task<LiveSocket> OfAsync(Person person) => sockets.GetOrAdd(person, static p => new(() => LiveSocket.ConnectAsync(p))).Value;

    public async ValueTask DisposeAsync()
    {
        foreach (var socket in sockets.Values)
            await (await socket.Value).DisposeAsync();
    }

    private async Task<System.Text.Json.JsonElement> AskAsync(Person person, string name, object payload) => await (await OfAsync(person)).AskAsync(name, payload);
}
