using System.Text.Json;
using Stoa.SocketIO.EngineIO;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Rooms;

namespace Stoa.SocketIO.Namespaces;

/// <summary>One Engine.IO session with the namespaces on it (Socket.IO 5, "Connection to a namespace"). Reads packets, checks their order, hands them on.</summary>
internal sealed class SocketConnection(SocketIOServer server, EngineSession session) : EngineHandler
{
    private readonly Lock _gate = new();
    private readonly List<Socket> _sockets = new(1);
    private List<string>? _entering;
    private IncomingPacket _binary;
    private List<ReadOnlyMemory<byte>>? _attachments;
    private int _connects;
    private bool _closed;
    private bool _joinedOnce;

    public EngineSession Session { get; } = session;

    public override void OnOpened() => Session.SetAlarm(
        Session.IsCrowded && server.Options.CrowdedConnectTimeout < server.Options.ConnectTimeout ? server.Options.CrowdedConnectTimeout : server.Options.ConnectTimeout);

    public override ValueTask OnTextAsync(ReadOnlyMemory<byte> text)
    {
        if (_attachments is not null)
            return Broken("text while attachments were awaited");
        if (!server.Reader.TryRead(text, out var packet))
            return Broken("packet");
        if (packet.AttachmentCount == 0)
            return HandleAsync(packet, []);
        if (!server.Reader.PlaceholdersFit(packet))
            return Broken("placeholder");

        // Nobody would take what it announces, and until it is let in a client may not make us keep anything.
        if (Find(packet.Namespace) is null)
        {
            ForceClose("packet for a namespace not joined");
            return ValueTask.CompletedTask;
        }

        _binary = packet;
        _attachments = new List<ReadOnlyMemory<byte>>(packet.AttachmentCount);
        return ValueTask.CompletedTask;
    }

    public override ValueTask OnBinaryAsync(ReadOnlyMemory<byte> data)
    {
        if (_attachments is null)
            return Broken("binary while none was awaited");
        _attachments.Add(data);
        if (_attachments.Count < _binary.AttachmentCount)
            return ValueTask.CompletedTask;
        var (packet, attachments) = (_binary, _attachments);
        (_binary, _attachments) = (default, null);
        return HandleAsync(packet, attachments);
    }

    public override void OnUpgraded()
    {
        foreach (var socket in Sockets())
            socket.Upgraded();
    }

    public override void OnClosed(EngineCloseReason reason) => EndAll(DisconnectReasonText.From(reason));

    /// <summary>No namespace in time (the reference's connectTimeout).</summary>
    internal override void OnAlarm()
    {
        bool idle;
        lock (_gate)
            idle = !_joinedOnce;
        if (idle)
            ForceClose("no namespace in time");
    }

    /// <summary>The socket leaves its namespace on the server's wish; the connection stays.</summary>
    internal void Disconnect(Socket socket)
    {
        // One that is being recovered is not on the list yet, but in its rooms already.
        if (!Remove(socket) && socket.Membership != Membership.Inside)
            return;
        if (socket.End(DisconnectReason.ServerNamespaceDisconnect))
            Session.Send(SocketPacket.Disconnect(socket.Namespace.Name).Message);
    }

    /// <summary>Takes a socket that could not be let in off the connection again.</summary>
    internal void Drop(Socket socket)
    {
        Remove(socket);
        socket.End(DisconnectReason.TransportClose);
    }

    /// <summary>All sockets leave on the server's wish, then the connection closes (the reference's <c>disconnect(true)</c>).</summary>
    internal void DisconnectAll()
    {
        foreach (var socket in Sockets())
            Disconnect(socket);
        Session.Close(EngineCloseReason.ForcedClose);
    }

    /// <summary>Puts a confirmed socket on the connection; false when that has closed meanwhile.</summary>
    internal bool Add(Socket socket)
    {
        if (!Session.TryAdmit())
            return false;
        lock (_gate)
        {
            if (_closed)
                return false;
            _entering?.Remove(socket.Namespace.Name);
            _sockets.Add(socket);
            return _joinedOnce = true;
        }
    }

