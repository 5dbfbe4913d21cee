using System.Text.Json;
using Stoa.Conformance.Adapters;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Recovery;

namespace Stoa.Conformance.Redis;

/// <summary>A cluster of our server and a Node.js server with @socket.io/redis-adapter, through a real Redis, in both directions.</summary>
public abstract class NodeInterchange(bool recovers)
{
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Hasty = TimeSpan.FromMilliseconds(500);

    private sealed record Cluster(Nodes Ours, NodePeer Node, WireSocket OnOurs, WireSocket OnNode, Seen<string> Told) : IAsyncDisposable
    {
        public Stoa.SocketIO.SocketIOServer IO => Ours.Here.IO;

        public async ValueTask DisposeAsync()
        {
            await Node.DisposeAsync();
            await Ours.DisposeAsync();
        }
    }

    private async Task<Cluster> StartAsync()
    {
        var (redis, prefix, told) = (RedisServer.Shared(), RedisNodes.NewPrefix(), new Seen<string>());
        var ours = await RedisNodes.NodeAsync(redis, prefix, recovers ? new RecoveryOptions() : null, io =>
        {
            io.OnConnection((socket, _) =>
            {
                socket.Data["name"] = "on ours";
                return Task.CompletedTask;
            });
            io.OnServerSide("tell", (args, _) =>
            {
                told.Add(System.Text.Encoding.UTF8.GetString(args.Utf8Json.Span));
                return Task.FromResult<object?>(null);
            });
            io.OnServerSide("add", (args, _) => Task.FromResult<object?>(args.At(0).As<int>() + args.At(1).As<int>()));
        });
        var node = await NodePeer.StartAsync(redis, prefix);
        return new Cluster(new Nodes(ours, ours, recovers), node, await ours.ConnectAsync(), await node.ConnectAsync(), told);
    }

    // Our own events carry an offset to our own clients; Node's never do.
    private static Task OursAsync(Cluster cluster, string json, bool recoverable = true) => cluster.Ours.ExpectAsync(cluster.OnOurs, json, recoverable);

    private static async Task NodesAsync(Cluster cluster, string json) => Assert.Equal("42" + json, await cluster.OnNode.TextAsync());

    [Fact]
    public async Task Our_broadcasts_reach_their_clients()
    {
        await using var cluster = await StartAsync();
        await cluster.IO.To(cluster.OnNode.Sid).SocketsJoinAsync("r1", "r2");
        await cluster.IO.EmitAsync("all", 1, "é😀", new { A = new object?[] { null, true, -1.5, 3_000_000_000L } });
        await cluster.IO.To("r1").EmitAsync("room");
        await cluster.IO.To("r1", "r2").Except("r3").EmitAsync("rooms");
        await cluster.IO.Except("r1").EmitAsync("not r1");
        await cluster.IO.Except(cluster.OnOurs.Sid).EmitAsync("not ours");
        await cluster.IO.Local.EmitAsync("local");
        await cluster.IO.EmitAsync("file", new { Part = new byte[] { 1, 2, 3 } });

        await NodesAsync(cluster, """["all",1,"é😀",{"a":[null,true,-1.5,3000000000]}]""");
        foreach (var name in new[] { "room", "rooms", "not ours" })
            await NodesAsync(cluster, $"""["{name}"]""");
        Assert.Equal("""451-["file",{"part":{"_placeholder":true,"num":0}}]""", await cluster.OnNode.TextAsync());
        Assert.Equal([1, 2, 3], await cluster.OnNode.BinaryAsync());
        // Its own answer shows that it is done with writing, or it may drop what is volatile.
        await cluster.Node.RunAsync("servers");
        await cluster.IO.Volatile.EmitAsync("volatile");
        await NodesAsync(cluster, """["volatile"]""");
    }

    [Theory]
    [InlineData("io")]
    [InlineData("emitter")]
    public async Task Broadcasts_of_a_Node_server_and_of_an_emitter_reach_our_clients(string by)
    {
        await using var cluster = await StartAsync();
        await cluster.IO.To(cluster.OnOurs.Sid).SocketsJoinAsync("r1", "7");
        await cluster.Node.RunAsync("emit", new { by, args = new object?[] { "all", 1, "é😀", new { a = new object?[] { null, true, -1.5, 3_000_000_000L, -200, -70_000 } } } });
        await cluster.Node.RunAsync("emit", new { by, rooms = new[] { "r1" }, args = new[] { "room" } });
        await cluster.Node.RunAsync("emit", new { by, rooms = new object[] { 7 }, args = new[] { "a room with a number" } });
        await cluster.Node.RunAsync("emit", new { by, rooms = new[] { "r1", "r2" }, except = new[] { "r3" }, args = new[] { "rooms" } });
        await cluster.Node.RunAsync("emit", new { by, except = new[] { "r1" }, args = new[] { "not r1" } });
        await cluster.Node.RunAsync("emit", new { by, flags = new[] { "volatile" }, args = new[] { "volatile" } });
        await cluster.Node.RunAsync("emit", new { by, args = new object[] { "file", new { part = new { bytes = new[] { 1, 2, 3 } } } } });

        await OursAsync(cluster, """["all",1,"é😀",{"a":[null,true,-1.5,3000000000,-200,-70000]}]""", recoverable: false);
        foreach (var name in new[] { "room", "a room with a number", "rooms", "volatile" })
            await OursAsync(cluster, $"""["{name}"]""", recoverable: false);
        Assert.Equal("""451-["file",{"part":{"_placeholder":true,"num":0}}]""", await cluster.OnOurs.TextAsync());
        Assert.Equal([1, 2, 3], await cluster.OnOurs.BinaryAsync());
    }

