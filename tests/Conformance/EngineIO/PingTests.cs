using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Stoa.SocketIO.EngineIO;

namespace Stoa.Conformance.EngineIO;

/// <summary>Engine.IO 4, "Heartbeat", where other packets and slow handlers come in between.</summary>
public sealed class PingTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(200);

    private static void Fast(EngineOptions options) => (options.PingInterval, options.PingTimeout) = (Interval, Timeout);

    [Fact]
    public async Task Pings_go_on_while_each_message_takes_the_handler_a_moment()
    {
        await using var server = await TestServer.StartAsync(engine: Fast, engineHandler: static session => new Slow(session));
        await using var client = await server.OpenAsync("/engine.io/");
        var pings = 0;

        // More often than the interval: were that a sign of life in place of the pong, no ping would ever come.
        while (pings < 4)
        {
            await client.SendAsync("4x");
            var answer = await client.TextAsync();
            if (answer != "2")
                continue;
            pings++;
            await client.SendAsync("3");
        }
    }

    [Fact]
    public async Task Pings_go_on_while_a_handler_holds_the_reader_back()
    {
        var clock = new ManualClock();
        var release = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(
            io => io.On<int, int>("work", async (_, n, _) =>
            {
                await release.Task;
                return n;
            }),
            o =>
            {
                Fast(o);
                o.MaxWaitingEvents = 1;
            },
            services: s => s.AddSingleton<TimeProvider>(clock));
        await using var client = await server.ConnectAsync();
        for (var i = 0; i < 4; i++)
            await client.SendAsync($"42{i}[\"work\",{i}]");
        await Wait.Until(() => server.IO.Of("/").LocalSockets()[0].Connection.Session.IsHeldBack);

        // A client gives up a server that has not pinged for interval and timeout, whether its own pongs are read or not.
        for (var i = 0; i < 5; i++)
        {
            clock.Advance(Interval + TimeSpan.FromMilliseconds(50));
            Assert.Equal("2", await client.TextAsync());
            await client.SendAsync("3");
        }

        release.SetResult();
        for (var i = 0; i < 4; i++)
            Assert.Equal($"43{i}[{i}]", await client.TextAsync());
        Assert.Equal(1, server.IO.ConnectionCount);
    }

    [Fact]
    public async Task Another_packet_extends_the_time_for_a_pong_once()
    {
        var clock = new ManualClock();
        await using var server = await TestServer.StartAsync(engine: Fast, services: s => s.AddSingleton<TimeProvider>(clock));
        var client = await server.PollingAsync("/engine.io/");
        Advance(350);
        Assert.Equal(["2"], await client.PollAsync());
        Advance(100);
        await client.SendAsync("4one");
        Advance(150);
        await client.SendAsync("4two");
        Assert.Equal(["4one", "4two"], await client.PollAsync());
        Advance(49);
        await client.SendAsync("4three");
        Advance(1);

        Assert.Equal(HttpStatusCode.BadRequest, (await client.StatusAsync()).Status);

        void Advance(int milliseconds) => clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
    }

    private sealed class Slow(EngineSession session) : EngineHandler
    {
        public override async ValueTask OnTextAsync(ReadOnlyMemory<byte> text)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
            session.SendText(text.Span);
        }

        public override ValueTask OnBinaryAsync(ReadOnlyMemory<byte> data) => ValueTask.CompletedTask;

        public override void OnClosed(EngineCloseReason reason)
        {
        }
    }
}
