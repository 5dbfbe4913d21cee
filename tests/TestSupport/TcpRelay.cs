using System.Net;
using System.Net.Sockets;

namespace Stoa.TestSupport;

/// <summary>Stands before another server and passes bytes on, until it is cut.</summary>
public sealed class TcpRelay : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> open = [];
    private readonly Lock guard = new();
    private bool isCut;

    /// <param name="target"><c>host:port</c>.</param>
    public TcpRelay(string target)
    {
        listener.Start();
        _ = AcceptAsync(target);
    }

    public string Address => listener.LocalEndpoint.ToString()!;

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

    public void Dispose() => Cut();

    private async Task AcceptAsync(string target)
    {
        try
        {
            while (true)
            {
                var near = await listener.AcceptTcpClientAsync();
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
