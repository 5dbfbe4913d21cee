using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Packets;

namespace Stoa.Conformance.Adapters;

/// <summary>What every adapter that joins several nodes must do, seen from two servers with clients on each. Subclass it with another way to start the pair.</summary>
public abstract class AdapterSuite
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(10);

    /// <summary>Two servers whose adapters know each other.</summary>
    protected abstract Task<(TestServer One, TestServer Two)> StartAsync(Action<SocketIOBuilder, int> io);

    private async Task<(TestServer One, TestServer Two, WireSocket Ana, WireSocket Ben)> PairAsync(Action<SocketIOBuilder, int>? io = null)
    {
        var (one, two) = await StartAsync(io ?? ((_, _) => { }));
        return (one, two, await one.ConnectAsync(), await two.ConnectAsync());
    }

    [Fact]
    public async Task A_broadcast_reaches_the_sockets_of_all_nodes()
    {
        var (one, two, ana, ben) = await PairAsync();
        await using var first = one;
        await using var second = two;
        await one.IO.EmitAsync("hi", "größe 😀", new byte[] { 1, 2 });
        foreach (var client in new[] { ana, ben })
        {
            Assert.Equal("451-[\"hi\",\"größe 😀\",{\"_placeholder\":true,\"num\":0}]", await client.TextAsync());
            Assert.Equal([1, 2], await client.BinaryAsync());
        }
    }

    [Fact]
    public async Task Rooms_exceptions_and_local_hold_across_nodes()
    {
        var (one, two, ana, ben) = await PairAsync();
        await using var first = one;
        await using var second = two;
        await two.IO.Of("/").FindLocal(ben.Sid)!.JoinAsync("room");
        await one.IO.To("room").EmitAsync("to the room");
        Assert.Equal("42[\"to the room\"]", await ben.TextAsync());
        await one.IO.Except("room").EmitAsync("not the room");
        await one.IO.Local.EmitAsync("local");
        await one.IO.To(ben.Sid).EmitAsync("to an id");
        Assert.Equal("42[\"not the room\"]", await ana.TextAsync());
        Assert.Equal("42[\"local\"]", await ana.TextAsync());
        Assert.Equal("42[\"to an id\"]", await ben.TextAsync());
    }

    [Fact]
    public async Task Answers_to_a_broadcast_come_from_all_nodes()
    {
        var (one, two, ana, ben) = await PairAsync();
        await using var first = one;
        await using var second = two;
        var asked = one.IO.EmitWithAckAsync<string>("q", Long, 1);
        Assert.Equal("420[\"q\",1]", await ana.TextAsync());
        Assert.Equal("420[\"q\",1]", await ben.TextAsync());
        await ana.SendAsync("430[\"ana\"]");
        await ben.SendAsync("430[\"ben\"]");
        var answers = await asked.Soon();

        Assert.True(answers.IsComplete);
        Assert.Equal(["ana", "ben"], answers.Answers.Order());
    }

    [Fact]
    public async Task Sockets_of_another_node_can_be_fetched_and_acted_upon()
    {
        var ended = new Seen<DisconnectReason>();
        var (one, two, ana, ben) = await PairAsync((io, _) => io.OnDisconnect((_, reason) =>
        {
            ended.Add(reason);
            return Task.CompletedTask;
        }));
        await using var first = one;
        await using var second = two;
        var there = two.IO.Of("/").FindLocal(ben.Sid)!;
        there.Data["name"] = "ben";
        var fetched = await one.IO.FetchSocketsAsync(TestServer.Cancellation);
        Assert.Equal(new[] { ana.Sid, ben.Sid }.Order(), fetched.Select(s => s.Id).Order());
        var remote = fetched.Single(s => s.Id == ben.Sid);
        Assert.Equal("ben", remote.Data["name"]!.ToString());
        Assert.Equal(there.Handshake.Time, remote.Handshake.Time);

        await remote.EmitAsync("hello");
        Assert.Equal("42[\"hello\"]", await ben.TextAsync());
        await remote.JoinAsync("far");
        await Wait.Until(() => there.Rooms.Contains("far"));
        await one.IO.In("far").SocketsLeaveAsync("far");
        await Wait.Until(() => !there.Rooms.Contains("far"));
        await remote.DisconnectAsync();
        Assert.Equal("41", await ben.TextAsync());
        Assert.Equal(DisconnectReason.ServerNamespaceDisconnect, await ended.NextAsync());
        await one.IO.DisconnectSocketsAsync(close: true);
        Assert.Equal(["41"], await ana.ClosedAsync());
    }

    [Fact]
    public async Task A_server_side_emit_reaches_the_other_nodes_only_and_they_may_answer()
    {
        var heard = new Seen<string>();
        var (one, two, _, _) = await PairAsync((io, node) =>
        {
            io.OnServerSide("ping", (arguments, _) =>
            {
                heard.Add($"{node}:{arguments[0].As<string>()}");
                return Task.FromResult<object?>($"pong from {node}");
            });
        });
        await using var first = one;
        await using var second = two;
        await one.IO.Of("/").ServerSideEmitAsync("ping", "a");
        Assert.Equal("2:a", await heard.NextAsync());
        var answers = await two.IO.Of("/").ServerSideEmitWithAckAsync<string>("ping", Long, "b").Soon();

        Assert.Equal("1:b", await heard.NextAsync());
        Assert.True(answers.IsComplete);
        Assert.Equal(["pong from 1"], answers.Answers);
        Assert.Equal(2, await one.IO.Of("/").Adapter.CountServersAsync());
    }

    [Fact]
    public async Task Broadcasts_of_one_node_arrive_in_order_everywhere()
    {
        var (one, two, ana, ben) = await PairAsync();
        await using var first = one;
        await using var second = two;
        for (var i = 0; i < 200; i++)
            await one.IO.EmitAsync("n", i);
        for (var i = 0; i < 200; i++)
        {
            Assert.Equal($"42[\"n\",{i}]", await ana.TextAsync());
            Assert.Equal($"42[\"n\",{i}]", await ben.TextAsync());
        }
    }
}

/// <summary>The suite over a bus inside of the process.</summary>
public sealed class BusAdapterTests : AdapterSuite
{
    protected override async Task<(TestServer One, TestServer Two)> StartAsync(Action<SocketIOBuilder, int> io)
    {
        var bus = new Bus();
        return (
            await TestServer.StartAsync(b => io(b, 1), o => o.Adapter = (space, _) => new BusAdapter(bus, space)),
            await TestServer.StartAsync(b => io(b, 2), o => o.Adapter = (space, _) => new BusAdapter(bus, space)));
    }
}
