using System.Net;
using System.Net.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Stoa.Conformance.EngineIO;

/// <summary>Whoever has not been let in takes little: neither room from those who have, nor memory.</summary>
public sealed class UnadmittedTests
{
    [Fact]
    public async Task One_network_has_its_share_of_those_who_wait_and_others_get_in()
    {
        var network = "one";
        await using var server = await TestServer.StartAsync(options: o => (o.MaxUnadmittedPerNetwork, o.NetworkOf) = (3, _ => network));
        var strangers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => HandshakeAsync(server)));

        Assert.Equal((3, 17), (strangers.Count(static s => s == HttpStatusCode.OK), strangers.Count(static s => s == HttpStatusCode.Forbidden)));
        await Assert.ThrowsAsync<WebSocketException>(() => server.WebSocketAsync());
        network = "other";
        await using var other = await server.ConnectAsync();
    }

    [Fact]
    public async Task Those_who_are_in_count_no_more_with_those_who_wait()
    {
        await using var server = await TestServer.StartAsync(options: o => (o.MaxUnadmittedPerNetwork, o.NetworkOf) = (1, static _ => "one"));
        var inside = new List<WireSocket>();
        for (var i = 0; i < 5; i++)
            inside.Add(await server.ConnectAsync());
        var polling = await server.PollingAsync();
        await polling.SendAsync("40");

        Assert.Equal(HttpStatusCode.OK, await HandshakeAsync(server));
        Assert.Equal(HttpStatusCode.Forbidden, await HandshakeAsync(server));
        foreach (var socket in inside)
            await socket.DisposeAsync();
    }

    [Fact]
    public async Task A_place_is_free_again_when_its_session_is_over()
    {
        await using var server = await TestServer.StartAsync(options: o => (o.MaxUnadmittedPerNetwork, o.NetworkOf) = (1, static _ => "one"));
        await using (var first = await server.OpenAsync())
        {
            Assert.Equal(HttpStatusCode.Forbidden, await HandshakeAsync(server));
            await first.CloseAsync();
        }

        await Wait.Until(() => server.IO.ConnectionCount == 0);
        await using var next = await server.ConnectAsync();
    }

    [Fact]
    public async Task When_all_places_are_taken_the_oldest_makes_room_and_whoever_asks_at_once_gets_in()
    {
        await using var server = await TestServer.StartAsync(options: o => o.MaxUnadmitted = 10);
        var oldest = await server.PollingAsync();
        await using var next = await server.OpenAsync();
        await using var inside = await server.ConnectAsync();
        for (var i = 0; i < 30; i++)
            Assert.Equal(HttpStatusCode.OK, await HandshakeAsync(server));

        Assert.Equal(HttpStatusCode.BadRequest, (await oldest.StatusAsync()).Status);
        Assert.Empty(await next.ClosedAsync());
        Assert.InRange(server.IO.ConnectionCount, 1, 11);
        await using var late = await server.ConnectAsync();
        await inside.NothingPendingAsync();
    }

    [Fact]
    public async Task In_a_crowd_whoever_enters_no_namespace_must_go_soon()
    {
        var clock = new ManualClock();
        await using var server = await TestServer.StartAsync(
            options: o => (o.MaxUnadmitted, o.CrowdedConnectTimeout) = (4, TimeSpan.FromSeconds(1)),
            services: s => s.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)));
        await using var early = await server.OpenAsync();
        await using var second = await server.OpenAsync();
        await using var third = await server.OpenAsync();

        clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Empty(await third.ClosedAsync());
        await early.EnterAsync();
        await second.EnterAsync();
    }

    [Fact]
    public async Task Before_it_is_let_in_a_client_may_say_little_and_announce_nothing()
    {
        await using var server = await TestServer.StartAsync();
        await using var announcing = await server.OpenAsync();
        await announcing.SendAsync("451-[\"x\",{\"_placeholder\":true,\"num\":0}]");
        Assert.Empty(await announcing.ClosedAsync());

        await using var large = await server.OpenAsync();
        await large.SendAsync($"40{{\"token\":\"{new string('x', 20_000)}\"}}");
        await large.ClosedAsync();
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, large.CloseStatus);

        var polling = await server.PollingAsync();
        using var refused = await polling.PostAsync($"40{{\"token\":\"{new string('x', 20_000)}\"}}");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
        await using var modest = await server.ConnectAsync(auth: $"{{\"token\":\"{new string('x', 10_000)}\"}}");
    }

    [Fact]
    public async Task Once_it_is_in_a_client_may_send_as_much_as_ever_over_an_upgrade_too()
    {
        var seen = new Seen<int>();
        await using var server = await TestServer.StartAsync(io => io.On<string>("large", (_, text, _) =>
        {
            seen.Add(text.Length);
            return Task.CompletedTask;
        }));
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync($"42[\"large\",\"{new string('x', 500_000)}\"]");
        Assert.Equal(500_000, await seen.NextAsync());

        foreach (var entersFirst in (bool[])[true, false])
        {
            var polling = await server.PollingAsync();
            if (entersFirst)
                await polling.SendAsync("40");
            await using var upgraded = await server.WebSocketAsync($"EIO=4&transport=websocket&sid={polling.Sid}");
            await upgraded.SendAsync("2probe");
            Assert.Equal("3probe", await upgraded.TextAsync());
            await polling.PollAsync();
            await upgraded.SendAsync("5");
            if (!entersFirst)
            {
                await upgraded.SendAsync("40");
                Assert.StartsWith("40{", await upgraded.TextAsync());
            }

            await upgraded.SendAsync($"42[\"large\",\"{new string('x', 400_000)}\"]");
            Assert.Equal(400_000, await seen.NextAsync());
        }
    }

    private static async Task<HttpStatusCode> HandshakeAsync(TestServer server)
    {
        using var answer = await server.Http.GetAsync("/socket.io/?EIO=4&transport=polling", TestServer.Cancellation);
        return answer.StatusCode;
    }
}
