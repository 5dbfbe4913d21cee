using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Packets;

namespace Stoa.SocketIO.Admin;

/// <summary>Is told what happens to sockets on this node, on the thread on which it happens; must neither block nor throw.</summary>
internal abstract class SocketObserver
{
    public abstract void Connected(Socket socket);

    public abstract void Disconnected(Socket socket, DisconnectReason reason);

    public abstract void Joined(Socket socket, IReadOnlyList<string> rooms);

    public abstract void Left(Socket socket, IReadOnlyList<string> rooms);

    /// <summary>The client sent an event; its handler has not run yet.</summary>
    public abstract void Received(SocketEvent happened);

    /// <summary>An event was handed to the client's connection.</summary>
    public abstract void Sent(Socket socket, SocketPacket packet);
}
