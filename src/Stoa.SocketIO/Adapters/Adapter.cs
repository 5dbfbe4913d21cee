using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Recovery;
using Stoa.SocketIO.Rooms;

namespace Stoa.SocketIO.Adapters;

/// <summary>
/// The one seam for several nodes: who is in which room here, and the verbs that must reach sockets everywhere. One instance per namespace.
/// An implementation publishes each verb to the other nodes and, on receiving one, calls the <c>…Locally</c> method of the same name.
/// </summary>
/// <remarks>
/// <para>Guarantees towards callers: at most once per socket and broadcast; no delivery to a socket that has left. Order: two broadcasts made one
/// after the other on one node reach every socket of that node in that order, and of any other node too as far as the implementation's
/// transport keeps order; between nodes there is none.</para>
/// <para>Duties of an implementation: deliver locally before the returned task ends, and without waiting for other nodes; never block; may be
/// called from any thread at once. A verb with <see cref="BroadcastOptions.Local"/> is not published.</para>
/// <para>Cost: a local delivery is O(receivers); the packet is encoded already, and its bytes are shared by all of them.</para>
/// </remarks>
public abstract class Adapter(SocketNamespace space)
{
    private readonly OnceOnly _once = new();

    /// <summary>The namespace served.</summary>
    protected SocketNamespace Namespace { get; } = space;

    /// <summary>Whether <see cref="SaveSessionAsync"/> and its sisters do something. Fixed for the life of the adapter.</summary>
    public virtual bool Recovers => false;

    /// <summary>The rooms of this node that have members, those named after sockets not included. A snapshot, O(rooms).</summary>
    public IReadOnlyCollection<string> LocalRooms => Table.Names;

    /// <summary>How many sockets of this namespace are on this node.</summary>
    public int LocalCount => Table.Count;

    internal RoomTable Table { get; } = new();

    /// <summary>Called once before the first socket joins; subscriptions are made here. A failure stops the start, or refuses the client of a dynamic namespace.</summary>
    public virtual ValueTask StartAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

    /// <summary>Called once when the server stops or an empty dynamic namespace is removed.</summary>
    public virtual ValueTask StopAsync() => ValueTask.CompletedTask;

    /// <summary>How many nodes serve this namespace, this one included.</summary>
    public virtual ValueTask<int> CountServersAsync() => new(1);

    /// <summary>Whether the room has members on this node.</summary>
    public bool HasLocalMembers(string room) => Table.Exists(room);

    /// <summary>Sends an event to the sockets meant, on all nodes. An event that can be recovered (no ack id, not volatile) gets its offset here.</summary>
    public abstract ValueTask BroadcastAsync(SocketPacket packet, BroadcastOptions options);

    /// <summary>Sends an event to the sockets meant, on all nodes, and gathers their answers in <paramref name="answers"/>.</summary>
    /// <remarks>Must call <see cref="AckCollector.ExpectServers"/> once and see that each server's number of receivers is added. <see cref="BroadcastOptions.Timeout"/> is set.</remarks>
    public abstract ValueTask BroadcastWithAckAsync(SocketPacket packet, BroadcastOptions options, AckCollector answers);

    /// <summary>What is known of the sockets meant, on all nodes.</summary>
    public abstract ValueTask<IReadOnlyList<SocketDetails>> FetchSocketsAsync(BroadcastOptions options, CancellationToken cancellation);

    /// <summary>Makes the sockets meant join rooms, on all nodes.</summary>
    public abstract ValueTask JoinAsync(BroadcastOptions options, IReadOnlyList<string> rooms);

    /// <summary>Makes the sockets meant leave rooms, on all nodes.</summary>
    public abstract ValueTask LeaveAsync(BroadcastOptions options, IReadOnlyList<string> rooms);

    /// <summary>Disconnects the sockets meant, on all nodes.</summary>
    /// <param name="close">Close their connections; else they only leave the namespace.</param>
    public abstract ValueTask DisconnectAsync(BroadcastOptions options, bool close);

