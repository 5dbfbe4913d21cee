using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace Stoa.Conformance.EngineIO;

/// <summary>
/// A client holds its <c>5</c> back until its GET is answered: whatever keeps that GET waiting keeps the client waiting. The clock of the
/// server stands still here, so that a GET that waits for time is never answered.
/// </summary>
public sealed class UpgradePatienceTests
{
    private static Task<TestServer> StartAsync(ManualClock clock) => TestServer.StartAsync(services: s => s.AddSingleton<TimeProvider>(clock));

    private static Task<WireSocket> SecondAsync(TestServer server, PollingClient client, string path = "/socket.io/") =>
        server.WebSocketAsync($"EIO=4&transport=websocket&sid={client.Sid}", path);

    [Fact]
    public async Task What_is_queued_is_answered_at_once_before_the_probe()
    {
        await using var server = await StartAsync(new ManualClock());
        var client = await server.PollingAsync();
        await client.SendAsync("40");
        await using var socket = await SecondAsync(server, client);

        Assert.StartsWith("40", (await client.PollAsync().Soon())[0]);
    }

    [Fact]
    public async Task What_is_queued_is_answered_at_once_after_the_probe()
    {
        await using var server = await StartAsync(new ManualClock());
        var client = await server.PollingAsync();
        await using var socket = await SecondAsync(server, client);
        await socket.SendAsync("2probe");
        Assert.Equal("3probe", await socket.TextAsync());
        await client.SendAsync("40");

        Assert.StartsWith("40", (await client.PollAsync().Soon())[0]);
    }

    [Fact]
    public async Task What_comes_meanwhile_is_answered_at_once_after_the_probe()
    {
        await using var server = await StartAsync(new ManualClock());
        var client = await server.PollingAsync();
        await client.SendAsync("40");
        await client.PollAsync();
        await using var socket = await SecondAsync(server, client);
        await socket.SendAsync("2probe");
        Assert.Equal("3probe", await socket.TextAsync());
        var poll = client.PollAsync();
        await Wait.Until(() => server.IO.LocalSocketsWaitingToPoll() == 1);
        await server.IO.EmitAsync("n", 1);

        Assert.Equal(["42[\"n\",1]"], await poll.Soon());
    }

    [Fact]
    public async Task A_poll_that_waits_when_the_probe_comes_is_released_at_once()
    {
        await using var server = await StartAsync(new ManualClock());
        var client = await server.PollingAsync();
        await client.SendAsync("40");
        await client.PollAsync();
        await using var socket = await SecondAsync(server, client);
        var poll = client.PollAsync();
        await Wait.Until(() => server.IO.LocalSocketsWaitingToPoll() == 1);
        await socket.SendAsync("2probe");

        Assert.Equal(["6"], await poll.Soon());
    }

    [Fact]
    public async Task Only_a_poll_with_nothing_for_it_after_the_probe_waits_a_moment()
    {
        var clock = new ManualClock();
        await using var server = await StartAsync(clock);
        var client = await server.PollingAsync();
        await client.SendAsync("40");
        await client.PollAsync();
        await using var socket = await SecondAsync(server, client);
        await socket.SendAsync("2probe");
        Assert.Equal("3probe", await socket.TextAsync());
        var poll = client.PollAsync();
        await Wait.Until(() => server.IO.LocalSocketsWaitingToPoll() == 1);
        // The moment begins when the poll does, which nobody sees from outside: the clock goes on until it is over.
        while (!poll.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMilliseconds(5));
            await Task.Yield();
        }

        Assert.Equal(["6"], await poll);
    }

    [Fact]
    public async Task A_poll_that_has_overtaken_the_confirmation_is_void()
    {
        await using var server = await StartAsync(new ManualClock());
        var client = await server.PollingAsync();
        await client.SendAsync("40");
        await client.PollAsync();
        await using var socket = await SecondAsync(server, client);
        await socket.SendAsync("2probe");
        Assert.Equal("3probe", await socket.TextAsync());
        var poll = client.StatusAsync();
        await Wait.Until(() => server.IO.LocalSocketsWaitingToPoll() == 1);
        await socket.SendAsync("5");

        Assert.Equal((HttpStatusCode.BadRequest, """{"code":3,"message":"Bad request"}"""), await poll.Soon());
    }
}
