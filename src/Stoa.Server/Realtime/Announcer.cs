using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;

namespace Stoa.Server.Realtime;

/// <summary>What an announcement is of, so that it can be made again after a failure or a gap between servers.</summary>
/// <param name="Key">Names it among the announcements of its event.</param>
/// <param name="At">When it happened.</param>
public readonly record struct Happening(string Key, DateTimeOffset At);

/// <summary>Emits events to rooms from outside a socket handler; encoded once however many sockets are in them.</summary>
/// <remarks>
/// At most once: who is not connected gets nothing, and finds it in the record. What names its happening may be announced again: a server hands it to its
/// sockets once (<see cref="BroadcastTarget.Once"/>).
/// </remarks>
public sealed class Announcer
{
    private readonly SocketIOServer sockets;
    private readonly OpenRooms open;
    private readonly bool isLate;

    public Announcer(SocketIOServer sockets, OpenRooms open)
        : this(sockets, open, isLate: false)
    {
    }

    private Announcer(SocketIOServer sockets, OpenRooms open, bool isLate) => (this.sockets, this.open, this.isLate) = (sockets, open, isLate);

    /// <summary>The same, but only to sockets of this server, and only to rooms that somebody here was in when it happened: who came later has read it.</summary>
    public Announcer Late => new(sockets, open, isLate: true);

    /// <summary>To every socket that has the conversation open.</summary>
    public Task ToConversationAsync(long id, string name, object payload, Happening? what = null) => EmitAsync([Rooms.Conversation(id)], name, payload, what);

    /// <summary>To every socket of the account.</summary>
    public Task ToUserAsync(long id, string name, object payload, Happening? what = null) => EmitAsync([Rooms.User(id)], name, payload, what);

    /// <summary>To every socket of these accounts, at most some hundreds.</summary>
    public Task ToUsersAsync(IEnumerable<long> ids, string name, object payload) => EmitAsync([.. ids.Select(Rooms.User)], name, payload, null);

    /// <summary>To every socket of every administrator.</summary>
    public Task ToAdminsAsync(string name, object payload, Happening? what = null) => EmitAsync([Rooms.Admins], name, payload, what);

    private async Task EmitAsync(string[] rooms, string name, object payload, Happening? what)
    {
        var target = sockets.To(rooms);
        if (what is { } happening)
        {
            if (isLate && !open.WasOpen(rooms[0], happening.At))
                return;
            target = target.Once($"{name} {rooms[0]} {happening.Key}");
        }

        await (isLate ? target.Local : target).EmitAsync(name, payload);
    }
}
