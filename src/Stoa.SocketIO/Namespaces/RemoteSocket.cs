namespace Stoa.SocketIO.Namespaces;

/// <summary>A socket of any node, as it was when it was fetched. What is done to it goes through the adapter and reaches it wherever it is by then; if it is gone, nothing happens.</summary>
public sealed class RemoteSocket : EventEmitter
{
    private readonly BroadcastOperator _self;
    private readonly SocketDetails _details;

    internal RemoteSocket(SocketNamespace space, SocketDetails details)
    {
        _self = space.To(details.Id);
        _details = details;
    }

    /// <summary>The socket id.</summary>
    public string Id => _details.Id;

    /// <summary>How it came in.</summary>
    public SocketHandshake Handshake => _details.Handshake;

    /// <summary>Its rooms when it was fetched, its own first.</summary>
    public IReadOnlyList<string> Rooms => _details.Rooms;

    /// <summary>Its data bag when it was fetched; values from another node are JSON elements.</summary>
    public IReadOnlyDictionary<string, object?> Data => _details.Data;

    /// <inheritdoc/>
    public override ValueTask EmitArgsAsync(string eventName, params ReadOnlySpan<object?> arguments) => _self.BroadcastAsync(eventName, arguments);

    /// <summary>Makes it join rooms.</summary>
    /// <exception cref="ArgumentException">A name is not well-formed Unicode.</exception>
    public ValueTask JoinAsync(params ReadOnlySpan<string> rooms) => _self.SocketsJoinAsync(rooms);

    /// <summary>Makes it leave rooms.</summary>
    public ValueTask LeaveAsync(params ReadOnlySpan<string> rooms) => _self.LeaveRoomsAsync([.. rooms]);

    /// <summary>Disconnects it from the namespace, or closes its connection.</summary>
    public ValueTask DisconnectAsync(bool close = false) => _self.DisconnectAllAsync(close);
}
