using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Packets;

namespace Stoa.Conformance.Adapters;

/// <summary>What every adapter promises, handlers on both nodes and what a node knows of the other's sockets included.</summary>
public abstract class AdapterBehaviour : WireBehaviour
{
    protected abstract Task<Nodes> StartAsync(Action<SocketIOBuilder>? io, Action<SocketIOOptions>? options = null);

    protected sealed override Task<Nodes> StartAsync() => StartAsync(null);

    [Fact]
    public async Task Fetched_sockets_tell_id_rooms_data_and_handshake()
    {
        await using var nodes = await StartAsync(io => io.OnConnection((socket, _) =>
        {
            socket.Data["name"] = "ben";
            socket.Data["age"] = 7;
            socket.Data["cannot be told"] = new Action(() => { });
            return Task.CompletedTask;
        }));
        await using var ana = await nodes.Here.ConnectAsync();
        await using var ben = await nodes.There.ConnectAsync(auth: """{"token":"t1"}""");
        await nodes.Here.IO.To(ben.Sid).SocketsJoinAsync("r1");
        await Wait.Until(() => nodes.There.IO.Of("/").FindLocal(ben.Sid)!.Data.Count == 3);

        Assert.Equal(new[] { ana.Sid, ben.Sid }.Order(), (await nodes.Here.IO.FetchSocketsAsync(TestServer.Cancellation)).Select(s => s.Id).Order());
        var socket = Assert.Single(await nodes.Here.IO.In("r1").FetchSocketsAsync(TestServer.Cancellation));
        Assert.Equal([ben.Sid, "r1"], socket.Rooms);
        Assert.Equal(("ben", "7"), (socket.Data["name"]!.ToString(), socket.Data["age"]!.ToString()));
        Assert.Equal("t1", socket.Handshake.Auth.GetProperty("token").GetString());
        Assert.Equal("websocket", socket.Handshake.Query["transport"]);
        Assert.Equal("127.0.0.1", socket.Handshake.RemoteAddress!.ToString());
        Assert.Contains("127.0.0.1", socket.Handshake.Headers["host"].ToString(), StringComparison.Ordinal);
        Assert.InRange(socket.Handshake.Time, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.Empty(await nodes.Here.IO.In("r2").FetchSocketsAsync(TestServer.Cancellation));
    }

    [Fact]
    public async Task A_broadcast_with_a_key_reaches_each_socket_once_however_often_and_wherever_it_is_made()
    {
        await using var nodes = await StartAsync(null);
        var (ana, ben) = await nodes.ClientsAsync();

        await nodes.Here.IO.Once("k1").EmitAsync("told", 1);
        await nodes.ExpectAsync(ana, """["told",1]""");
        await nodes.ExpectAsync(ben, """["told",1]""");
        await nodes.There.IO.Once("k1").EmitAsync("told", 1);
        await nodes.There.IO.Local.Once("k1").EmitAsync("told", 1);
        await nodes.There.IO.Local.Once("k2").EmitAsync("told", 2);
        await nodes.There.IO.Once("k2").EmitAsync("told", 2);
        await nodes.There.IO.EmitAsync("last");

        await nodes.ExpectAsync(ben, """["told",2]""");
        await nodes.ExpectAsync(ana, """["told",2]""");
        await nodes.ExpectAsync(ana, """["last"]""");
        await nodes.ExpectAsync(ben, """["last"]""");
    }

    [Fact]
    public async Task A_server_side_event_reaches_the_other_nodes_and_not_this_one()
    {
        var seen = new Seen<string>();
        await using var nodes = await StartAsync(io => io.OnServerSide("tell", (args, _) =>
        {
            seen.Add(args.At(0).As<string>() + args.At(1).As<byte[]>()?.Length);
            return Task.FromResult<object?>(null);
        }));
        await nodes.Here.IO.Of("/").ServerSideEmitAsync("tell", "first");
        await nodes.Here.IO.Of("/").ServerSideEmitAsync("tell", "second", new byte[] { 1, 2, 3 });
        await nodes.Here.IO.Of("/").ServerSideEmitAsync("unknown");

        if (nodes.AreTwo)
            Assert.Equal(["first", "second3"], (await seen.TakeAsync(2)).Order());
        Assert.True(seen.IsEmpty);
    }

    [Fact]
    public async Task Server_side_answers_of_the_other_nodes_are_gathered()
    {
        await using var nodes = await StartAsync(io =>
        {
            io.OnServerSide("add", (args, _) => Task.FromResult<object?>(args.At(0).As<int>() + args.At(1).As<int>()));
            io.OnServerSide("bytes", (_, _) => Task.FromResult<object?>(new byte[] { 4, 2 }));
            io.OnServerSide("fails", (_, _) => throw new InvalidOperationException("on purpose"));
        });
        var sum = await nodes.Here.IO.Of("/").ServerSideEmitWithAckAsync<int>("add", Patient, 1, 2).Soon();
        Assert.True(sum.IsComplete);
        Assert.Equal(nodes.AreTwo ? [3] : [], sum.Answers);
        var bytes = await nodes.Here.IO.Of("/").ServerSideEmitWithAckAsync<byte[]>("bytes", Patient).Soon();
        Assert.Equal(nodes.AreTwo ? [[4, 2]] : [], bytes.Answers);
        foreach (var without in new[] { "fails", "unknown" })
        {
            var none = await nodes.Here.IO.Of("/").ServerSideEmitWithAckAsync<int>(without, Hasty).Soon();
            Assert.Equal(!nodes.AreTwo, none.IsComplete);
            Assert.Empty(none.Answers);
        }
    }

    [Fact]
    public async Task Namespaces_do_not_hear_each_other_whatever_their_names()
    {
        await using var nodes = await StartAsync(io =>
        {
            foreach (var name in new[] { "/a", "/a#b", "/a*", "/[a]" })
                io.Of(name);
        });
        var clients = new List<WireSocket>();
        foreach (var name in new[] { "/a", "/a#b", "/a*", "/[a]" })
        {
            clients.Add(await nodes.There.ConnectAsync(name));
            await nodes.Here.IO.Of(name).EmitAsync("to", name);
            await nodes.Here.IO.Of(name).To("b").EmitAsync("to the room b");
        }

        for (var i = 0; i < clients.Count; i++)
        {
            var name = new[] { "/a", "/a#b", "/a*", "/[a]" }[i];
            await nodes.ExpectAsync(clients[i], $"""["to","{name}"]""");
            await nodes.Here.IO.Of(name).EmitAsync("fence");
            await nodes.ExpectAsync(clients[i], """["fence"]""");
        }
    }

    [Fact]
    public async Task A_dynamic_namespace_joins_when_its_first_client_comes()
    {
        await using var nodes = await StartAsync(io => io.Of(new System.Text.RegularExpressions.Regex("^/tenant-")));
        var (ana, ben) = await nodes.ClientsAsync("/tenant-1");
        await nodes.Here.IO.Of("/tenant-1").EmitAsync("hello");
        await nodes.ExpectAsync(ana, """["hello"]""");
        await nodes.ExpectAsync(ben, """["hello"]""");
        Assert.Equal(nodes.AreTwo ? 2 : 1, await nodes.Here.IO.Of("/tenant-1").Adapter.CountServersAsync());
    }

    [Fact]
    public async Task A_handler_can_broadcast_and_fetch()
    {
        await using var nodes = await StartAsync(io => io.On("ask", async (e, cancellation) =>
        {
            await e.Socket.Broadcast.EmitAsync("to the others");
            e.Ack((await e.Socket.Namespace.FetchSocketsAsync(cancellation)).Count);
        }));
        var (ana, ben) = await nodes.ClientsAsync();
        await ana.SendAsync("421[\"ask\"]");
        Assert.Equal("431[2]", await ana.TextAsync());
        await nodes.ExpectAsync(ben, """["to the others"]""");
        await nodes.NothingElseAsync(ana, ben);
    }
}
