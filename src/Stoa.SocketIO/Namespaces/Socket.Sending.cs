using Stoa.SocketIO.EngineIO;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Rooms;

namespace Stoa.SocketIO.Namespaces;

/// <summary>What goes to the client.</summary>
public sealed partial class Socket
{
    // While a socket connects, at most this many packets are held for it; a client in many busy rooms whose connection takes that long starts anew.
    private const int MostHeld = 10_000;
    private Dictionary<long, Acknowledgement>? _acks;
    private long _lostUntil;

    /// <inheritdoc/>
    /// <remarks>With recovery on, an event for a socket whose connection was lost is kept for the client's return.</remarks>
    public override ValueTask EmitArgsAsync(string eventName, params ReadOnlySpan<object?> arguments)
    {
        if (_phase == Phase.Gone && (_lostUntil == 0 || Namespace.Server.Wheel.Now > _lostUntil))
            return ValueTask.CompletedTask;
        var packet = Namespace.Encode(eventName, arguments);
        // With recovery on the adapter must see it, so that it can be sent again. Not before the client is in: it could not come back to that.
        if (Namespace.Adapter.Recovers && !IsEntering())
            return Namespace.Adapter.BroadcastAsync(packet, new BroadcastOptions { Rooms = [Id] });
        Deliver(packet, onlyIfWritable: false);
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends an event and waits for the client's acknowledgement.</summary>
    /// <typeparam name="T">The type of the answer's first argument; <see cref="SocketArguments"/> for all of them.</typeparam>
    /// <param name="timeout">How long the answer is waited for; rounded up to a tick of at most 50 ms.</param>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    /// <exception cref="SocketDisconnectedException">The client is gone.</exception>
    /// <exception cref="System.Text.Json.JsonException">The answer does not fit <typeparamref name="T"/>.</exception>
    public Task<T> EmitWithAckAsync<T>(string eventName, TimeSpan timeout) => EmitArgsWithAckAsync<T>(eventName, timeout, []);

    /// <inheritdoc cref="EmitWithAckAsync{T}(string, TimeSpan)"/>
    public Task<T> EmitWithAckAsync<T>(string eventName, TimeSpan timeout, object? argument) => EmitArgsWithAckAsync<T>(eventName, timeout, [argument]);

    /// <inheritdoc cref="EmitWithAckAsync{T}(string, TimeSpan)"/>
    public Task<T> EmitWithAckAsync<T>(string eventName, TimeSpan timeout, object? first, object? second) =>
        EmitArgsWithAckAsync<T>(eventName, timeout, [first, second]);

    /// <inheritdoc cref="EmitWithAckAsync{T}(string, TimeSpan)"/>
    public Task<T> EmitArgsWithAckAsync<T>(string eventName, TimeSpan timeout, params ReadOnlySpan<object?> arguments)
    {
        var id = Namespace.NextAckId();
        var packet = Namespace.Encode(eventName, arguments, id);
        var ack = new SingleAck(this, id);
        var wheel = Namespace.Server.Wheel;
        wheel.Schedule(ack, wheel.Now + (long)timeout.TotalMilliseconds);
        if (ExpectAck(id, ack))
            Deliver(packet, onlyIfWritable: false);
        else
            ack.Disconnected();
        return WaitAsync(ack);

        static async Task<T> WaitAsync(SingleAck ack) => Acknowledgement.Read<T>(await ack.Task);
    }

    internal void Deliver(SocketPacket packet, bool onlyIfWritable)
    {
        if (Namespace.Handlers.WatchesOutgoing && _phase != Phase.Gone && packet.Type is SocketPacketType.Event or SocketPacketType.BinaryEvent)
            Namespace.Handlers.Outgoing(this, packet);
        if (_phase == Phase.Connecting && Hold(packet, onlyIfWritable))
            return;
        if (_phase != Phase.Connected)
            return;
        Connection.Session.Send(packet.Message, onlyIfWritable);
        Namespace.Server.EventObserver?.Sent(this, packet);
    }

    /// <summary>Tells the client that it is in: first what it missed, then CONNECT, then what was held meanwhile (the reference's order).</summary>
    /// <returns>False when it has gone already.</returns>
    internal bool Confirm(IReadOnlyList<SocketPacket> missed)
    {
        lock (_gate)
        {
            if (_phase != Phase.Connecting)
                return false;
            foreach (var packet in missed)
            {
                if (!Connection.Session.Send(packet.Message))
                    return false;
            }

            Connection.Session.Send(SocketPacket.Connect(Namespace.Name, Id, PrivateId).Message);
            foreach (var packet in _held ?? [])
            {
                // Joined before the log was read: the packet may be in both.
                if (packet.Offset is null || missed.All(m => m.Offset != packet.Offset))
                    Connection.Session.Send(packet.Message);
            }

            _held = null;
            if (_phase != Phase.Connecting)
                return false;
            _phase = Phase.Connected;
            return true;
        }
    }

    internal bool ExpectAck(long id, Acknowledgement ack)
    {
        lock (_gate)
            return _phase != Phase.Gone && (_acks ??= []).TryAdd(id, ack);
    }

    internal void ForgetAck(long id)
    {
        lock (_gate)
            _acks?.Remove(id);
    }

    internal void OnAck(long id, SocketArguments arguments)
    {
        Acknowledgement? ack = null;
        lock (_gate)
            _acks?.Remove(id, out ack);
        ack?.Answer(arguments);
    }

    /// <summary>Looks under the lock: a client that has just been told it is in may be emitted to before <see cref="Confirm"/> has returned.</summary>
    private bool IsEntering()
    {
        if (_phase != Phase.Connecting)
            return false;
        lock (_gate)
            return _phase == Phase.Connecting;
    }

    private bool Hold(SocketPacket packet, bool onlyIfWritable)
    {
        lock (_gate)
        {
            if (_phase != Phase.Connecting)
                return false;
            if (onlyIfWritable)
                return true;
            _held ??= [];
            if (_held.Count < MostHeld)
            {
                _held.Add(packet);
                return true;
            }
        }

        Connection.Session.Close(EngineCloseReason.SlowReader);
        return true;
    }
}