    [Fact]
    public async Task We_make_their_sockets_join_leave_and_disconnect()
    {
        await using var cluster = await StartAsync();
        await cluster.IO.SocketsJoinAsync("r1", "r2");
        await cluster.IO.To("r2").SocketsLeaveAsync("r1");
        await cluster.IO.To("r1").EmitAsync("nobody");
        await cluster.IO.To("r2").EmitAsync("both");
        await NodesAsync(cluster, """["both"]""");
        await OursAsync(cluster, """["both"]""");
        await cluster.IO.To(cluster.OnNode.Sid).DisconnectSocketsAsync();
        Assert.Equal("41", await cluster.OnNode.TextAsync());
        await cluster.OnNode.EnterAsync();
        await cluster.IO.To(cluster.OnNode.Sid).DisconnectSocketsAsync(close: true);
        Assert.Equal(["41"], (await cluster.OnNode.ClosedAsync()).Where(t => t.Length > 0));
    }

    [Theory]
    [InlineData("io")]
    [InlineData("emitter")]
    public async Task They_make_our_sockets_join_leave_and_disconnect(string by)
    {
        await using var cluster = await StartAsync();
        var sid = cluster.OnOurs.Sid;
        await cluster.Node.RunAsync("join", new { by, rooms = new[] { sid }, join = new[] { "r1", "r2" } });
        await cluster.Node.RunAsync("leave", new { by, rooms = new[] { "r2" }, leave = "r1" });
        await cluster.Node.RunAsync("emit", new { by, rooms = new[] { "r1" }, args = new[] { "nobody" } });
        await cluster.Node.RunAsync("emit", new { by, rooms = new[] { "r2" }, args = new[] { "us" } });
        await OursAsync(cluster, """["us"]""", recoverable: false);
        await cluster.Node.RunAsync("disconnect", new { by, rooms = new[] { "r2" }, close = false });
        Assert.Equal("41", await cluster.OnOurs.TextAsync());
        await cluster.OnOurs.EnterAsync();
        await cluster.Node.RunAsync("disconnect", new { by, rooms = new[] { cluster.OnOurs.Sid }, close = true });
        await cluster.OnOurs.ClosedAsync();
    }

    [Fact]
    public async Task We_fetch_their_sockets()
    {
        await using var cluster = await StartAsync();
        await cluster.IO.To(cluster.OnNode.Sid).SocketsJoinAsync("r1");
        Assert.Equal(2, (await cluster.IO.FetchSocketsAsync(TestServer.Cancellation)).Count);
        var socket = Assert.Single(await cluster.IO.In("r1").FetchSocketsAsync(TestServer.Cancellation));
        Assert.Equal((cluster.OnNode.Sid, "on node"), (socket.Id, socket.Data["name"]!.ToString()));
        Assert.Equal([cluster.OnNode.Sid, "r1"], socket.Rooms);
        Assert.Equal("websocket", socket.Handshake.Query["transport"]);
        Assert.Equal("127.0.0.1", socket.Handshake.RemoteAddress!.ToString());
        Assert.StartsWith("127.0.0.1:", socket.Handshake.Headers["Host"].ToString());
    }

    [Fact]
    public async Task They_fetch_our_sockets_rooms_and_number()
    {
        await using var cluster = await StartAsync();
        await cluster.IO.To(cluster.OnOurs.Sid).SocketsJoinAsync("r1");
        var socket = Assert.Single((await cluster.Node.RunAsync("fetch", new { rooms = new[] { "r1" } })).EnumerateArray());
        Assert.Equal(cluster.OnOurs.Sid, socket.GetProperty("id").GetString());
        Assert.Equal("on ours", socket.GetProperty("data").GetProperty("name").GetString());
        Assert.Equal($"[\"{cluster.OnOurs.Sid}\",\"r1\"]", socket.GetProperty("rooms").GetRawText());
        var handshake = socket.GetProperty("handshake");
        Assert.Equal("websocket", handshake.GetProperty("query").GetProperty("transport").GetString());
        Assert.StartsWith("127.0.0.1:", handshake.GetProperty("headers").GetProperty("host").GetString());
        Assert.Equal(2, (await cluster.Node.RunAsync("fetch")).GetArrayLength());
        var rooms = (await cluster.Node.RunAsync("allRooms")).EnumerateArray().Select(r => r.GetString()!);
        Assert.Equal(new[] { cluster.OnOurs.Sid, cluster.OnNode.Sid, "r1" }.Order(), rooms.Order());
        Assert.Equal(2, (await cluster.Node.RunAsync("servers")).GetInt32());
        Assert.Equal(2, await cluster.IO.Of("/").Adapter.CountServersAsync());
    }

