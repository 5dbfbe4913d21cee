using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Stoa.SocketIO.Epoll;

/// <param name="MaxReadBuffer">Bytes; beyond, nothing is read until the application has taken some. 0: no bound.</param>
/// <param name="MaxWriteBuffer">Bytes; beyond, the application's writes wait. 0: no bound.</param>
internal sealed record EpollTransportOptions(long MaxReadBuffer, long MaxWriteBuffer, bool MayLetGo);

/// <summary>The web server's way to TCP on Linux: connections that can be let go (<see cref="ILetGoFeature"/>). Other ends are left to the framework's transport.</summary>
internal sealed class EpollTransport(IOptions<SocketTransportOptions> options, IOptions<KestrelServerOptions> server, IMemoryPoolFactory<byte> pools) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => OperatingSystem.IsLinux() && endpoint is IPEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = options.Value.CreateBoundListenSocket(endpoint);
        try
        {
            socket.Listen(options.Value.Backlog);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Dispose();
            throw new AddressInUseException(e.Message, e);
        }

        // A socket that was let go is no longer counted by the web server: a host that limits connections there keeps them all.
        var mayLetGo = server.Value.Limits is { MaxConcurrentConnections: null, MaxConcurrentUpgradedConnections: null };
        var sizes = new EpollTransportOptions(options.Value.MaxReadBufferSize ?? 0, options.Value.MaxWriteBufferSize ?? 0, mayLetGo);
        return ValueTask.FromResult<IConnectionListener>(new Listener(socket, options.Value.NoDelay, sizes, pools.Create()));
    }

    private sealed class Listener(Socket socket, bool noDelay, EpollTransportOptions options, MemoryPool<byte> pool) : IConnectionListener
    {
        private long _accepted;

        public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (true)
            {
                try
                {
                    var accepted = await socket.AcceptAsync(cancellationToken);
                    accepted.NoDelay = noDelay;
                    var connection = new EpollConnection(accepted, $"{EndPoint}-{++_accepted:x}", pool, options);
                    connection.Start();
                    return connection;
                }
                catch (Exception e) when (e is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
                {
                    return null;
                }
                catch (SocketException)
                {
                    // The client left before it was served.
                }
            }
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => DisposeAsync();

        [SuppressMessage("Usage", "CA2213", Justification = "Connections outlive their listener and use the pool.")]
        public ValueTask DisposeAsync()
        {
            socket.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
