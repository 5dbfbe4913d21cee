using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;

namespace Stoa.Conformance.Rooms;

/// <summary>Rooms, broadcast and the verbs on many sockets (socket.io, "Rooms").</summary>
public sealed class RoomTests
{
    private static async Task<(WireSocket Ana, WireSocket Ben, WireSocket Cleo)> Three(TestServer server)
    {
        var three = (await server.ConnectAsync(), await server.ConnectAsync(), await server.ConnectAsync());
        await server.IO.To(three.Item1.Sid).SocketsJoinAsync("a", "ab");
        await server.IO.To(three.Item2.Sid).SocketsJoinAsync("b", "ab");
        return three;
    }

    private static Socket There(TestServer server, WireSocket client) => server.IO.Of("/").FindLocal(client.Sid)!;

    /// <summary>Who got something: the next message of each tells.</summary>
    private static async Task<string> Receivers(TestServer server, params WireSocket[] clients)
    {
        await server.IO.EmitAsync("end");
        var got = "";
        for (var i = 0; i < clients.Length; i++)
        {
            for (string text; (text = await clients[i].TextAsync()) != "42[\"end\"]";)
            {
                Assert.Equal("42[\"hi\"]", text);
                got += (char)('A' + i);
            }
        }

        return got;
    }

    [Theory]
    [InlineData("all", "ABC")]
    [InlineData("to a", "A")]
    [InlineData("to a,b", "AB")]
    [InlineData("to a,ab", "AB")]
    [InlineData("to nobody", "")]
    [InlineData("except a", "BC")]
    [InlineData("except a,b", "C")]
    [InlineData("except ab", "C")]
    [InlineData("to ab except b", "A")]
    [InlineData("to own id", "C")]
    [InlineData("to ab except own id", "B")]
    [InlineData("local", "ABC")]
    [InlineData("from A all", "BC")]
    [InlineData("from A to ab", "B")]
    [InlineData("from C to ab", "AB")]
    [InlineData("from A except b", "C")]
    [InlineData("from A local", "BC")]
    public async Task A_broadcast_reaches_each_member_once_and_nobody_else(string whom, string receivers)
    {
        await using var server = await TestServer.StartAsync();
        var (ana, ben, cleo) = await Three(server);
        EventEmitter target = whom switch
        {
            "all" => server.IO,
            "to a" => server.IO.To("a"),
            "to a,b" => server.IO.To("a").To("b"),
            "to a,ab" => server.IO.In("a", "ab"),
            "to nobody" => server.IO.To("nobody"),
            "except a" => server.IO.Except("a"),
            "except a,b" => server.IO.Except("a").Except("b"),
            "except ab" => server.IO.Of("/").Except("ab"),
            "to ab except b" => server.IO.To("ab").Except("b"),
            "to own id" => server.IO.To(cleo.Sid),
            "to ab except own id" => server.IO.To("ab").Except(ana.Sid),
            "local" => server.IO.Local,
            "from A all" => There(server, ana).Broadcast,
            "from A to ab" => There(server, ana).To("ab"),
            "from C to ab" => There(server, cleo).In("ab"),
            "from A except b" => There(server, ana).Except("b"),
            _ => There(server, ana).Local,
        };
        await target.EmitAsync("hi");

        Assert.Equal(receivers, await Receivers(server, ana, ben, cleo));
    }

    [Fact]
    public async Task A_room_exists_while_it_has_members_and_leaving_ends_the_delivery()
    {
        await using var server = await TestServer.StartAsync();
        var adapter = server.IO.Of("/").Adapter;
        await using var ana = await server.ConnectAsync();
        await There(server, ana).JoinAsync("r", "s");
        Assert.Equal(["r", "s"], adapter.LocalRooms.Order());
        await There(server, ana).LeaveAsync("r", "never joined", ana.Sid);

        Assert.Equal(["s"], adapter.LocalRooms);
        Assert.Equal([ana.Sid, "s"], There(server, ana).Rooms);
        await server.IO.To("r").EmitAsync("hi");
        await server.IO.To(ana.Sid).EmitAsync("own");
        Assert.Equal("42[\"own\"]", await ana.TextAsync());
        await ana.CloseAsync();
        await Wait.Until(() => adapter.LocalRooms.Count == 0);
    }

    [Fact]
    public async Task A_socket_that_has_gone_joins_nothing_but_still_knows_its_rooms()
    {
        var gone = new Seen<Socket>();
        await using var server = await TestServer.StartAsync(io => io.OnDisconnect((socket, _) =>
        {
            gone.Add(socket);
            return Task.CompletedTask;
        }));
        await using var ana = await server.ConnectAsync();
        await There(server, ana).JoinAsync("r");
        await ana.CloseAsync();
        var socket = await gone.NextAsync();
        await socket.JoinAsync("later");

        Assert.Equal([socket.Id, "r"], socket.Rooms);
        Assert.Empty(server.IO.Of("/").Adapter.LocalRooms);
        Assert.True(socket.Disconnected.IsCancellationRequested);
        Assert.False(socket.IsConnected);
        await socket.EmitAsync("into the void");
        Assert.Equal(0, server.IO.Of("/").LocalCount);
    }

