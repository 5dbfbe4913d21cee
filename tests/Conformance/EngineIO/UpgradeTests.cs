using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace Stoa.Conformance.EngineIO;

/// <summary>Engine.IO 4, "Upgrade".</summary>
public sealed class UpgradeTests
{
    private static Task<WireSocket> Second(TestServer server, PollingClient client, string path = "/engine.io/") =>
        server.WebSocketAsync($"EIO=4&transport=websocket&sid={client.Sid}", path);

    private static async Task StillPollsAsync(PollingClient client)
    {
        await client.SendAsync("4still here");
        Assert.Equal(["4still here"], await client.PollAsync());
    }

    private static async Task MovesAsync(TestServer server, PollingClient client)
    {
        await using var socket = await UpgradeAsync(server, client);
        await socket.SendAsync("4moved");
        Assert.Equal("4moved", await socket.TextAsync());
    }

    private static async Task<WireSocket> UpgradeAsync(TestServer server, PollingClient client, string path = "/engine.io/")
    {
        var socket = await Second(server, client, path);
        await socket.SendAsync("2probe");
        Assert.Equal("3probe", await socket.TextAsync());
        await socket.SendAsync("5");
        return socket;
    }

    [Fact]
    public async Task A_probed_and_confirmed_websocket_becomes_the_transport()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync("/engine.io/");
        await using var socket = await UpgradeAsync(server, client);
        await socket.SendAsync("4hello");