    /// <summary>Tells the <em>other</em> nodes. Their answers go to <paramref name="answers"/> when it is not null: one receiver per other node.</summary>
    /// <param name="packet">An event in this namespace.</param>
    public abstract ValueTask ServerSideEmitAsync(SocketPacket packet, AckCollector? answers);

    /// <summary>Keeps a lost socket's state for <see cref="RecoveryOptions.MaxDisconnection"/>. May fail silently: the client starts anew then.</summary>
    public virtual ValueTask SaveSessionAsync(SavedSession session) => ValueTask.CompletedTask;

    /// <summary>Takes a saved session away, so that no second client can; null when there is none.</summary>
    public virtual ValueTask<SavedSession?> TakeSessionAsync(string privateId) => new((SavedSession?)null);

    /// <summary>The events with their offsets after <paramref name="offset"/> that were meant for the session, in order; null when the offset is not known any more.</summary>
    /// <remarks>Called when the socket is in its rooms again. An event that also reached it live is recognized by its offset and delivered once.</remarks>
    public virtual ValueTask<IReadOnlyList<SocketPacket>?> ReadMissedAsync(SavedSession session, string offset) => new((IReadOnlyList<SocketPacket>?)null);

    /// <summary>A session that must not come back: its socket left on the client's or the server's wish. Only called when <see cref="Recovers"/>.</summary>
    public virtual ValueTask ForgetSessionAsync(string privateId) => ValueTask.CompletedTask;

    /// <summary>
    /// A connected socket is new, or its rooms have changed. For adapters that keep sessions while they live, so that they outlast a killed process.
    /// Only called when <see cref="Recovers"/>; must not block.
    /// </summary>
    protected internal virtual void OnSessionChanged(Socket socket)
    {
    }

    /// <summary>What would be saved of a socket now; null when it is not connected.</summary>
    protected static SavedSession? SessionOf(Socket socket) => socket is { IsConnected: true, PrivateId: not null } ? socket.ToSession() : null;

    /// <summary>Rooms got their first member on this node. For adapters that subscribe per room. Called outside of locks; may come late against <see cref="OnRoomsDeleted"/>: look at <see cref="HasLocalMembers"/>.</summary>
    protected internal virtual void OnRoomsCreated(IReadOnlyList<string> rooms)
    {
    }

    /// <summary>Rooms lost their last member on this node.</summary>
    protected internal virtual void OnRoomsDeleted(IReadOnlyList<string> rooms)
    {
    }

    /// <summary>Hands the packet to the sockets meant on this node, unless it was already (<see cref="BroadcastOptions.Once"/>). Never waits for a client.</summary>
    protected void DeliverLocally(SocketPacket packet, BroadcastOptions options)
    {
        if (options.Once is { } key && !_once.IsFirst(key))
            return;
        foreach (var socket in Table.Select(options))
            socket.Deliver(packet, options.Volatile);
    }

    /// <summary>Hands the packet to the sockets meant on this node, with one ack id for all of them (Socket.IO 5, "Acknowledgement").</summary>
    /// <param name="onAnswer">Called per answer within the timeout, on the thread that read it; must not block.</param>
    /// <returns>The number of receivers on this node.</returns>
    protected int DeliverLocallyWithAck(SocketPacket packet, BroadcastOptions options, Action<SocketArguments> onAnswer)
    {
        var id = Namespace.NextAckId();
        var withId = packet.WithId(id);
        var pending = new SharedAck(Namespace.Server.Wheel, id, onAnswer);
        var receivers = 0;
        foreach (var socket in Table.Select(options))
        {
            if (!pending.AddTo(socket))
                continue;
            receivers++;
            socket.Deliver(withId, options.Volatile);
        }

        pending.ForgetAfter(options.Timeout ?? TimeSpan.Zero);
        return receivers;
    }