    [Fact]
    public async Task Sockets_can_be_fetched_joined_removed_and_disconnected_by_room()
    {
        await using var server = await TestServer.StartAsync(io => io.OnConnection((socket, _) =>
        {
            socket.Data["n"] = 1;
            return Task.CompletedTask;
        }));
        var (ana, ben, cleo) = await Three(server);
        var fetched = await server.IO.In("ab").FetchSocketsAsync(TestServer.Cancellation);
        Assert.Equal(new[] { ana.Sid, ben.Sid }.Order(), fetched.Select(s => s.Id).Order());
        var first = fetched.Single(s => s.Id == ana.Sid);
        Assert.Equal(1, first.Data["n"]);
        Assert.Equal([ana.Sid, "a", "ab"], first.Rooms);
        await first.EmitAsync("fetched");
        Assert.Equal("42[\"fetched\"]", await ana.TextAsync());
        await first.JoinAsync("x");
        await first.LeaveAsync("a");
        Assert.Equal([ana.Sid, "ab", "x"], There(server, ana).Rooms.Take(1).Concat(There(server, ana).Rooms.Skip(1).Order()));

        await server.IO.In("ab").SocketsLeaveAsync("ab");
        Assert.False(server.IO.Of("/").Adapter.HasLocalMembers("ab"));
        await server.IO.In("x").DisconnectSocketsAsync();
        Assert.Equal("41", await ana.TextAsync());
        await server.IO.In("b").DisconnectSocketsAsync(close: true);
        Assert.Equal(["41"], await ben.ClosedAsync());
        Assert.Equal(1, server.IO.Of("/").LocalCount);
        await server.IO.EmitAsync("hi");
        Assert.Equal("42[\"hi\"]", await cleo.TextAsync());
    }

    [Fact]
    public async Task A_server_disconnect_reaches_client_and_application_and_keeps_the_connection()
    {
        var ended = new Seen<string>();
        await using var server = await TestServer.StartAsync(io =>
        {
            io.Of("/custom");
            io.On("leave", async (e, _) =>
            {
                await e.Socket.EmitAsync("last words");
                await e.Socket.DisconnectAsync();
                await e.Socket.EmitAsync("unheard");
                e.Ack("unheard");
            });
            io.OnDisconnect((_, reason) =>
            {
                ended.Add(reason.ToText());
                return Task.CompletedTask;
            });
        });
        await using var client = await server.ConnectAsync();
        await client.EnterAsync("/custom");
        await client.SendAsync("421[\"leave\"]");
        Assert.Equal("42[\"last words\"]", await client.TextAsync());
        Assert.Equal("41", await client.TextAsync());
        Assert.Equal("server namespace disconnect", await ended.NextAsync());
        await server.IO.Of("/custom").EmitAsync("still here");
        Assert.Equal("42/custom,[\"still here\"]", await client.TextAsync());
        await client.EnterAsync();
    }

    [Fact]
    public async Task Closing_one_socket_ends_all_namespaces_of_its_connection()
    {
        var ended = new Seen<string>();
        Task Ended(Socket socket, DisconnectReason reason)
        {
            ended.Add($"{socket.Namespace.Name} {reason.ToText()}");
            return Task.CompletedTask;
        }

        await using var server = await TestServer.StartAsync(io =>
        {
            io.OnDisconnect(Ended);
            io.Of("/custom").OnDisconnect(Ended);
        });
        await using var client = await server.ConnectAsync();
        await client.EnterAsync("/custom");
        await There2(server).DisconnectAsync(close: true);

        Assert.Equal(["41", "41/custom,"], await client.ClosedAsync());
        Assert.Equal(["/ server namespace disconnect", "/custom server namespace disconnect"], (await ended.TakeAsync(2)).Order());

        static Socket There2(TestServer server) => server.IO.Of("/custom").LocalSockets()[0];
    }

    [Fact]
    public async Task Joining_leaving_disconnecting_and_broadcasting_at_once_leave_nothing_behind()
    {
        await using var server = await TestServer.StartAsync();
        var adapter = server.IO.Of("/").Adapter;
        var clients = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => server.ConnectAsync()));
        var sockets = server.IO.Of("/").LocalSockets();
        using var stop = new CancellationTokenSource();
        var broadcasting = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                    await server.IO.To("r1", "r2").Except("r3").EmitAsync("x");
            },
            TestServer.Cancellation);
        await Task.WhenAll(sockets.Select((socket, n) => Task.Run(
            async () =>
            {
                for (var i = 0; i < 200; i++)
                {
                    await socket.JoinAsync($"r{i % 5}");
                    await socket.LeaveAsync($"r{(i + n) % 5}");
                }

                await socket.DisconnectAsync(close: true);
                await socket.JoinAsync("r1");
            },
            TestServer.Cancellation))).Soon();
        await stop.CancelAsync();
        await broadcasting.Soon();

        Assert.Equal((0, 0), (adapter.LocalCount, adapter.LocalRooms.Count));
        foreach (var client in clients)
            await client.DisposeAsync();
    }
}
