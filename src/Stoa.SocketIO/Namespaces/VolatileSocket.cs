namespace Stoa.SocketIO.Namespaces;

/// <summary>A socket, sent to only when it can be written to at this moment: an earlier write is done, or a poll waits. For values that are soon out of date.</summary>
public sealed class VolatileSocket : EventEmitter
{
    private readonly Socket _socket;

    internal VolatileSocket(Socket socket) => _socket = socket;

    /// <summary>The other sockets in these rooms, with the same indulgence.</summary>
    public BroadcastOperator To(params ReadOnlySpan<string> rooms) => _socket.To(rooms).AsVolatile();

    /// <summary>All other sockets of the namespace, with the same indulgence.</summary>
    public BroadcastOperator Broadcast => _socket.Broadcast.AsVolatile();

    /// <inheritdoc/>
    public override ValueTask EmitArgsAsync(string eventName, params ReadOnlySpan<object?> arguments)
    {
        _socket.Deliver(_socket.Namespace.Encode(eventName, arguments), onlyIfWritable: true);
        return ValueTask.CompletedTask;
    }
}