    /// <summary>What is known of the sockets meant on this node.</summary>
    protected IReadOnlyList<SocketDetails> FetchLocally(BroadcastOptions options)
    {
        var found = new List<SocketDetails>();
        foreach (var socket in Table.Select(options))
            found.Add(socket.Details());
        return found;
    }

    /// <summary>Makes the sockets meant on this node join rooms.</summary>
    protected void JoinLocally(BroadcastOptions options, IReadOnlyList<string> rooms)
    {
        foreach (var socket in Table.Select(options))
            Join(socket, rooms);
    }

    /// <summary>Makes the sockets meant on this node leave rooms.</summary>
    protected void LeaveLocally(BroadcastOptions options, IReadOnlyList<string> rooms)
    {
        foreach (var socket in Table.Select(options))
            Leave(socket, rooms);
    }

    /// <summary>Disconnects the sockets meant on this node.</summary>
    protected void DisconnectLocally(BroadcastOptions options, bool close)
    {
        foreach (var socket in Table.Select(options))
            socket.Disconnect(close);
    }

    /// <summary>
    /// To be called by an adapter that was without its connection to the other nodes and hears them again: what they emitted meanwhile may not have come.
    /// </summary>
    /// <param name="since">From when on something may be missing; rather too early than too late.</param>
    protected Task TellGapAsync(DateTimeOffset since) => Namespace.Handlers.GapAsync(Namespace, since);

    /// <summary>Runs the handlers for an event that another node emitted.</summary>
    /// <returns>What the handler answered, as the arguments of an acknowledgement; null when no handler is there or it gives no answer.</returns>
    protected Task<SocketArguments?> HandleServerSideEmitAsync(ReadOnlyMemory<byte> utf8Json, IReadOnlyList<ReadOnlyMemory<byte>> attachments, CancellationToken cancellation) =>
        Namespace.HandleServerSideAsync(utf8Json, attachments, cancellation);

    internal bool Add(Socket socket)
    {
        var added = Table.Add(socket, out var made);
        TellCreated(made);
        return added;
    }

    internal void Join(Socket socket, IReadOnlyList<string> rooms)
    {
        var told = IsWatched ? [.. rooms.Except(socket.Rooms, StringComparer.Ordinal)] : rooms;
        TellCreated(Table.Join(socket, rooms));
        if (Recovers && socket.IsConnected)
            OnSessionChanged(socket);
        if (!IsWatched)
            return;
        Namespace.Handlers.Joined(socket, told);
        Namespace.Server.Observer?.Joined(socket, told);
    }

    internal void Leave(Socket socket, IReadOnlyList<string> rooms)
    {
        var told = IsWatched ? [.. rooms.Intersect(socket.Rooms.Skip(1), StringComparer.Ordinal)] : rooms;
        var gone = Table.Leave(socket, rooms);
        if (Recovers && socket.IsConnected)
            OnSessionChanged(socket);
        if (IsWatched)
        {
            Namespace.Handlers.Left(socket, told);
            Namespace.Server.Observer?.Left(socket, told);
        }

        TellDeleted(gone);
    }

    internal void Remove(Socket socket)
    {
        var gone = Table.Remove(socket);
        if (Namespace.Handlers.WatchesMembers)
            Namespace.Handlers.Left(socket, [.. socket.Rooms.Skip(1)]);
        TellDeleted(gone);
    }

    private bool IsWatched => Namespace.Handlers.WatchesMembers || Namespace.Server.Observer is not null;

    private void TellCreated(IReadOnlyList<string>? rooms)
    {
        if (rooms is null)
            return;
        OnRoomsCreated(rooms);
        Namespace.Handlers.RoomsCreated(Namespace, rooms);
    }

    private void TellDeleted(IReadOnlyList<string>? rooms)
    {
        if (rooms is null)
            return;
        OnRoomsDeleted(rooms);
        Namespace.Handlers.RoomsDeleted(Namespace, rooms);
    }
}
