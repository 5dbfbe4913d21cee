using System.Text.RegularExpressions;
using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Packets;

namespace Stoa.Conformance.Namespaces;

/// <summary>Rules of Socket.IO 5 that hold whichever transport carries the packets.</summary>
public sealed class BothTransportsTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    public static TheoryData<bool> Transports => [true, false];

    private static Func<Socket, DisconnectReason, Task> Into(Seen<DisconnectReason> ended) => (_, reason) =>
    {
        ended.Add(reason);
        return Task.CompletedTask;
    };

    [Theory]
    [InlineData(true, "40", "second CONNECT")]
    [InlineData(true, "42/custom,[\"x\"]", "event for a namespace not joined")]
    [InlineData(true, "41/custom,", "leaving a namespace not joined")]
    [InlineData(true, "43/custom,1[]", "ack for a namespace not joined")]
    [InlineData(false, "40", "second CONNECT")]
    [InlineData(false, "42/custom,[\"x\"]", "event for a namespace not joined")]
    [InlineData(false, "41/custom,", "leaving a namespace not joined")]
    [InlineData(false, "43/custom,1[]", "ack for a namespace not joined")]
    public async Task A_packet_at_the_wrong_time_closes_the_connection(bool polling, string packet, string why)
    {
        var ended = new Seen<DisconnectReason>();
        await using var server = await TestServer.StartAsync(io =>
        {
            io.Of("/custom");
            io.OnDisconnect(Into(ended));
        });
        var (client, _) = await AnyClient.ConnectAsync(server.Address, polling);
        await using var _ = client;
        await client.SendAsync(packet);

        Assert.Empty(await client.ClosedAsync());
        Assert.True(await ended.NextAsync() == DisconnectReason.ForcedServerClose, why);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_second_CONNECT_while_the_first_is_being_looked_at_closes_the_connection(bool polling)
    {
        var (entered, release, connected) = (new Seen<int>(), new TaskCompletionSource(), 0);
        await using var server = await TestServer.StartAsync(io =>
        {
            io.Use(async (_, next, _) =>
            {
                entered.Add(1);
                await release.Task;
                await next();
            });
            io.OnConnection((_, _) =>
            {
                connected++;
                return Task.CompletedTask;
            });
        });
        await using var client = await AnyClient.OpenAsync(server.Address, polling);
        await client.SendAsync("40");
        await entered.NextAsync();
        await client.SendAsync("40");
        Assert.Empty(await client.ClosedAsync());
        release.SetResult();

        // Whoever comes now is let in; the one that was being looked at never is.
        var (other, _) = await AnyClient.ConnectAsync(server.Address, polling);
        await using var _ = other;
        await Wait.Until(() => connected > 0);
        Assert.Equal((1, 1), (connected, server.IO.Of("/").LocalCount));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_client_that_says_nothing_is_closed_when_the_time_to_enter_is_up(bool polling)
    {
        await using var server = await TestServer.StartAsync(options: o => o.ConnectTimeout = TimeSpan.FromMilliseconds(100));
        await using var client = await AnyClient.OpenAsync(server.Address, polling);

        Assert.Empty(await client.ClosedAsync());
        await Wait.Until(() => server.IO.ConnectionCount == 0);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_namespace_is_left_and_entered_again_while_the_other_stays(bool polling)
    {
        var ended = new Seen<DisconnectReason>();
        await using var server = await TestServer.StartAsync(io =>
        {
            io.Of("/custom").OnDisconnect(Into(ended));
            io.Of("/custom").On("kick-me", async (e, _) => await e.Socket.DisconnectAsync());
        });
        var (client, _) = await AnyClient.ConnectAsync(server.Address, polling);
        await using var _ = client;
        var first = await client.EnterAsync("/custom");
        await client.SendAsync("41/custom,");
        Assert.Equal(DisconnectReason.ClientNamespaceDisconnect, await ended.NextAsync());
        await client.NothingPendingAsync();
        Assert.NotEqual(first, await client.EnterAsync("/custom"));
        await client.SendAsync("42/custom,[\"kick-me\"]");

        Assert.Equal("41/custom,", await client.NextAsync());
        Assert.Equal(DisconnectReason.ServerNamespaceDisconnect, await ended.NextAsync());
        await server.IO.EmitAsync("still here");
        Assert.Equal("42[\"still here\"]", await client.NextAsync());
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_refusal_tells_why_and_the_connection_stays(bool polling)
    {
        var attempts = 0;
        await using var server = await TestServer.StartAsync(io => io.Of("/custom").Use((_, next, _) =>
            ++attempts == 1 ? throw new SocketRefusedException("not yet", new { Retry = true }) : next()));
        await using var client = await AnyClient.OpenAsync(server.Address, polling);
        await client.SendAsync("40/custom,", "40/random");
        Assert.Equal(
            ["44/custom,{\"message\":\"not yet\",\"data\":{\"retry\":true}}", "44/random,{\"message\":\"Invalid namespace\"}"],
            new[] { await client.NextAsync(), await client.NextAsync() }.Order());

        await client.EnterAsync("/custom");
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_dynamic_namespace_is_made_for_its_first_client_and_vanishes_with_its_last(bool polling)
    {
        await using var server = await TestServer.StartAsync(io => io.Of(new Regex(@"^/tenant-\d+$")).On("who", (e, _) =>
        {
            e.Ack(e.Socket.Namespace.Name);
            return Task.CompletedTask;
        }));
        await using var client = await AnyClient.OpenAsync(server.Address, polling);
        await client.EnterAsync("/tenant-1");
        await client.SendAsync("42/tenant-1,1[\"who\"]", "40/tenant-x,");
        Assert.Equal("43/tenant-1,1[\"/tenant-1\"]", await client.NextAsync());
        Assert.Equal("44/tenant-x,{\"message\":\"Invalid namespace\"}", await client.NextAsync());
        Assert.NotNull(server.IO.Find("/tenant-1"));
        await client.SendAsync("41/tenant-1,");

        await Wait.Until(() => server.IO.Find("/tenant-1") is null);
        await client.EnterAsync("/tenant-1");
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Acknowledgements_go_both_ways_and_unknown_ones_are_ignored(bool polling)
    {
        await using var server = await TestServer.StartAsync(io => io.On("ask", (e, _) =>
        {
            e.AckArgs([.. e.Args]);
            return Task.CompletedTask;
        }));
        var (client, id) = await AnyClient.ConnectAsync(server.Address, polling);
        await using var _ = client;
        await client.SendAsync("427[\"ask\",1,\"two\"]", "428[\"ask\"]", "451-9[\"ask\",{\"_placeholder\":true,\"num\":0}]", "bAQID");
        foreach (var answer in new[] { "437[1,\"two\"]", "438[]", "461-9[{\"_placeholder\":true,\"num\":0}]", "bAQID" })
            Assert.Equal(answer, await client.NextAsync());

        var socket = server.IO.Of("/").FindLocal(id)!;
        var (first, second) = (socket.EmitWithAckAsync<string>("q", Long, 1), socket.EmitWithAckAsync<byte[]>("q", Long, 2));
        Assert.Equal(("420[\"q\",1]", "421[\"q\",2]"), (await client.NextAsync(), await client.NextAsync()));
        await client.SendAsync("43777[\"nobody asked\"]", "461-1[{\"_placeholder\":true,\"num\":0}]", "bBAU=", "430[\"one\"]", "430[\"twice\"]");
        Assert.Equal("one", await first.Soon());
        Assert.Equal([4, 5], await second.Soon());
        await client.NothingPendingAsync();
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Events_are_handled_in_order_and_after_the_connection_handler(bool polling)
    {
        const int Count = 200;
        var (log, release) = (new Seen<int>(), new TaskCompletionSource());
        await using var server = await TestServer.StartAsync(io =>
        {
            io.OnConnection(async (_, _) =>
            {
                await release.Task;
                log.Add(-1);
            });
            io.On<int>("n", async (_, n, _) =>
            {
                if (n % 3 == 0)
                    await Task.Yield();
                log.Add(n);
            });
        });
        var (client, _) = await AnyClient.ConnectAsync(server.Address, polling);
        await using var _ = client;
        var sending = client.SendAsync([.. Enumerable.Range(0, Count).Select(n => $"42[\"n\",{n}]")]);
        Assert.True(log.IsEmpty);
        release.SetResult();
        await sending;

        Assert.Equal(Enumerable.Range(-1, Count + 1), await log.TakeAsync(Count + 1));
    }

    [Fact]
    public async Task A_broadcast_gathers_answers_over_both_transports_under_one_id()
    {
        await using var server = await TestServer.StartAsync();
        var clients = new[] { (await AnyClient.ConnectAsync(server.Address, polling: true)).Client, (await AnyClient.ConnectAsync(server.Address, polling: true)).Client, (await AnyClient.ConnectAsync(server.Address, polling: false)).Client };
        var asked = server.IO.EmitWithAckAsync<SocketArguments>("q", Long, "x");
        for (var i = 0; i < clients.Length; i++)
        {
            Assert.Equal("420[\"q\",\"x\"]", await clients[i].NextAsync());
            await clients[i].SendAsync($"430[{i},\"a\"]");
        }

        var answers = await asked.Soon();
        Assert.True(answers.IsComplete);
        Assert.Equal([0, 1, 2], answers.Answers.Select(a => a[0].As<int>()).Order());
        foreach (var client in clients)
            await client.DisposeAsync();
    }
}
