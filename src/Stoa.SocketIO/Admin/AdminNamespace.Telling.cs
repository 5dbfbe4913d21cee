using System.Globalization;
using System.Text.Json;
using Stoa.SocketIO.Adapters;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Packets;

namespace Stoa.SocketIO.Admin;

/// <summary>What happens to sockets of this node, told to the UIs of all nodes with the time at which it did.</summary>
internal sealed partial class AdminNamespace
{
    /// <summary>Whether events with their arguments are told.</summary>
    public bool IsToldOfEvents => _options.Detail >= AdminDetail.Events;

    private bool IsToldOfSockets => _options.Detail >= AdminDetail.Sockets;

    public override void Connected(Socket socket)
    {
        if (AdminSocket.TransportOf(socket) == "polling")
            _polling[socket.Id] = socket.Namespace.Name;
        // It may have gone before it was noted.
        if (!socket.IsConnected)
            _polling.TryRemove(socket.Id, out _);
        Tell("socket_connected", () => [AdminSocket.Of(socket), Now]);
    }

    public override void Disconnected(Socket socket, DisconnectReason reason)
    {
        _polling.TryRemove(socket.Id, out _);
        Tell("socket_disconnected", () => [socket.Namespace.Name, socket.Id, reason.ToText(), Now]);
    }

    public override void Joined(Socket socket, IReadOnlyList<string> rooms) => EachRoom(socket, rooms, "room_joined");

    public override void Left(Socket socket, IReadOnlyList<string> rooms) => EachRoom(socket, rooms, "room_left");

    /// <inheritdoc/>
    /// <remarks>Binary values are told as their placeholders: the UI shows text.</remarks>
    public override void Received(SocketEvent happened) => TellEvent("event_received", happened.Socket, happened.Args.Utf8Json);

    /// <inheritdoc cref="Received"/>
    public override void Sent(Socket socket, SocketPacket packet)
    {
        if (packet.Type is SocketPacketType.Event or SocketPacketType.BinaryEvent)
            TellEvent("event_sent", socket, packet.Utf8Json);
    }

    /// <summary>As JavaScript writes a date: the UI shows it as it comes.</summary>
    private string Now => _server.Clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private void EachRoom(Socket socket, IReadOnlyList<string> rooms, string name)
    {
        foreach (var room in rooms)
            Tell(name, () => [socket.Namespace.Name, room, socket.Id, Now]);
    }

    /// <summary>Not of the UI's own namespace: telling an event would be an event to tell.</summary>
    private void TellEvent(string name, Socket socket, ReadOnlyMemory<byte> arguments)
    {
        if (socket.Namespace.Name != _name)
            Tell(name, () => [socket.Namespace.Name, socket.Id, JsonElement.Parse(arguments.Span), Now]);
    }

    private void Tell(string name, Func<object?[]> arguments)
    {
        if (IsToldOfSockets && Watched() is { } space)
            _ = space.EmitArgsAsync(name, arguments()).AsTask();
    }

    /// <summary>The namespace when somebody looks: with the in-memory adapter that is known, with others a UI may be at another node.</summary>
    private SocketNamespace? Watched() =>
        _server.Find(_name) is { } space && (space.LocalCount > 0 || space.Adapter is not InMemoryAdapter) ? space : null;
}
