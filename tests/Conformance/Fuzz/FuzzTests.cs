using System.Globalization;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Stoa.SocketIO;

namespace Stoa.Conformance.Fuzz;

/// <summary>
/// Packets and bodies that are nearly right, over real connections. Here some thousands; the long run is
/// <c>STOA_FUZZ_PACKETS=1000000 ./test --filter-class '*FuzzTests'</c>, and STOA_FUZZ_SEED repeats one.
/// </summary>
/// <remarks>Only packets that the server has read count, by its own meter: what follows one that ends the connection was never looked at.</remarks>
[Collection(nameof(Alone))]
public sealed class FuzzTests(ITestOutputHelper output)
{
    // Few: the first one that breaks a rule ends the connection, and the rest is not read.
    private const int FramesPerConnection = 3;
    private const int BodiesPerSession = 3;
    private const int PacketsPerBody = 3;
    private const int ConnectionsBetweenLooks = 50;
    private const long MemoryAllowance = 24 * 1024 * 1024;

    // Of what was sent, by transport; some three in ten are usual, because most of what follows the first broken packet is lost. Far less would mean that
    // something in front of the packet reader refuses nearly everything.
    private const double LeastShareRead = 0.2;

    [Fact]
    public async Task Mutated_frames_and_bodies_harm_neither_the_server_nor_other_clients()
    {
        var (packets, seed) = (Setting("STOA_FUZZ_PACKETS", 5_000), Setting("STOA_FUZZ_SEED", 20261120));
        output.WriteLine($"{packets} packets, seed {seed}");
        await using var server = await StartAsync();
        using var counts = new MeterCounts(server);
        await using var witness = await server.ConnectAsync();
        var mutator = new Mutator(seed);
        await FramesAsync(server, mutator, 10); // warm: what is loaded once is no leak
        await BodiesAsync(server, mutator, 10);
        var before = await SettledAsync(server);

        var (frames, bodies) = (new Share(), new Share());
        while (frames.Read + bodies.Read < packets)
        {
            frames += await ReadAsync(counts, FramesAsync(server, mutator, ConnectionsBetweenLooks));
            bodies += await ReadAsync(counts, BodiesAsync(server, mutator, ConnectionsBetweenLooks));
            await LookAsync(server, witness);
        }

        var after = await SettledAsync(server);
        output.WriteLine($"read over WebSocket {frames}, over polling {bodies}; memory before {before:N0}, after {after:N0}");
        Assert.InRange(frames.Of, LeastShareRead, 1);
        Assert.InRange(bodies.Of, LeastShareRead, 1);
        Assert.InRange(after - before, long.MinValue, MemoryAllowance);
    }

    /// <summary>What of the packets that were sent the server has read; the well-formed ones around them are no find.</summary>
    private static async Task<Share> ReadAsync(MeterCounts counts, Task<(int Sent, int WellFormed)> sending)
    {
        var before = counts["stoa.socketio.packets.in"];
        var (sent, wellFormed) = await sending;
        return new Share(sent, counts["stoa.socketio.packets.in"] - before - wellFormed);
    }

    private static Task<TestServer> StartAsync() => TestServer.StartAsync(
        static io =>
        {
            io.On("echo", static (happened, _) =>
            {
                happened.AckArgs([.. happened.Args]);
                return Task.CompletedTask;
            });
            io.On("read", static (happened, _) => Task.FromResult(happened.Ack(happened.Args.At(0).AsJson().ToString() + happened.Args.At(0).As<string>())));
            // Reads what came with it, as applications do.
            io.Use(static (socket, next, _) => socket.Handshake.Auth.EnumerateObject().Any(static m => m.Name + m.Value.ToString() == "refuse") ? Task.CompletedTask : next());
            io.Of("/custom").On("echo", static (_, _) => Task.CompletedTask);
        },
        static o =>
        {
            // Sessions that were left lying about are gone within the test.
            o.PingInterval = TimeSpan.FromSeconds(1);
            o.PingTimeout = TimeSpan.FromSeconds(4);
            o.ConnectTimeout = TimeSpan.FromSeconds(2);
            o.MaxPayload = 100_000;
        });

    /// <summary>Sends frames on connections of their own and waits until the server has ended each.</summary>
    private static async Task<(int Sent, int WellFormed)> FramesAsync(TestServer server, Mutator mutator, int connections)
    {
        for (var connection = 0; connection < connections; connection++)
        {
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(server.Address.Host, server.Address.Port, TestServer.Cancellation);
            using var batch = new MemoryStream();
            batch.Write(System.Text.Encoding.ASCII.GetBytes(RawConnection.Upgrade("/socket.io/?EIO=4&transport=websocket")));
            batch.Write(RawConnection.Frame(0x81, "40"u8));
            for (var i = 0; i < FramesPerConnection; i++)
                batch.Write(RawConnection.Frame(mutator.FrameStart(), mutator.NextMessage()));
            if (mutator.Below(4) == 0)
                batch.SetLength(batch.Length - mutator.Below(20));
            await SendAndDrainAsync(tcp, batch.ToArray());
        }

        return (connections * FramesPerConnection, connections);
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

    /// <summary>Sends bodies to sessions of their own, until one is refused, and sees to it that none is left.</summary>
    private static async Task<(int Sent, int WellFormed)> BodiesAsync(TestServer server, Mutator mutator, int sessions)
    {
        var (sent, wellFormed) = (0, 0);
        for (var session = 0; session < sessions; session++)
        {
            var client = await server.PollingAsync();
            await client.SendAsync("40");
            var goesOn = true;
            for (var i = 0; i < BodiesPerSession && goesOn; i++)
            {
                var body = mutator.NextBody(PacketsPerBody);
                using var content = new ByteArrayContent(body);
                using var answer = await server.Http.PostAsync($"/socket.io/?EIO=4&transport=polling&sid={client.Sid}", content, TestServer.Cancellation);
                Assert.InRange((int)answer.StatusCode, 200, 499);
                goesOn = answer.IsSuccessStatusCode;
                sent += Mutator.Count(body);
            }

            wellFormed += await CloseAsync(client) ? 2 : 1;
        }

        return (sent, wellFormed);
    }

    /// <summary>Closes a session, or fetches the farewell of one that the server has closed, which would be kept for 30 seconds. Whether there was one to close.</summary>
    private static async Task<bool> CloseAsync(PollingClient client)
    {
        using var answer = await client.PostAsync("1");
        if (answer.IsSuccessStatusCode)
            return true;
        while ((await client.StatusAsync()).Status == System.Net.HttpStatusCode.OK)
        {
        }

        return false;
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

    /// <summary>How many packets were sent, and how many of them the server has read.</summary>
    private readonly record struct Share(long Sent, long Read)
    {
        public double Of => (double)Read / Sent;

        public static Share operator +(Share one, Share other) => new(one.Sent + other.Sent, one.Read + other.Read);

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Read:N0} of {Sent:N0} ({Of:P0})");
    }
}
