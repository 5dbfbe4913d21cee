using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace Stoa.Conformance.EngineIO;

/// <summary>
/// A polling client closes with a POST and a GET sent together, on two connections; which of them is handled first must not be seen.
/// </summary>
public sealed class DepartureTests
{
    private static readonly (HttpStatusCode, string) Noop = (HttpStatusCode.OK, "6");
    private static readonly (HttpStatusCode, string) Unknown = (HttpStatusCode.BadRequest, """{"code":1,"message":"Session ID unknown"}""");

    [Fact]
    public async Task A_get_and_the_close_packet_that_race_are_both_answered_and_the_next_get_is_unknown()
    {
        await using var server = await TestServer.StartAsync();
        for (var i = 0; i < 300; i++)
        {
            var client = await server.PollingAsync("/engine.io/");
            var poll = client.StatusAsync();
            var post = client.PostAsync("1");
            using var answer = await post.Soon();

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(Noop, await poll.Soon());
            Assert.Equal(Unknown, await client.StatusAsync());
        }
    }

    [Fact]
    public async Task A_get_that_comes_after_the_close_packet_is_answered_once()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync("/engine.io/");
        await client.SendAsync("1");

        Assert.Equal(Noop, await client.StatusAsync());
        Assert.Equal(Unknown, await client.StatusAsync());
    }

    [Fact]
    public async Task It_is_the_get_alone_that_may_be_late()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync("/engine.io/");
        await client.SendAsync("1");
        using var post = await client.PostAsync("4x");
        using var raw = await RawConnection.ConnectAsync(server.Address);
        await raw.SendAsync(RawConnection.Upgrade($"/engine.io/?EIO=4&transport=websocket&sid={client.Sid}"));

        Assert.Equal(HttpStatusCode.BadRequest, post.StatusCode);
        Assert.StartsWith("HTTP/1.1 400", await raw.HeadAsync());
        Assert.Equal(Noop, await client.StatusAsync());
    }

    [Fact]
    public async Task After_a_second_the_session_is_unknown()
    {
        var clock = new ManualClock();
        await using var server = await TestServer.StartAsync(services: s => s.AddSingleton<TimeProvider>(clock));
        var (early, late) = (await server.PollingAsync("/engine.io/"), await server.PollingAsync("/engine.io/"));
        await early.SendAsync("1");
        await late.SendAsync("1");
        clock.Advance(TimeSpan.FromMilliseconds(900));
        Assert.Equal(Noop, await early.StatusAsync());
        clock.Advance(TimeSpan.FromMilliseconds(200));

        Assert.Equal(Unknown, await late.StatusAsync());
    }

    [Fact]
    public async Task A_session_that_has_left_takes_no_place()
    {
        await using var server = await TestServer.StartAsync(engine: o => o.MaxConnections = 1);
        for (var i = 0; i < 10; i++)
            await (await server.PollingAsync("/engine.io/")).SendAsync("1");
    }

    [Fact]
    public void What_is_remembered_is_bounded_and_the_oldest_goes()
    {
        var departed = new SocketIO.EngineIO.DepartedSessions(new ManualClock());
        for (var i = 0; i < 5_000; i++)
            departed.Add($"{i}");

        Assert.False(departed.TryTake("0"));
        Assert.True(departed.TryTake("4999"));
        Assert.False(departed.TryTake("4999"));
    }
}
