using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Stoa.SocketIO.Epoll;

/// <summary>
/// The web server's way to TCP on Linux. A connection that begins with an Engine.IO request over plain HTTP is served by <see cref="ReadinessLoops"/> and can be let go
/// (<see cref="EpollConnection.LetGo"/>); every other one is the framework's, as without us.
/// </summary>
/// <remarks>The first request decides. What follows on the same connection works either way, it only costs more or less.</remarks>
internal sealed class EpollTransport(
    IOptions<SocketTransportOptions> options, IOptions<KestrelServerOptions> server, IMemoryPoolFactory<byte> pools, ILoggerFactory logs)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private const int TcpLevel = 6;
    private const int DeferAccept = 9;
    private const int DeferSeconds = 1;

    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint;

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        Socket? socket = null;
        try
        {
            socket = options.Value.CreateBoundListenSocket(endpoint);
            Defer(socket);
            socket.Listen(options.Value.Backlog);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket?.Dispose();
            throw new AddressInUseException(e.Message, e);
        }

        return ValueTask.FromResult<IConnectionListener>(new EpollListener(socket, Framework(), Ours(), options.Value.NoDelay));
    }

    /// <summary>The kernel is to show a connection when its first bytes are there, so that they can be looked at. One that says nothing is shown after a while.</summary>
    private static void Defer(Socket socket)
    {
        try
        {
            socket.SetRawSocketOption(TcpLevel, DeferAccept, BitConverter.GetBytes(DeferSeconds));
        }
        catch (SocketException)
        {
            // A sandbox that imitates Linux may not know it: connections are shown early then, and the framework's.
        }
    }

    private SocketConnectionContextFactory Framework() => new(
        new SocketConnectionFactoryOptions
        {
            IOQueueCount = options.Value.IOQueueCount,
            WaitForDataBeforeAllocatingBuffer = options.Value.WaitForDataBeforeAllocatingBuffer,
            MaxReadBufferSize = options.Value.MaxReadBufferSize,
            MaxWriteBufferSize = options.Value.MaxWriteBufferSize,
            UnsafePreferInlineScheduling = options.Value.UnsafePreferInlineScheduling,
        },
        logs.CreateLogger("Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets"));

    // A socket that was let go is no longer counted by the web server: a host that limits connections there keeps them all.
    private EpollConnectionOptions Ours() => new(
        options.Value.MaxReadBufferSize ?? 0,
        options.Value.MaxWriteBufferSize ?? 0,
        pools.Create(),
        server.Value.Limits is { MaxConcurrentConnections: null, MaxConcurrentUpgradedConnections: null });
}
