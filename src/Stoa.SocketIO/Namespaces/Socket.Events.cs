using Microsoft.Extensions.DependencyInjection;
using Stoa.SocketIO.Packets;

namespace Stoa.SocketIO.Namespaces;

/// <summary>What comes from the client: a bounded queue, handled one after the other. Without work waiting it costs no memory.</summary>
public sealed partial class Socket
{
    private Queue<Work>? _waiting;
    private int _waitingBytes;
    private TaskCompletionSource? _room;

    // Busy from the start: whatever comes waits for the connection handlers.
    private bool _busy = true;
    private AsyncServiceScope? _scope;

    /// <summary>A step in the life of a socket: an event, or without one its beginning, its move to WebSocket or its end.</summary>
    private readonly record struct Work(SocketEvent? Event, DisconnectReason? End, bool IsUpgrade = false)
    {
        public int Size => Event?.Args.Size ?? 0;
    }

    /// <summary>
    /// Services of whatever is being handled for this socket now (middleware, connection, event, disconnection): the scope is made when first
    /// asked for and disposed when that handler has ended. Not for use by work that outlives the handler.
    /// </summary>
    public IServiceProvider Services => (_scope ??= Namespace.Server.Scopes.CreateAsyncScope()).ServiceProvider;

    internal bool HasScope => _scope is not null;

    /// <summary>Runs the connection handlers; events wait for them.</summary>
    internal void Begin() => Run(default);

    /// <summary>Hands an event over. The task ends when it is handled or queued: at once, unless the queue is full.</summary>
    internal ValueTask HandleAsync(string name, SocketArguments arguments, long id) => PostAsync(new Work(new SocketEvent(this, name, arguments, id), null));

    /// <summary>Its connection has moved to WebSocket.</summary>
    internal void Upgraded()
    {
        if (Namespace.Handlers.WatchesUpgrades)
            _ = PostAsync(new Work(null, null, IsUpgrade: true)).AsTask();
    }

    internal void SendAck(long id, ReadOnlySpan<object?> arguments) =>
        Deliver(SocketPacket.Encode(Namespace.Server.Json, Namespace.Name, null, arguments, id), onlyIfWritable: false);

    /// <summary>The socket is out of its namespace: nothing is sent any more, its disconnection handlers run after what it had sent before.</summary>
    /// <returns>False when that had happened already.</returns>
    internal bool End(DisconnectReason reason)
    {
        bool wasConnected;
        Dictionary<long, Acknowledgement>? acks;
        CancellationTokenSource? disconnected;
        lock (_gate)
        {
            if (_phase == Phase.Gone)
                return false;
            wasConnected = _phase == Phase.Connected;
            _phase = Phase.Gone;
            _held = null;
            (acks, _acks) = (_acks, null);
            disconnected = _disconnected;
            if (Namespace.Adapter.Recovers && reason.IsRecoverable())
                _lostUntil = Namespace.Server.Wheel.Now + Namespace.Server.RecoveryTime;
        }

        // A recovered socket whose connection broke before it was told can come back once more.
        Namespace.Remove(this, wasConnected || IsRecovered ? reason : null);
        foreach (var ack in acks?.Values.AsEnumerable() ?? [])
            ack.Disconnected();
        // On another thread: the caller may be in the middle of a broadcast, or hold locks of the application.
        ThreadPool.UnsafeQueueUserWorkItem(
            static end =>
            {
                end.socket.CancelWork(end.disconnected);
                if (end.wasConnected)
                    _ = end.socket.PostAsync(new Work(null, end.reason)).AsTask();
            },
            (socket: this, reason, wasConnected, disconnected),
            preferLocal: false);
        return true;
    }

    /// <summary>A recovery failed half-way: the socket leaves its rooms as if it had never been; its namespace stays in use by the one made instead.</summary>
    /// <returns>False when it has ended already.</returns>
    internal bool Abandon()
    {
        lock (_gate)
        {
            if (_phase == Phase.Gone)
                return false;
            _phase = Phase.Gone;
            _held = null;
        }

        Namespace.Adapter.Remove(this);
        return true;
    }

    /// <summary>Ends the scope of what has just been handled.</summary>
    internal ValueTask EndScopeAsync()
    {
        if (_scope is not { } scope)
            return ValueTask.CompletedTask;
        _scope = null;
        return scope.DisposeAsync();
    }

    private void CancelWork(CancellationTokenSource? disconnected)
    {
        try
        {
            disconnected?.Cancel();
        }
        catch (AggregateException e)
        {
            // What the application has put on the token. Above it is only the thread pool, where an exception ends the process.
            Namespace.Server.Failed(e, Namespace.Name, "disconnected token");
        }
    }

    private ValueTask PostAsync(Work work)
    {
        lock (_gate)
        {
            if (_busy)
            {
                _waiting ??= new Queue<Work>();
                // The end is always taken; only events fill the queue, and their reader is the only one who waits for room.
                if (work.Event is null || HasRoom(_waiting.Count, work.Size))
                {
                    _waiting.Enqueue(work);
                    _waitingBytes += work.Size;
                    return ValueTask.CompletedTask;
                }

                _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return WaitForRoomAsync(_room.Task, work);
            }

            _busy = true;
        }

        Run(work);
        return ValueTask.CompletedTask;
    }

    private bool HasRoom(int waiting, int bytes)
    {
        var options = Namespace.Server.Options;
        return waiting < options.MaxWaitingEvents && (waiting == 0 || _waitingBytes <= options.MaxWaitingBytes - bytes);
    }

    private async ValueTask WaitForRoomAsync(Task room, Work work)
    {
        await room;
        await PostAsync(work);
    }

    /// <summary>Handles work on this thread for as long as it does not have to wait for something.</summary>
    private void Run(Work work)
    {
        while (true)
        {
            var handling = HandleAsync(work);
            if (!handling.IsCompletedSuccessfully)
            {
                _ = ContinueAsync(handling);
                return;
            }

            if (!Next(out work))
                return;
        }
    }

    private async Task ContinueAsync(ValueTask handling)
    {
        await handling;
        if (Next(out var work))
            Run(work);
    }

    private bool Next(out Work work)
    {
        TaskCompletionSource? room;
        bool more;
        work = default;
        lock (_gate)
        {
            more = _waiting?.TryDequeue(out work) == true;
            _waitingBytes -= work.Size;
            if (!more)
            {
                _busy = false;
                _waiting = null;
            }

            (room, _room) = (_room, null);
        }

        room?.TrySetResult();
        return more;
    }

    /// <summary>Never throws: a handler's fault is logged and ends there.</summary>
    private ValueTask HandleAsync(Work work)
    {
        var handlers = Namespace.Handlers;
        return work switch
        {
            { Event: { } happened } => handlers.HandleAsync(happened),
            { End: { } reason } => handlers.DisconnectedAsync(this, reason),
            { IsUpgrade: true } => handlers.UpgradedAsync(this),
            _ => handlers.ConnectedAsync(this),
        };
    }
}