    /// <summary>The client may ask for this namespace again.</summary>
    internal void Refuse(string space, string message, object? data)
    {
        lock (_gate)
            _entering?.Remove(space);
        Session.Send(ConnectError(space, message, data).Message);
    }

    private SocketPacket ConnectError(string space, string message, object? data)
    {
        try
        {
            return SocketPacket.ConnectError(server.Json, space, message, data);
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException or JsonException)
        {
            // The client must be answered, be it without the details.
            server.Failed(e, space, "details of a refusal");
            return SocketPacket.ConnectError(server.Json, space, message, null);
        }
    }

    private ValueTask HandleAsync(in IncomingPacket packet, IReadOnlyList<ReadOnlyMemory<byte>> attachments)
    {
        if (packet.Type == SocketPacketType.Connect)
        {
            Connect(packet.Namespace, packet.Json);
            return ValueTask.CompletedTask;
        }

        if (Find(packet.Namespace) is not { } socket)
        {
            ForceClose("packet for a namespace not joined");
            return ValueTask.CompletedTask;
        }

        switch (packet.Type)
        {
            case SocketPacketType.Disconnect:
                if (Remove(socket))
                    socket.End(DisconnectReason.ClientNamespaceDisconnect);
                return ValueTask.CompletedTask;
            case SocketPacketType.Ack or SocketPacketType.BinaryAck:
                socket.OnAck(packet.Id, packet.Arguments(server.Json, attachments));
                return ValueTask.CompletedTask;
            default:
                return socket.HandleAsync(packet.Event, packet.Arguments(server.Json, attachments), packet.Id);
        }
    }

    private void Connect(string space, ReadOnlyMemory<byte> auth)
    {
        string? broken = null;
        lock (_gate)
        {
            if (_closed)
                return;
            if (++_connects > server.Options.MaxConnectsPerConnection)
                broken = "too many CONNECT packets";
            else if (_sockets.Count + (_entering?.Count ?? 0) >= server.Options.MaxNamespacesPerConnection)
                broken = "too many namespaces";
            else if (_entering?.Contains(space) == true || _sockets.Exists(s => s.Namespace.Name == space))
                broken = "second CONNECT for a namespace";
            else
                (_entering ??= new(1)).Add(space);
        }

        if (broken is null)
            _ = server.AdmitAsync(this, space, auth);
        else
            ForceClose(broken);
    }

    private Socket? Find(string space)
    {
        lock (_gate)
        {
            foreach (var socket in _sockets)
            {
                if (socket.Namespace.Name == space)
                    return socket;
            }
        }

        return null;
    }

    private bool Remove(Socket socket)
    {
        lock (_gate)
            return _sockets.Remove(socket);
    }

    private Socket[] Sockets()
    {
        lock (_gate)
            return [.. _sockets];
    }

    /// <summary>A packet that breaks the protocol ends the connection; its sockets see "forced close" (reference behaviour).</summary>
    private ValueTask Broken(string rule)
    {
        server.ProtocolBroken(rule);
        Session.Close(EngineCloseReason.ForcedClose);
        return ValueTask.CompletedTask;
    }

    /// <summary>A packet at the wrong time ends the connection; its sockets see "forced server close" (reference behaviour).</summary>
    private void ForceClose(string rule)
    {
        server.ProtocolBroken(rule);
        EndAll(DisconnectReason.ForcedServerClose);
        Session.Close(EngineCloseReason.ForcedClose);
    }

    private void EndAll(DisconnectReason reason)
    {
        Socket[] sockets;
        lock (_gate)
        {
            _closed = true;
            sockets = [.. _sockets];
            _sockets.Clear();
        }

        foreach (var socket in sockets)
            socket.End(reason);
    }
}
