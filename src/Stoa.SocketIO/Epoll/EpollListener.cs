using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Stoa.SocketIO.Epoll;

/// <param name="MaxReadBuffer">Bytes; beyond, nothing is read until the application has taken some. 0: no bound.</param>
/// <param name="MaxWriteBuffer">Bytes; beyond, the application's writes wait. 0: no bound.</param>
/// <param name="Pool">Where the pipes have their memory from.</param>
/// <param name="MayLetGo">Whether WebSockets may leave the web server.</param>
internal sealed record EpollConnectionOptions(long MaxReadBuffer, long MaxWriteBuffer, MemoryPool<byte> Pool, bool MayLetGo);

/// <summary>Accepts connections and tells by their first bytes whose they are.</summary>
internal sealed class EpollListener(Socket socket, SocketConnectionContextFactory framework, EpollConnectionOptions options, bool noDelay) : IConnectionListener
{
    // A request line of Engine.IO: path, version, transport, perhaps a session id.
    private const int Glance = 512;
    private readonly EndPoint _endpoint = socket.LocalEndPoint!;
    private long _accepted;

    /// <inheritdoc/>
    public EndPoint EndPoint => _endpoint;

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Socket? accepted = null;
            try
            {
                accepted = await socket.AcceptAsync(cancellationToken);
                accepted.NoDelay = noDelay;
                return IsEngineIO(accepted) ? Ours(accepted) : framework.Create(accepted);
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                accepted?.Dispose();
                return null;
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // The client left before it was served, or the kernel can watch no more: it is refused, the others are served.
                accepted?.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        framework.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Looks at what has come without taking it. A request line in pieces is taken for something else.</summary>
    private static bool IsEngineIO(Socket accepted)
    {
        if (accepted.Available == 0)
            return false;
        Span<byte> start = stackalloc byte[Glance];
        start = start[..accepted.Receive(start, SocketFlags.Peek)];
        var line = start.IndexOf((byte)'\r');
        return start[..(line < 0 ? start.Length : line)].IndexOf("EIO="u8) > 0;
    }

    private EpollConnection Ours(Socket accepted)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{_endpoint}-{++_accepted:x}");
        var connection = new EpollConnection(accepted, id, options);
        connection.Start();
        return connection;
    }
}