        Assert.Equal("4hello", await socket.TextAsync());
    }

    [Fact]
    public async Task A_waiting_poll_is_released_by_the_probe()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync("/engine.io/");
        var poll = client.PollAsync();
        await using var socket = await Second(server, client);
        await socket.SendAsync("2probe");

        Assert.Equal(["6"], await poll.Soon());
        Assert.Equal("3probe", await socket.TextAsync());
        // A poll that comes during the probe is released, too.
        Assert.Equal(["6"], await client.PollAsync());
    }

    [Fact]
    public async Task Requests_over_polling_are_refused_after_the_upgrade_even_when_they_overtake_it()
    {
        await using var server = await TestServer.StartAsync();
        for (var i = 0; i < 20; i++)
        {
            var client = await server.PollingAsync("/engine.io/");
            await using var socket = await Second(server, client);
            await socket.SendAsync("2probe");
            await socket.SendAsync("5");
            Assert.Equal((HttpStatusCode.BadRequest, """{"code":3,"message":"Bad request"}"""), await client.StatusAsync());
            using var post = await client.PostAsync("4x");
            Assert.Equal(HttpStatusCode.BadRequest, post.StatusCode);
        }
    }

    [Fact]
    public async Task A_second_websocket_for_an_upgraded_or_upgrading_session_is_closed_at_once()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync("/engine.io/");
        await using var first = await Second(server, client);
        await first.SendAsync("2probe");
        await first.TextAsync();
        await using var during = await Second(server, client);
        Assert.Empty(await during.ClosedAsync());
        await first.SendAsync("5");
        await using var after = await Second(server, client);
        Assert.Empty(await after.ClosedAsync());

        await first.SendAsync("4hello");
        Assert.Equal("4hello", await first.TextAsync());
    }

    [Theory]
    [InlineData("4hello")]
    [InlineData("2")]
    [InlineData("5")]
    public async Task Anything_but_a_probe_closes_only_the_new_websocket(string first)
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync("/engine.io/");
        await using var socket = await Second(server, client);
        await socket.SendAsync(first);
        Assert.Empty(await socket.ClosedAsync());

        await StillPollsAsync(client);
        // And another upgrade may be tried.
        await MovesAsync(server, client);
    }

    [Fact]
    public async Task Anything_but_the_confirmation_after_the_probe_closes_only_the_new_websocket()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync("/engine.io/");
        await using var socket = await Second(server, client);
        await socket.SendAsync("2probe");
        await socket.TextAsync();
        await socket.SendAsync("4too early");
        Assert.Empty(await socket.ClosedAsync());

        await StillPollsAsync(client);
    }

    [Fact]
    public async Task An_upgrade_that_takes_too_long_closes_only_the_new_websocket()
    {
        var clock = new ManualClock();
        await using var server = await TestServer.StartAsync(
            engine: o => o.UpgradeTimeout = TimeSpan.FromSeconds(5), services: s => s.AddSingleton<TimeProvider>(clock));
        var client = await server.PollingAsync("/engine.io/");
        await using var socket = await Second(server, client);
        await socket.SendAsync("2probe");
        Assert.Equal("3probe", await socket.TextAsync());
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Empty(await socket.ClosedAsync());

        await StillPollsAsync(client);
    }

    [Fact]
    public async Task A_websocket_that_never_probes_is_closed_alone_when_its_time_is_up()
    {
        await using var server = await TestServer.StartAsync(engine: o => o.UpgradeTimeout = TimeSpan.FromMilliseconds(500));
        var client = await server.PollingAsync("/engine.io/");
        await using (var silent = await Second(server, client))
        {
            Assert.Empty(await silent.ClosedAsync());
        }

        await StillPollsAsync(client);
        await MovesAsync(server, client);
    }

    [Fact]
    public async Task A_binary_message_is_no_probe_and_closes_only_the_new_websocket()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync("/engine.io/");
        await using var socket = await Second(server, client);
        await socket.SendAsync("2probe"u8.ToArray());
        Assert.Empty(await socket.ClosedAsync());

        await StillPollsAsync(client);
    }

    [Fact]
    public async Task What_a_session_that_is_closed_during_the_probe_has_left_goes_over_the_websocket()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync();
        await client.SendAsync("40");
        await client.PollAsync();
        await using var socket = await Second(server, client, "/socket.io/");
        await socket.SendAsync("2probe");
        Assert.Equal("3probe", await socket.TextAsync());
        await server.IO.EmitAsync("last");
        // The client polls no more: it has only its confirmation left to send.
        await server.IO.DisconnectSocketsAsync(close: true);
        await socket.SendAsync("5");

        Assert.Equal(["42[\"last\"]", "41"], await socket.ClosedAsync());
        Assert.Equal(HttpStatusCode.BadRequest, (await client.StatusAsync()).Status);
    }

    [Fact]
    public async Task What_is_sent_during_the_probe_leaves_once_and_in_order()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync();
        await client.SendAsync("40");
        await client.PollAsync();
        await server.IO.EmitAsync("n", 1);
        await using var socket = await Second(server, client, "/socket.io/");
        await socket.SendAsync("2probe");
        await socket.TextAsync();
        await server.IO.EmitAsync("n", 2);
        Assert.Equal(["42[\"n\",1]", "42[\"n\",2]"], await client.PollAsync());
        await server.IO.EmitAsync("n", 3);
        await server.IO.EmitAsync("n", 4);
        await socket.SendAsync("5");

        Assert.Equal("42[\"n\",3]", await socket.TextAsync());
        Assert.Equal("42[\"n\",4]", await socket.TextAsync());
        await server.IO.EmitAsync("n", 5);
        Assert.Equal("42[\"n\",5]", await socket.TextAsync());
    }

    [Fact]
    public async Task No_message_is_lost_or_doubled_while_many_are_sent_and_the_transport_changes()
    {
        const int Count = 2_000;
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync();
        await client.SendAsync("40");
        await client.PollAsync();
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < Count; i++)
            {
                await server.IO.EmitAsync("n", i);
                if (i % 50 == 0)
                    await Task.Yield();
            }
        }, TestServer.Cancellation);
        var received = new List<string>(await client.PollAsync());
        await using var socket = await Second(server, client, "/socket.io/");
        await socket.SendAsync("2probe");
        await socket.TextAsync();
        received.AddRange(await client.PollAsync());
        await socket.SendAsync("5");
        await sending.Soon();
        received.RemoveAll(p => p == "6");
        while (received.Count < Count)
            received.Add(await socket.TextAsync());

        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"42[\"n\",{i}]"), received);
    }

    [Fact]
    public async Task A_websocket_is_closed_at_once_when_upgrades_are_switched_off()
    {
        await using var server = await TestServer.StartAsync(engine: o => o.AllowUpgrades = false);
        var client = await server.PollingAsync("/engine.io/");
        Assert.Empty(client.Handshake.GetProperty("upgrades").EnumerateArray());
        await using var socket = await Second(server, client);
        Assert.Empty(await socket.ClosedAsync());
        await client.SendAsync("4still here");

        Assert.Equal(["4still here"], await client.PollAsync());
    }
}
