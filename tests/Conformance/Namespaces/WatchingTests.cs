using Microsoft.Extensions.Logging;
using Stoa.SocketIO.EngineIO;
using Stoa.SocketIO.Packets;

namespace Stoa.Conformance.Namespaces;

/// <summary>What can be watched without being handled.</summary>
public sealed class WatchingTests
{
    private static async Task<WireSocket> UpgradeAsync(TestServer server, PollingClient client)
    {
        var socket = await server.WebSocketAsync($"EIO=4&transport=websocket&sid={client.Sid}");
        await socket.SendAsync("2probe");
        Assert.Equal("3probe", await socket.TextAsync());
        await socket.SendAsync("5");
        return socket;
    }

    [Fact]
    public async Task A_socket_tells_its_transport_and_its_upgrade_in_order_with_its_events()
    {
        var seen = new Seen<string>();
        await using var server = await TestServer.StartAsync(io =>
        {
            io.OnConnection((socket, _) => Add($"in over {socket.Transport}"));
            io.OnUpgrade((socket, _) => Add($"upgraded to {socket.Transport}"));
            io.On<string>("say", (socket, text, _) => Add($"{text} over {socket.Transport}"));
        });
        var client = await server.PollingAsync();
        await client.SendAsync("40");
        await client.PollAsync();
        await client.SendAsync("42[\"say\",\"first\"]");
        await using var socket = await UpgradeAsync(server, client);
        await socket.SendAsync("42[\"say\",\"second\"]");

        Assert.Equal(["in over Polling", "first over Polling", "upgraded to WebSocket", "second over WebSocket"], await seen.TakeAsync(4));
        await using var direct = await server.ConnectAsync();
        Assert.Equal("in over WebSocket", await seen.NextAsync());
        Assert.True(seen.IsEmpty);

        Task Add(string what)
        {
            seen.Add(what);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_client_that_enters_after_its_upgrade_is_told_of_none()
    {
        var (upgraded, entered) = (new Seen<string>(), new Seen<EngineTransports>());
        await using var server = await TestServer.StartAsync(io =>
        {
            io.OnUpgrade((socket, _) =>
            {
                upgraded.Add(socket.Id);
                return Task.CompletedTask;
            });
            io.On("where", (e, _) =>
            {
                entered.Add(e.Socket.Transport);
                return Task.CompletedTask;
            });
        });
        await using var socket = await UpgradeAsync(server, await server.PollingAsync());
        await socket.EnterAsync();
        await socket.SendAsync("42[\"where\"]");

        Assert.Equal(EngineTransports.WebSocket, await entered.NextAsync());
        Assert.True(upgraded.IsEmpty);
    }

    [Fact]
    public async Task Every_event_is_seen_before_it_is_sent_once_for_each_receiver_and_nothing_else()
    {
        var seen = new Seen<string>();
        await using var server = await TestServer.StartAsync(io =>
        {
            io.OnAnyOutgoing((socket, name, arguments) => seen.Add($"{socket.Id} {name} {string.Join(' ', arguments.Select(a => a.As<SocketValue>().Attachments.Count > 0 ? "bytes" : a.AsJson().ToString()))}"));
            io.OnConnection(async (socket, _) => await socket.EmitAsync("hello"));
            io.On("ask", (e, _) => Task.FromResult(e.Ack(1)));
            io.Of("/other").OnConnection(async (socket, _) => await socket.EmitAsync("not seen"));
        });
        await using var one = await server.ConnectAsync();
        await using var two = await server.ConnectAsync();
        Assert.Equal(($"{one.Sid} hello ", $"{two.Sid} hello "), (await seen.NextAsync(), await seen.NextAsync()));

        await server.IO.EmitAsync("n", 1, new byte[] { 2 });
        Assert.Equal(new[] { $"{one.Sid} n bytes bytes", $"{two.Sid} n bytes bytes" }.Order(), (await seen.TakeAsync(2)).Order());
        await server.IO.To(two.Sid).Volatile.EmitAsync("text", "x");
        Assert.Equal($"{two.Sid} text x", await seen.NextAsync());
        await one.TextAsync();
        await one.TextAsync();
        await one.BinaryAsync();
        await one.SendAsync("40/other,");
        await one.SendAsync("420[\"ask\"]");
        while (!(await one.TextAsync()).StartsWith("430", StringComparison.Ordinal))
        {
        }

        Assert.True(seen.IsEmpty);
    }

    [Fact]
    public async Task Whoever_watches_and_throws_stops_nothing()
    {
        await using var server = await TestServer.StartAsync(io =>
        {
            io.OnAnyOutgoing((_, _, _) => throw new InvalidOperationException("outgoing"));
            io.OnJoinRoom((_, _) => throw new InvalidOperationException("join"));
            io.OnConnection(async (socket, _) =>
            {
                await socket.JoinAsync("room");
                await socket.EmitAsync("hello");
            });
        });
        await using var client = await server.ConnectAsync();

        Assert.Equal("42[\"hello\"]", await client.TextAsync());
        Assert.Equal(2, server.Log.Named("SocketHandlerFailed").Count(e => e.Level == LogLevel.Error));
    }

    [Fact]
    public async Task Rooms_tell_who_joins_and_leaves_and_when_they_begin_and_end()
    {
        var seen = new Seen<string>();
        await using var server = await TestServer.StartAsync(io =>
        {
            io.OnCreateRoom((space, room) => seen.Add($"create {space.Name} {room}"));
            io.OnDeleteRoom((space, room) => seen.Add($"delete {space.Name} {room}"));
            io.OnJoinRoom((socket, room) => seen.Add($"join {socket.Id} {room}"));
            io.OnLeaveRoom((socket, room) => seen.Add($"leave {socket.Id} {room}"));
        });
        await using var one = await server.ConnectAsync();
        await using var two = await server.ConnectAsync();
        var (first, second) = (server.IO.Of("/").FindLocal(one.Sid)!, server.IO.Of("/").FindLocal(two.Sid)!);

        await first.JoinAsync("a", "b");
        await first.JoinAsync("a", one.Sid);
        Assert.Equal(["create / a", "create / b", $"join {one.Sid} a", $"join {one.Sid} b"], await seen.TakeAsync(4));
        await second.JoinAsync("a");
        await first.LeaveAsync("a", "never in", one.Sid);
        Assert.Equal([$"join {two.Sid} a", $"leave {one.Sid} a"], await seen.TakeAsync(2));
        await second.LeaveAsync("a");
        Assert.Equal([$"leave {two.Sid} a", "delete / a"], await seen.TakeAsync(2));
        await one.SendAsync("41");
        Assert.Equal([$"leave {one.Sid} b", "delete / b"], await seen.TakeAsync(2));
        Assert.True(seen.IsEmpty);
    }
}
