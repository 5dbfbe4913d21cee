using System.Net;
using System.Net.Sockets;

namespace Cluster.Processes;

/// <summary>Ports on 127.0.0.1 that nobody listens on.</summary>
public static class FreePort
{
    // Below the range from which Linux takes the ports of outgoing connections (32768 and up): a client that tries again and again to
    // reach a killed server would some day be given the server's own port, connect to itself, and keep the server from coming back.
    private const int Lowest = 20_000;
    private const int Highest = 32_000;
    private const int Tries = 100;

    public static int Find()
    {
        for (var i = 0; i < Tries; i++)
        {
            var port = Random.Shared.Next(Lowest, Highest);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }

        throw new InvalidOperationException($"No free port found in {Tries} tries.");
    }
}
