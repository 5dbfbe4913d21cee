using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Stoa.SocketIO.Epoll;

namespace Stoa.Conformance.Transport;

/// <summary>
/// A socket that is let go has two readers one after the other: what comes while they change must reach one of them, and the first must see
/// that it is over. A wake-up that is lost shows only when nothing comes after it, so the client here says one thing, at the very moment of
/// the change.
/// </summary>
/// <remarks>
/// The window is a hundred nanoseconds wide. Through the door of the server it would be met once in many thousands of connections; here
/// once in some hundred.
/// </remarks>
[Collection(nameof(Alone))]
public sealed class HandOverRaceTests
{
    private const int Connections = 10_000;

    // As long as a byte needs from one side to the other, and the loop to take it up.
    private const int MostSpins = 3_000;

    [Fact]
    public async Task Whatever_comes_while_a_socket_is_let_go_reaches_one_of_its_readers()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "epoll is Linux's.");
        var random = new Random(20261201);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        for (var i = 0; i < Connections; i++)
        {
            using var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            client.Connect(listener.LocalEndpoint);
            var connection = new EpollConnection(listener.AcceptSocket(), $"{i}", new EpollConnectionOptions(0, 0, MemoryPool<byte>.Shared, MayLetGo: true));
            connection.Start();
            var owned = new TaskCompletionSource<EpollSocket>(TaskCreationOptions.RunContinuationsAsynchronously);
            var letting = LetGoAsync(connection, owned, random.Next(MostSpins));
            client.Send([1]);
            await letting;

            Assert.Equal(1, await ReadAsync(connection, owned.Task).Soon());
        }
    }

    private static Task LetGoAsync(EpollConnection connection, TaskCompletionSource<EpollSocket> owned, int spins)
    {
        var started = false;
        var letting = Task.Run(() =>
        {
            Volatile.Write(ref started, true);
            Thread.SpinWait(spins);
            connection.LetGo(owned.SetResult);
        });
        SpinWait.SpinUntil(() => Volatile.Read(ref started));
        return letting;
    }

    /// <summary>How many bytes have come, to the first reader and to the second.</summary>
    private static async Task<int> ReadAsync(EpollConnection connection, Task<EpollSocket> owned)
    {
        using var early = new MemoryStream();
        await connection.Transport.Input.CopyToAsync(early, TestServer.Cancellation);
        await connection.DisposeAsync();
        await using var loose = new LooseStream(await owned);
        var one = new byte[1];
        return early.Length > 0 ? (int)early.Length : await loose.ReadAsync(one, TestServer.Cancellation);
    }
}
