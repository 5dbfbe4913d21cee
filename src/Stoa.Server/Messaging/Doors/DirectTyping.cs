using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Server.Hosting;
using Stoa.Server.Realtime;
using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;

namespace Stoa.Server.Messaging.Doors;

/// <summary>Shows the others in a conversation that somebody is typing, and that he is no longer: when he says so, sends, leaves, types elsewhere, or is gone.</summary>
/// <remarks>Kept with the socket, in memory: a server that dies says nothing, so clients drop what they show after some seconds themselves (docs/realtime.md).</remarks>
internal static class DirectTyping
{
    private const string ShownKey = "typing";
    private const string StoppedKey = "typing stopped";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static void Map(SocketNamespaceBuilder io)
    {
        io.OnRequest<OneConversation>(Events.DmTypingStart, Events.DmError, StartAsync);
        io.OnRequest<OneConversation>(Events.DmTypingStop, Events.DmError, StopAsync);
        io.OnDisconnect(static (socket, _) => EndAsync(socket, null));
    }

    /// <summary>Tells the others that it is over, if they are shown that this socket types there.</summary>
    /// <param name="conversation">Null: wherever it is.</param>
    public static async Task EndAsync(Socket socket, long? conversation)
    {
        if (ShownOf(socket) is not { } shown || (conversation is { } one && one != shown.Conversation))
            return;
        socket.Data.Remove(ShownKey);
        await TellAsync(socket, shown, Events.DmTypingStop, Events.DmUserStoppedTyping);
    }

    private static async Task<Outcome<object?>> StartAsync(Socket socket, OneConversation payload, Caller caller, CancellationToken cancellation)
    {
        var place = await PlaceAsync(socket, payload, caller, cancellation);
        if (place.Refusal is { } refusal)
            return refusal;
        var now = socket.Services.GetRequiredService<TimeProvider>().GetUtcNow();

        // A client that says so with every key pressed is relayed once a second.
        var before = ShownOf(socket);
        if (before is not null && before.Conversation == place.Value.Id && now - before.At < Pause)
            return (object?)null;
        var said = await SayAsync(socket, place.Value, caller, now, cancellation);
        if (said.Refusal is not null || said.Value is not { } shown)
            return said.Then<object?>(static _ => null);
        if (before is not null && before.Conversation != shown.Conversation)
            await EndAsync(socket, null);
        socket.Data[ShownKey] = shown;
        await TellAsync(socket, shown, Events.DmTypingStart, Events.DmUserTyping);
        return (object?)null;
    }

    private static async Task<Outcome<object?>> StopAsync(Socket socket, OneConversation payload, Caller caller, CancellationToken cancellation)
    {
        var place = await PlaceAsync(socket, payload, caller, cancellation);
        if (place.Refusal is { } refusal)
            return refusal;
        if (ShownOf(socket) is { } shown && shown.Conversation == place.Value.Id)
        {
            await EndAsync(socket, shown.Conversation);
            return (object?)null;
        }

        // Nothing is shown of this socket; it may be of one that was lost before, so it is passed on, and as rarely as a start.
        var now = socket.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        if (socket.Data.TryGetValue(StoppedKey, out var at) && at is DateTimeOffset last && now - last < Pause)
            return (object?)null;
        socket.Data[StoppedKey] = now;
        var said = await SayAsync(socket, place.Value, caller, now, cancellation);
        if (said.Refusal is null && said.Value is { } over)
            await TellAsync(socket, over, Events.DmTypingStop, Events.DmUserStoppedTyping);
        return said.Then<object?>(static _ => null);
    }

    /// <summary>Relayed only to a room this socket was let into, so the membership check of joining holds here too.</summary>
    private static async Task<Outcome<ResolveConversation.Place>> PlaceAsync(Socket socket, OneConversation payload, Caller caller, CancellationToken cancellation)
    {
        var place = await DirectSocket.PlaceAsync(socket, payload.ConversationId!.Value, caller, cancellation);
        return place.Refusal is null && !socket.Rooms.Contains(Rooms.Conversation(place.Value.Id)) ? Conversation.NotFound : place;
    }

    private static async Task<Outcome<Shown?>> SayAsync(
        Socket socket, ResolveConversation.Place place, Caller caller, DateTimeOffset now, CancellationToken cancellation)
    {
        var said = await socket.Services.GetRequiredService<SayTyping>().Handle(place.Id, place.As, cancellation);
        if (said.Refusal is not null || said.Value is not { } card)
            return said.Then<Shown?>(static _ => null);
        var writer = place.As.UserId;
        var typing = new Typing(card.WireName, card.WireIdOf(writer), PartyNames.Of(caller.Type), card.PartyOf(writer).Name);
        return new Shown(place.Id, typing, caller.UserId, now);
    }

    private static Shown? ShownOf(Socket socket) => socket.Data.TryGetValue(ShownKey, out var shown) ? shown as Shown : null;

    private static async Task TellAsync(Socket socket, Shown shown, string name, string otherName)
    {
        var others = socket.Namespace.To(Rooms.Conversation(shown.Conversation)).Except(Rooms.User(shown.Writer)).Volatile;
        await others.EmitAsync(name, shown.Typing);
        await others.EmitAsync(otherName, shown.Typing);
    }

    /// <summary>What the others are shown of this socket.</summary>
    /// <param name="Writer">The account, whose own sockets are not told.</param>
    private sealed record Shown(long Conversation, Typing Typing, long Writer, DateTimeOffset At);
}
