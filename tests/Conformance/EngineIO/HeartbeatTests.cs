using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Stoa.SocketIO;
using Stoa.SocketIO.EngineIO;

namespace Stoa.Conformance.EngineIO;

/// <summary>Engine.IO 4, "Heartbeat".</summary>
public sealed class HeartbeatTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(200);

    private static Task<TestServer> Start(ManualClock? clock = null) => TestServer.StartAsync(
        engine: Fast,
        options: Fast,
        services: s =>
        {
            if (clock is not null)
                s.AddSingleton<TimeProvider>(clock);
        });

    private static void Fast(EngineOptions options) => (options.PingInterval, options.PingTimeout) = (Interval, Timeout);

    [Fact]
    public async Task The_server_pings_a_polling_client_after_each_pong()
    {
        await using var server = await Start();
        var client = await server.PollingAsync("/engine.io/");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(["2"], await client.PollAsync());
            await client.SendAsync("3");
        }
    }

    [Fact]
    public async Task The_server_pings_a_websocket_client_after_each_pong()
    {
        await using var server = await Start();
        await using var socket = await server.OpenAsync("/engine.io/");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("2", await socket.TextAsync());
            await socket.SendAsync("3");
        }
    }

    [Fact]
    public async Task A_ping_is_buffered_when_no_poll_waits()
    {
        var clock = new ManualClock();
        await using var server = await Start(clock);
        var client = await server.PollingAsync("/engine.io/");
        clock.Advance(Interval + TimeSpan.FromMilliseconds(50));
        await client.SendAsync("4after");

        Assert.Equal(["2", "4after"], await client.PollAsync());
    }

    [Fact]
    public async Task A_silent_websocket_is_closed()
    {
        await using var server = await Start();
        await using var socket = await server.OpenAsync("/engine.io/");

        Assert.Equal(["2"], await socket.ClosedAsync());
    }

    [Fact]
    public async Task The_deadline_is_one_sum_that_a_request_looks_at_too()
    {
        // The clock stands still for timers: only the request can notice.
        var clock = new ManualClock();
        await using var server = await Start(clock);
        var (late, inTime) = (await server.PollingAsync("/engine.io/"), await server.PollingAsync("/engine.io/"));
        clock.Advance(Interval + Timeout - TimeSpan.FromMilliseconds(1));
        await inTime.SendAsync("3");
        clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal((HttpStatusCode.BadRequest, """{"code":1,"message":"Session ID unknown"}"""), await late.StatusAsync());
        Assert.Equal(["2"], await inTime.PollAsync());
    }

    [Fact]
    public async Task A_waiting_poll_is_told_of_the_time_out()
    {
        var clock = new ManualClock();
        await using var server = await Start(clock);
        var client = await server.PollingAsync();
        await client.SendAsync("40");
        await client.PollAsync();
        clock.Advance(Interval + TimeSpan.FromMilliseconds(50));
        Assert.Equal(["2"], await client.PollAsync());
        var poll = client.StatusAsync();
        await Wait.Until(() => server.IO.LocalSocketsWaitingToPoll() == 1);
        clock.Advance(Timeout);

        Assert.Equal((HttpStatusCode.OK, "1"), await poll.Soon());
        Assert.Equal(HttpStatusCode.BadRequest, (await client.StatusAsync()).Status);
    }

    [Fact]
    public async Task A_time_out_reaches_the_application_with_its_reason()
    {
        var ended = new Seen<DisconnectReason>();
        await using var server = await TestServer.StartAsync(
            io => io.OnDisconnect((_, reason) =>
            {
                ended.Add(reason);
                return Task.CompletedTask;
            }),
            Fast);
        await using var socket = await server.ConnectAsync();

        Assert.Equal(DisconnectReason.PingTimeout, await ended.NextAsync());
    }

    [Theory]
    [InlineData("2")]
    [InlineData("2probe")]
    public async Task A_ping_from_a_client_is_an_error(string ping)
    {
        var ended = new Seen<DisconnectReason>();
        await using var server = await TestServer.StartAsync(io => io.OnDisconnect((_, reason) =>
        {
            ended.Add(reason);
            return Task.CompletedTask;
        }));
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync(ping);

        Assert.Equal(DisconnectReason.TransportError, await ended.NextAsync());
        await socket.ClosedAsync();
    }

    [Fact]
    public async Task A_client_whose_reader_is_held_back_is_not_taken_for_silent()
    {
        var clock = new ManualClock();
        var release = new TaskCompletionSource();
        var done = new Seen<int>();
        await using var server = await TestServer.StartAsync(
            io => io.On<int>("work", async (_, n, _) =>
            {
                await release.Task;
                done.Add(n);
            }),
            o =>
            {
                Fast(o);
                o.MaxWaitingEvents = 1;
            },
            services: s => s.AddSingleton<TimeProvider>(clock));
        await using var socket = await server.ConnectAsync();
        for (var i = 0; i < 4; i++)
            await socket.SendAsync($"42[\"work\",{i}]");
        await Wait.Until(() => server.IO.Of("/").LocalSockets()[0].Connection.Session.IsHeldBack);
        clock.Advance(10 * (Interval + Timeout));
        release.SetResult();

        Assert.Equal([0, 1, 2, 3], await done.TakeAsync(4));
        Assert.Equal(1, server.IO.ConnectionCount);
    }
}
