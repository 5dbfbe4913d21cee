using System.Globalization;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Stoa.SocketIO;

namespace Stoa.Conformance.Fuzz;

/// <summary>
/// Packets and bodies that are nearly right, over real connections. Here some thousands; the long run is
/// <c>STOA_FUZZ_PACKETS=1000000 ./test --filter-class '*FuzzTests'</c>, and STOA_FUZZ_SEED repeats one.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    // Few: the first one that breaks a rule ends the connection, and the rest is not read.
    private const int FramesPerConnection = 4;
    private const int PacketsPerBody = 50;
    private const int ConnectionsBetweenLooks = 50;
    private const long MemoryAllowance = 24 * 1024 * 1024;

    [Fact]
    public async Task Mutated_frames_and_bodies_harm_neither_the_server_nor_other_clients()
    {
        var (packets, seed) = (Setting("STOA_FUZZ_PACKETS", 20_000), Setting("STOA_FUZZ_SEED", 20261120));
        output.WriteLine($"{packets} packets, seed {seed}");
        await using var server = await StartAsync();
        await using var witness = await server.ConnectAsync();
        var mutator = new Mutator(seed);
        await FramesAsync(server, mutator, 10 * FramesPerConnection); // warm: what is loaded once is no leak
        var before = await SettledAsync(server);

        for (var sent = 0; sent < packets;)
        {
            sent += await FramesAsync(server, mutator, ConnectionsBetweenLooks * FramesPerConnection);
            sent += await BodiesAsync(server, mutator, 5);
            await LookAsync(server, witness);
        }

        var after = await SettledAsync(server);
        output.WriteLine($"memory before {before:N0}, after {after:N0}");
        Assert.InRange(after - before, long.MinValue, MemoryAllowance);
    }

    private static Task<TestServer> StartAsync() => TestServer.StartAsync(
        static io =>
        {
            io.On("echo", static (happened, _) =>
            {
                happened.AckArgs([.. happened.Args]);
                return Task.CompletedTask;
            });
            io.Of("/custom").On("echo", static (_, _) => Task.CompletedTask);
        },
        static o =>
        {
            // Sessions that were left lying about are gone within the test.
            o.PingInterval = TimeSpan.FromSeconds(1);
            o.PingTimeout = TimeSpan.FromSeconds(2);
            o.ConnectTimeout = TimeSpan.FromSeconds(2);
            o.MaxPayload = 100_000;
        });

    /// <summary>Sends frames on connections of their own and waits until the server has ended each.</summary>
    private static async Task<int> FramesAsync(TestServer server, Mutator mutator, int frames)
    {
        for (var sent = 0; sent < frames; sent += FramesPerConnection)
        {
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(server.Address.Host, server.Address.Port, TestServer.Cancellation);
            using var batch = new MemoryStream();
            batch.Write(System.Text.Encoding.ASCII.GetBytes(RawConnection.Upgrade("/socket.io/?EIO=4&transport=websocket")));
            batch.Write(RawConnection.Frame(0x81, "40"u8));
            for (var i = 0; i < FramesPerConnection; i++)
                batch.Write(RawConnection.Frame(mutator.FrameStart(), mutator.Next()));
            if (mutator.Below(4) == 0)
                batch.SetLength(batch.Length - mutator.Below(20));
            await SendAndDrainAsync(tcp, batch.ToArray());
        }

        return frames;
    }

    private static async Task SendAndDrainAsync(TcpClient tcp, byte[] batch)
    {
        var stream = tcp.GetStream();
        try
        {
            await stream.WriteAsync(batch, TestServer.Cancellation);
            tcp.Client.Shutdown(SocketShutdown.Send);
            await stream.CopyToAsync(Stream.Null, TestServer.Cancellation).Soon();
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // Reset: the server was done with this connection first.
        }
    }

    private static async Task<int> BodiesAsync(TestServer server, Mutator mutator, int bodies)
    {
        for (var i = 0; i < bodies; i++)
        {
            var client = await server.PollingAsync();
            using var body = new MemoryStream("40"u8.ToArray().Length);
            body.Write("40"u8);
            for (var packet = 0; packet < PacketsPerBody; packet++)
            {
                body.WriteByte(0x1e);
                body.Write(mutator.Next());
            }

            using var content = new ByteArrayContent(body.ToArray());
            using var answer = await server.Http.PostAsync($"/socket.io/?EIO=4&transport=polling&sid={client.Sid}", content, TestServer.Cancellation);
            Assert.InRange((int)answer.StatusCode, 200, 499);
        }

        return bodies * PacketsPerBody;
    }

    /// <summary>The other client still gets its answers, and nothing was logged as a fault.</summary>
    private static async Task LookAsync(TestServer server, WireSocket witness)
    {
        await witness.SendAsync("421[\"echo\",\"are you there?\"]");
        for (var answer = ""; answer != "431[\"are you there?\"]";)
        {
            answer = await witness.TextAsync();
            if (answer == "2")
                await witness.SendAsync("3");
        }

        Assert.DoesNotContain(server.Log.Entries, static e => e.Level >= LogLevel.Error);
        server.Log.Entries.Clear();
    }

    /// <summary>Waits until only the witness is left; the memory that is then in use.</summary>
    private static async Task<long> SettledAsync(TestServer server)
    {
        var deadline = DateTime.UtcNow + Wait.Patience;
        while (server.IO.ConnectionCount > 1 && DateTime.UtcNow < deadline)
            await Task.Delay(50, TestServer.Cancellation);
        Assert.InRange(server.IO.ConnectionCount, 0, 1);
        server.Log.Entries.Clear();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return GC.GetGCMemoryInfo(GCKind.FullBlocking).HeapSizeBytes;
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
