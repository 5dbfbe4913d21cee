using System.Collections.Concurrent;
using System.Security.Claims;
using Stoa.SocketIO.EngineIO;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Recovery;
using Stoa.SocketIO.Rooms;

namespace Stoa.SocketIO.Namespaces;

/// <summary>
/// One client in one namespace. Members may be used from any thread, also after the client has gone: sending to it does nothing then, unless it may be
/// recovered.
/// </summary>
/// <remarks>
/// What the client sends is handled strictly in order: first the connection handlers, then each event when the one before is done, at last the
/// disconnection handlers. Acknowledgements are outside of that order, so that a handler can await one, as long as the events that wait are within
/// <see cref="SocketIOOptions.MaxWaitingEvents"/> and <see cref="SocketIOOptions.MaxWaitingBytes"/>: beyond that nothing is read from the connection.
/// </remarks>
public sealed partial class Socket : EventEmitter
{
    private readonly Lock _gate = new();
    private ConcurrentDictionary<string, object?>? _data;
    private ClaimsPrincipal? _user;
    private CancellationTokenSource? _disconnected;
    private volatile Phase _phase;
    private List<SocketPacket>? _held;

    internal Socket(SocketNamespace space, SocketConnection connection, string id, SocketHandshake handshake)
    {
        Namespace = space;
        Connection = connection;
        Id = id;
        Handshake = handshake;
    }

    private enum Phase : byte
    {
        /// <summary>In rooms already, but the client has not been told: what is sent is held.</summary>
        Connecting,
        Connected,
        Gone,
    }

    /// <summary>20 characters, unguessable, known to the client; other clients may know it. Not the id of the transport session, which is a secret.</summary>
    public string Id { get; }

    /// <summary>The namespace the socket is in.</summary>
    public SocketNamespace Namespace { get; }

    /// <summary>How the socket came in.</summary>
    public SocketHandshake Handshake { get; }

    /// <summary>Who the client is: at first what the authentication middleware found, to be set by connection middleware. Never null.</summary>
    public ClaimsPrincipal User
    {
        get => _user ??= Handshake.Connection.User ?? new ClaimsPrincipal(new ClaimsIdentity());
        set => _user = value;
    }

    /// <summary>Anything the application wants to remember of this socket. Kept through a recovery; told to other nodes that fetch the socket. Thread-safe.</summary>
    public IDictionary<string, object?> Data => _data ?? Interlocked.CompareExchange(ref _data, new(1, 4, StringComparer.Ordinal), null) ?? _data;

    /// <summary>The rooms it is in, the one named after its id first; after the disconnection those it was in then. A snapshot, O(rooms).</summary>
    public IReadOnlyList<string> Rooms => Namespace.Adapter.Table.Of(this);

    /// <summary>Whether events can be sent to it.</summary>
    public bool IsConnected => _phase == Phase.Connected;

    /// <summary>Whether it is a lost socket that came back in time: same id, rooms and data, and the events it missed are on their way.</summary>
    public bool IsRecovered { get; private set; }

    /// <summary>Cancelled when the socket has left its namespace, for work that is of no use without the client.</summary>
    public CancellationToken Disconnected
    {
        get
        {
            lock (_gate)
            {
                if (_phase == Phase.Gone && _disconnected is null)
                    return new CancellationToken(true);
                return (_disconnected ??= new CancellationTokenSource()).Token;
            }
        }
    }

    /// <summary>What carries its connection now: polling, or WebSocket. See <see cref="SocketNamespaceBuilder.OnUpgrade"/>.</summary>
    public EngineTransports Transport => Connection.Session.Transport;

    /// <summary>Events to this socket that are dropped when it cannot be written to at this moment.</summary>
    public VolatileSocket Volatile => new(this);

    /// <summary>All other sockets of the namespace.</summary>
    public BroadcastOperator Broadcast => new(Namespace, new BroadcastOptions { Except = [Id] });

    /// <summary>All other sockets of the namespace on this node.</summary>
    public BroadcastOperator Local => Broadcast.AsLocal();

    internal SocketConnection Connection { get; }

    internal ClaimsPrincipal? SavedUser => _user;

    internal string? PrivateId { get; init; }

    /// <summary>Without the implied room of its own; changed by <see cref="RoomTable"/> under its lock only.</summary>
    internal HashSet<string>? JoinedRooms { get; set; }

    /// <summary>Changed by <see cref="RoomTable"/> under its lock only.</summary>
    internal Membership Membership { get; set; }

    /// <summary>The other sockets in these rooms.</summary>
    public BroadcastOperator To(params ReadOnlySpan<string> rooms) => Broadcast.WithRooms(rooms);

    /// <summary>The same as <see cref="To"/>.</summary>
    public BroadcastOperator In(params ReadOnlySpan<string> rooms) => Broadcast.WithRooms(rooms);

    /// <summary>The other sockets of the namespace, but not those in these rooms.</summary>
    public BroadcastOperator Except(params ReadOnlySpan<string> rooms) => Broadcast.WithoutRooms(rooms);

    /// <summary>Joins rooms; does nothing for those it is in, and nothing at all once it has disconnected.</summary>
    /// <remarks>In connection middleware it may join already; it leaves again when a later middleware refuses it.</remarks>
    /// <exception cref="ArgumentException">A name is not well-formed Unicode: other nodes could not be told of it.</exception>
    public ValueTask JoinAsync(params ReadOnlySpan<string> rooms)
    {
        LoneSurrogates.Refuse(rooms, nameof(rooms));
        Namespace.Adapter.Join(this, rooms.ToArray());
        return ValueTask.CompletedTask;
    }

    /// <summary>Leaves rooms; never the one named after its id.</summary>
    public ValueTask LeaveAsync(params ReadOnlySpan<string> rooms)
    {
        Namespace.Adapter.Leave(this, rooms.ToArray());
        return ValueTask.CompletedTask;
    }

    /// <summary>Ends the socket's stay in its namespace, after what was sent to it before. The client is told and does not reconnect by itself.</summary>
    /// <param name="close">Also close the connection, with all namespaces on it.</param>
    public ValueTask DisconnectAsync(bool close = false)
    {
        Disconnect(close);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Namespace.Name} {Id}";

    internal void Disconnect(bool close)
    {
        if (close)
            Connection.DisconnectAll();
        else
            Connection.Disconnect(this);
    }

    /// <summary>Gives back what a lost socket had.</summary>
    internal void Restore(SavedSession saved)
    {
        IsRecovered = true;
        JoinedRooms = new HashSet<string>(saved.Rooms, StringComparer.Ordinal);
        User = saved.User ?? User;
        foreach (var (key, value) in saved.Data)
            Data[key] = value;
    }

    /// <summary>What is kept of it; it must have a private id.</summary>
    internal SavedSession ToSession() => new(Id, PrivateId!, [.. Rooms.Skip(1)], DataSnapshot(), SavedUser);

    internal SocketDetails Details() => new(Id, Handshake, Rooms, DataSnapshot());

    internal IReadOnlyDictionary<string, object?> DataSnapshot() => _data is null ? new Dictionary<string, object?>() : new Dictionary<string, object?>(_data, StringComparer.Ordinal);
}
