using Stoa.SocketIO.Adapters;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Recovery;
using Stoa.SocketIO.Rooms;

namespace Stoa.SocketIO.Namespaces;

/// <summary>A namespace of the running server: all its sockets, on all nodes. Usable from any thread, outside of handlers too.</summary>
public sealed class SocketNamespace : BroadcastTarget
{
    private readonly Lock _gate = new();
    private readonly Lazy<Task> _start;
    private long _lastAckId = -1;
    private int _users;
    private long _exits;
    private bool _removed;

    internal SocketNamespace(SocketIOServer server, string name, NamespaceHandlers handlers, bool isDynamic)
    {
        Server = server;
        Name = name;
        Handlers = handlers;
        IsDynamic = isDynamic;
        Adapter = server.Options.Adapter?.Invoke(this, server.Root) ?? new InMemoryAdapter(this, server.Options.Recovery);
        Everybody = new BroadcastOperator(this, new BroadcastOptions());
        _start = new Lazy<Task>(() => Adapter.StartAsync(CancellationToken.None).AsTask());
    }

    /// <summary>The name, with its slash.</summary>
    public string Name { get; }

    /// <summary>The server it belongs to.</summary>
    public SocketIOServer Server { get; }

    /// <summary>The adapter that reaches other nodes.</summary>
    public Adapter Adapter { get; }

    /// <summary>How many of its sockets are on this node.</summary>
    public int LocalCount => Adapter.LocalCount;

    internal NamespaceHandlers Handlers { get; }

    internal BroadcastOperator Everybody { get; }

    internal bool IsDynamic { get; }

    /// <summary>The socket of this id on this node; null when there is none.</summary>
    public Socket? FindLocal(string socketId) => Adapter.Table.Find(socketId);

    /// <summary>The sockets on this node. A snapshot, O(sockets).</summary>
    public IReadOnlyList<Socket> LocalSockets()
    {
        var sockets = new List<Socket>();
        foreach (var socket in Adapter.Table.Select(new BroadcastOptions()))
            sockets.Add(socket);
        return sockets;
    }

    /// <summary>Runs the <see cref="SocketNamespaceBuilder.OnServerSide"/> handlers of all <em>other</em> nodes; at most once each, no answer. An array given alone is taken as the list of arguments.</summary>
    public ValueTask ServerSideEmitAsync(string eventName, params ReadOnlySpan<object?> arguments) => Adapter.ServerSideEmitAsync(Encode(eventName, arguments), null);

    /// <summary>The same, gathering the answers of the other nodes.</summary>
    /// <param name="timeout">How long answers are waited for; on time-out those that came are returned.</param>
    public Task<BroadcastAnswers<T>> ServerSideEmitWithAckAsync<T>(string eventName, TimeSpan timeout, params ReadOnlySpan<object?> arguments)
    {
        return WaitAsync(Encode(eventName, arguments), new AckCollector(Server.Wheel, timeout));

        async Task<BroadcastAnswers<T>> WaitAsync(SocketPacket packet, AckCollector answers)
        {
            await Adapter.ServerSideEmitAsync(packet, answers);
            var complete = await answers.Completion;
            return Acknowledgement.ReadAll<T>(answers.Answers, complete);
        }
    }

    /// <summary>For adapters: the arguments another node sent, as a value of this namespace.</summary>
    /// <param name="utf8Json">A JSON array. Its memory must stay as it is.</param>
    /// <param name="isEvent">Whether the first element is the event's name and no argument.</param>
    /// <exception cref="FormatException">It is no JSON array.</exception>
    public SocketArguments Arguments(ReadOnlyMemory<byte> utf8Json, IReadOnlyList<ReadOnlyMemory<byte>> attachments, bool isEvent) =>
        Server.Reader.Bounds(utf8Json.Span) is { } bounds
            ? new SocketArguments(Server.Json, utf8Json, bounds, isEvent ? 1 : 0, attachments)
            : throw new FormatException("Arguments must be a JSON array.");

    internal long NextAckId() => Interlocked.Increment(ref _lastAckId);

    internal SocketPacket Encode(string eventName, ReadOnlySpan<object?> arguments, long? id = null)
    {
        if (PacketReader.IsReserved(eventName))
            throw new ArgumentException($"'{eventName}' is a reserved event name.", nameof(eventName));
        LoneSurrogates.Refuse([eventName], nameof(eventName));
        return SocketPacket.Encode(Server.Json, Name, eventName, arguments, id);
    }

    /// <summary>Starts the adapter, once for all callers.</summary>
    internal Task StartAsync() => _start.Value;

    /// <summary>Keeps a dynamic namespace alive while a client is being let in; false when it was removed already.</summary>
    internal bool Enter()
    {
        lock (_gate)
        {
            if (_removed)
                return false;
            _users++;
            return true;
        }
    }

    /// <summary>The counterpart of <see cref="Enter"/>: true when a dynamic namespace is empty now.</summary>
    internal bool Exit()
    {
        lock (_gate)
        {
            _exits++;
            return --_users == 0 && IsDynamic;
        }
    }

    /// <summary>How often somebody has left: tells whether somebody was here since.</summary>
    internal long Exits => Interlocked.Read(ref _exits);

    /// <summary>Nobody can enter from now on; false when somebody is here, or has been since <paramref name="exits"/>, or it was done already.</summary>
    internal bool Retire(long exits)
    {
        lock (_gate)
            return _users == 0 && !_removed && _exits == exits && (_removed = true);
    }

    /// <summary>Takes a socket out of its rooms and keeps its session when it may come back.</summary>
    /// <param name="reason">Null for a socket that was never told it is in.</param>
    internal void Remove(Socket socket, DisconnectReason? reason)
    {
        Adapter.Remove(socket);
        if (reason is { } told)
            Tell(socket, told);
        if (Adapter.Recovers && socket.PrivateId is { } privateId && reason is { } why)
            Server.Watch(why.IsRecoverable() ? Adapter.SaveSessionAsync(socket.ToSession()) : Adapter.ForgetSessionAsync(privateId), Name);
        Server.Leave(this);
    }

    internal async Task<SocketArguments?> HandleServerSideAsync(ReadOnlyMemory<byte> utf8Json, IReadOnlyList<ReadOnlyMemory<byte>> attachments, CancellationToken cancellation)
    {
        var arguments = Arguments(utf8Json, attachments, isEvent: true);
        var name = Arguments(utf8Json, attachments, isEvent: false).At(0).As<string>() ?? "";
        if (!Handlers.HandlesServerSide(name))
            return null;
        var answer = SocketPacket.Encode(Server.Json, Name, null, [await Handlers.ServerSideAsync(name, arguments, cancellation)], 0);
        return Arguments(answer.Utf8Json, answer.Attachments, isEvent: false);
    }

    /// <summary>In the reference's order: that it has gone, then which rooms it has left.</summary>
    private void Tell(Socket gone, DisconnectReason reason)
    {
        if (Server.Observer is not { } observer)
            return;
        observer.Disconnected(gone, reason);
        observer.Left(gone, gone.Rooms);
    }

    private protected override BroadcastOperator Select() => Everybody;
}