    [Fact]
    public async Task We_gather_the_answers_of_their_clients()
    {
        await using var cluster = await StartAsync();
        var asking = cluster.IO.EmitWithAckAsync<JsonElement>("ask", Patient, new byte[] { 7 });
        await AnswerBytesAsync(cluster.OnNode, "1");
        await AnswerBytesAsync(cluster.OnOurs, "\"two\"");
        var answers = await asking.Soon();
        Assert.True(answers.IsComplete);
        Assert.Equal(["\"two\"", "1"], answers.Answers.Select(a => a.GetRawText()).Order(StringComparer.Ordinal));

        var bytes = cluster.IO.To(cluster.OnNode.Sid).EmitWithAckAsync<byte[]>("bytes", Patient);
        var text = await cluster.OnNode.TextAsync();
        await cluster.OnNode.SendAsync($"461-{Id(text)}[{{\"_placeholder\":true,\"num\":0}}]");
        await cluster.OnNode.SendAsync([8, 9]);
        Assert.Equal([8, 9], Assert.Single((await bytes.Soon()).Answers));

        var late = await cluster.IO.To(cluster.OnNode.Sid).EmitWithAckAsync<int>("late", Hasty).Soon();
        Assert.False(late.IsComplete);
        Assert.Empty(late.Answers);
    }

    [Fact]
    public async Task They_gather_the_answers_of_our_clients()
    {
        await using var cluster = await StartAsync();
        var asking = cluster.Node.RunAsync("ask", new { timeout = 20_000, args = new object[] { "ask", new { bytes = new[] { 7 } } } });
        await AnswerBytesAsync(cluster.OnNode, "1");
        await AnswerBytesAsync(cluster.OnOurs, "[\"two\"]");
        Assert.Equal(["1", "[\"two\"]"], (await asking).EnumerateArray().Select(a => a.GetRawText()).Order(StringComparer.Ordinal));

        var bytes = cluster.Node.RunAsync("ask", new { timeout = 20_000, rooms = new[] { cluster.OnOurs.Sid }, args = new[] { "bytes" } });
        var text = await cluster.OnOurs.TextAsync();
        await cluster.OnOurs.SendAsync($"461-{Id(text)}[{{\"_placeholder\":true,\"num\":0}}]");
        await cluster.OnOurs.SendAsync([8, 9]);
        Assert.Equal("""[{"bytes":[8,9]}]""", (await bytes).GetRawText());

        var late = await cluster.Node.RunAsync("ask", new { timeout = 300, rooms = new[] { cluster.OnOurs.Sid }, args = new[] { "late" } });
        Assert.Equal("operation has timed out", late.GetProperty("error").GetString());
    }

    [Fact]
    public async Task Server_side_events_go_both_ways()
    {
        await using var cluster = await StartAsync();
        await cluster.IO.Of("/").ServerSideEmitAsync("tell", 1, "x", new[] { 2 });
        Assert.Equal("""[1,"x",[2]]""", await cluster.Node.Told.NextAsync());
        await cluster.IO.Of("/").ServerSideEmitAsync("tell", new byte[] { 3 });
        Assert.Equal("""[{"bytes":[3]}]""", await cluster.Node.Told.NextAsync());
        await cluster.Node.RunAsync("tell", new { args = new object[] { "tell", 1, "x" } });
        Assert.Equal("""["tell",1,"x"]""", await cluster.Told.NextAsync());
        await cluster.Node.RunAsync("tell", new { by = "emitter", args = new object[] { "tell", new { a = 1 } } });
        Assert.Equal("""["tell",{"a":1}]""", await cluster.Told.NextAsync());

        Assert.Equal([5], (await cluster.IO.Of("/").ServerSideEmitWithAckAsync<int>("add", Patient, 2, 3).Soon()).Answers);
        Assert.Equal("[9]", (await cluster.Node.RunAsync("askServers", new { args = new object[] { "add", 4, 5 } })).GetRawText());
        Assert.False((await cluster.IO.Of("/").ServerSideEmitWithAckAsync<int>("unknown", Hasty).Soon()).IsComplete);
    }

    private static string Id(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var bracket = text.IndexOf('[', StringComparison.Ordinal);
        return dash >= 0 && dash < bracket ? text[(dash + 1)..bracket] : text[2..bracket];
    }

    private static async Task AnswerBytesAsync(WireSocket client, string answer)
    {
        var text = await client.TextAsync();
        Assert.EndsWith("""["ask",{"_placeholder":true,"num":0}]""", text);
        Assert.Equal([7], await client.BinaryAsync());
        await client.SendAsync($"43{Id(text)}[{answer}]");
    }
}

public sealed class NodeInterchangeTests() : NodeInterchange(recovers: false);

public sealed class RecoveringNodeInterchangeTests() : NodeInterchange(recovers: true);
