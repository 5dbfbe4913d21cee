using System.Net;
using Stoa.SocketIO;

namespace Stoa.Conformance.EngineIO;

/// <summary>What a client can make grow is bounded, and what is merely large is not taken for an attack.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task A_handshake_beyond_the_most_connections_is_refused_until_one_has_ended()
    {
        await using var server = await TestServer.StartAsync(options: o => o.MaxConnections = 2);
        await using var first = await server.OpenAsync();
        var second = await server.PollingAsync();

        var (status, body) = await HandshakeAsync(server);
        Assert.Equal((HttpStatusCode.Forbidden, """{"code":4,"message":"Too many connections"}"""), (status, body));
        await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => server.WebSocketAsync());
        await second.SendAsync("40");
        Assert.StartsWith("40{", (await second.PollAsync())[0]);
        await first.CloseAsync();
        await Wait.Until(() => server.IO.ConnectionCount == 1);
        Assert.Equal(HttpStatusCode.OK, (await HandshakeAsync(server)).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_larger_than_the_queue_goes_to_a_polling_client_that_has_nothing_waiting(bool pollWaits)
    {
        await using var server = await TestServer.StartAsync(options: o => o.MaxOutgoingBytes = 64 * 1024);
        var client = await server.PollingAsync();
        await client.SendAsync("40");
        await client.PollAsync();
        var large = new string('x', 100_000);
        var poll = pollWaits ? client.PollAsync() : null;
        if (pollWaits)
            await Wait.Until(() => server.IO.LocalSocketsWaitingToPoll() == 1);

        await server.IO.EmitAsync("large", large);

        Assert.Equal([$"42[\"large\",\"{large}\"]"], await (poll ?? client.PollAsync()).Soon());
    }

    [Fact]
    public async Task Two_messages_larger_than_the_queue_go_to_a_websocket_one_after_the_other()
    {
        await using var server = await TestServer.StartAsync(options: o => o.MaxOutgoingBytes = 64 * 1024);
        await using var client = await server.ConnectAsync();
        var large = new string('x', 20_000_000);

        // The first is under way, because nobody reads yet; the second waits, and nothing waits before it.
        await server.IO.EmitAsync("large", 1, large);
        await server.IO.EmitAsync("large", 2, large);

        Assert.StartsWith("42[\"large\",1,", await client.TextAsync());
        Assert.StartsWith("42[\"large\",2,", await client.TextAsync());
    }

    [Fact]
    public async Task A_post_of_thousands_of_small_packets_is_taken()
    {
        const int Count = 5_000;
        var seen = new Seen<int>();
        await using var server = await TestServer.StartAsync(io => io.On<int>("n", (_, n, _) =>
        {
            seen.Add(n);
            return Task.CompletedTask;
        }));
        var client = await server.PollingAsync();
        await client.SendAsync("40");

        await client.SendAsync([.. Enumerable.Range(0, Count).Select(static n => $"42[\"n\",{n}]")]);

        Assert.Equal(Enumerable.Range(0, Count), await seen.TakeAsync(Count));
    }

    [Fact]
    public async Task What_a_post_promises_is_not_reserved_before_it_comes()
    {
        const int Connections = 300;
        await using var server = await TestServer.StartAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            var client = await server.PollingAsync();
            await client.SendAsync("40");
            return client;
        }));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var raws = new List<RawConnection>();
        foreach (var client in clients)
        {
            var raw = await RawConnection.ConnectAsync(server.Address);
            raws.Add(raw);
            await raw.SendAsync($"POST /socket.io/?EIO=4&transport=polling&sid={client.Sid} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 999999\r\n\r\n4");
        }

        // A second POST is refused while the first is being read: so the first is.
        foreach (var client in clients)
            await Wait.Until(() => client.PostAsync("3").GetAwaiter().GetResult().StatusCode == HttpStatusCode.BadRequest);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;

        Assert.True(grown < Connections * 1_000_000L / 2, $"{grown} bytes for {Connections} promises of a megabyte");
        raws.ForEach(static r => r.Dispose());
    }

    [Fact]
    public async Task A_client_that_asks_again_before_it_has_read_waits_for_its_own_answer()
    {
        await using var server = await TestServer.StartAsync(options: o => o.MaxOutgoingBytes = 1 << 30);
        var client = await server.PollingAsync();
        await client.SendAsync("40");
        await client.PollAsync();
        await server.IO.EmitAsync("large", new string('x', 40_000_000));
        using var slow = await RawConnection.ConnectAsync(server.Address);
        await slow.SendAsync($"GET /socket.io/?EIO=4&transport=polling&sid={client.Sid} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        await slow.HeadAsync();

        var next = client.PollAsync();
        await server.IO.EmitAsync("small");
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.False(next.IsCompleted);
        Assert.EndsWith("xxx\"]", await slow.RestAsync());

        Assert.Equal(["42[\"small\"]"], await next.Soon());
    }

    [Fact]
    public async Task Events_that_wait_for_their_handler_are_bounded_by_their_bytes_too()
    {
        var release = new TaskCompletionSource();
        var seen = new Seen<int>();
        await using var server = await TestServer.StartAsync(
            io => io.On<string>("work", async (_, text, _) =>
            {
                await release.Task;
                seen.Add(text.Length);
            }),
            o => o.MaxWaitingBytes = 64 * 1024);
        await using var client = await server.ConnectAsync();
        var large = new string('x', 50_000);

        // One is handled, one waits, the third does not fit.
        for (var i = 0; i < 3; i++)
            await client.SendAsync($"42[\"work\",\"{large}\"]");
        await Wait.Until(() => server.IO.Of("/").LocalSockets()[0].Connection.Session.IsHeldBack);
        release.SetResult();

        Assert.Equal([50_000, 50_000, 50_000], await seen.TakeAsync(3));
    }

    private static async Task<(HttpStatusCode Status, string Body)> HandshakeAsync(TestServer server)
    {
        using var answer = await server.Http.GetAsync("/socket.io/?EIO=4&transport=polling", TestServer.Cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestServer.Cancellation));
    }
}
