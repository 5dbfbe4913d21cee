using System.Net;
using System.Net.Sockets;

namespace Stoa.TestSupport;

/// <summary>Stands before another server and passes bytes on, until it is cut; and again once it is mended.</summary>
public sealed class TcpRelay : IDisposable
{
    private readonly string target;
    private readonly int port;
    private TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> open = [];
    private readonly Lock guard = new();
    private bool isCut;

    /// <param name="target"><c>host:port</c>.</param>
    public TcpRelay(string target)
    {
        this.target = target;
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        _ = AcceptAsync(listener);
    }

    public string Address => $"127.0.0.1:{port}";

    /// <summary>All connections end, and none is made any more.</summary>
    public void Cut()
    {
        lock (guard)
        {
            isCut = true;
            listener.Stop();
            open.ForEach(static c => c.Dispose());
        }
    }

    /// <summary>Listens again at the same address.</summary>
    public void Mend()
    {
        lock (guard)
        {
            isCut = false;
            open.Clear();
            listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            _ = AcceptAsync(listener);
        }
    }

    public void Dispose() => Cut();

    private async Task AcceptAsync(TcpListener at)
    {
        try
        {
            while (true)
            {
                var near = await at.AcceptTcpClientAsync();
                var far = new TcpClient();
                await far.ConnectAsync(IPEndPoint.Parse(target));
                if (!Keep(near, far))
                    return;
                _ = PassAsync(near, far);
                _ = PassAsync(far, near);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut.
        }
    }

    private bool Keep(TcpClient near, TcpClient far)
    {
        lock (guard)
        {
            open.AddRange([near, far]);
            if (isCut)
                open.ForEach(static c => c.Dispose());
            return !isCut;
        }
    }

    private static async Task PassAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut.
        }
        finally
        {
            to.Dispose();
        }
    }
}
