using Stoa.SocketIO.EngineIO;
using Stoa.SocketIO.Packets;

namespace Stoa.SocketIO.Namespaces;

/// <summary>What can be watched without handling it.</summary>
public partial class SocketNamespaceBuilder
{
    internal List<Func<Socket, CancellationToken, Task>> Upgraded { get; } = [];

    internal List<Action<Socket, string, SocketArguments>> Outgoing { get; } = [];

    internal List<Action<SocketNamespace, string>> RoomCreated { get; } = [];

    internal List<Action<SocketNamespace, string>> RoomDeleted { get; } = [];

    internal List<Action<Socket, string>> Joined { get; } = [];

    internal List<Action<Socket, string>> Left { get; } = [];

    internal List<Func<SocketNamespace, DateTimeOffset, CancellationToken, Task>> Gaps { get; } = [];

    /// <summary>
    /// Called when a socket's connection has moved from polling to WebSocket (<see cref="Socket.Transport"/>), in order with its events.
    /// </summary>
    public SocketNamespaceBuilder OnUpgrade(Func<Socket, CancellationToken, Task> handler) => Add(Upgraded, handler);

    /// <summary>
    /// Called for every event before it is handed to a socket's connection, once for each receiver of a broadcast; not for
    /// acknowledgements. On the thread that sends, so it must not block; what it throws is logged and the event sent all the same. Costs
    /// each delivery a look at the packet.
    /// </summary>
    public SocketNamespaceBuilder OnAnyOutgoing(Action<Socket, string, SocketArguments> listener) => Add(Outgoing, listener);

    /// <summary>
    /// Called when a room got its first member on this node, on the thread that joins; must not block. Rooms named after sockets are not
    /// told.
    /// </summary>
    public SocketNamespaceBuilder OnCreateRoom(Action<SocketNamespace, string> listener) => Add(RoomCreated, listener);

    /// <summary>Called when a room lost its last member on this node; as above.</summary>
    public SocketNamespaceBuilder OnDeleteRoom(Action<SocketNamespace, string> listener) => Add(RoomDeleted, listener);

    /// <summary>Called when a socket of this node has joined a room; as above.</summary>
    public SocketNamespaceBuilder OnJoinRoom(Action<Socket, string> listener) => Add(Joined, listener);

    /// <summary>Called when a socket of this node has left a room, by disconnecting too; as above.</summary>
    public SocketNamespaceBuilder OnLeaveRoom(Action<Socket, string> listener) => Add(Left, listener);

    /// <summary>
    /// Called when this node was without its connection to the others and hears them again: what was emitted on them since that time may not
    /// have come here, and what was emitted here may not have come to them. For applications whose events stand in a record too: whoever tells
    /// it again with <see cref="BroadcastTarget.Once"/> tells nobody twice. Connected clients notice nothing of the gap by themselves.
    /// </summary>
    /// <remarks>Only with adapters that can lose something: Redis. What it throws is logged.</remarks>
    public SocketNamespaceBuilder OnGap(Func<SocketNamespace, DateTimeOffset, CancellationToken, Task> handler) => Add(Gaps, handler);
}
