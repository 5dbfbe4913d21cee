using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Stoa.SocketIO;
using Stoa.SocketIO.EngineIO;

namespace Stoa.Conformance.Transport;

/// <summary>WebSockets behave alike, whether the web server has let them go or they live in their request.</summary>
public sealed class LetGoTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Frames_right_behind_the_request_are_read(bool letsGo)
    {
        await using var server = await TestServer.StartAsync(letsGo: letsGo);
        using var raw = await RawConnection.ConnectAsync(server.Address);
        // Longer than what the web server reads at once.
        var payload = new string('x', 20_000);
        await raw.SendAsync([.. Encoding.ASCII.GetBytes(RawConnection.Upgrade("/engine.io/?EIO=4&transport=websocket")), .. Text("4first"), .. Text($"4{payload}"), .. Text("4last")]);

        Assert.StartsWith("HTTP/1.1 101", await raw.HeadAsync());
        Assert.Equal((byte)'0', (await raw.FrameAsync()).Payload[0]);
        Assert.Equal("4first", Read(await raw.FrameAsync()));
        Assert.Equal($"4{payload}", Read(await raw.FrameAsync()));
        Assert.Equal("4last", Read(await raw.FrameAsync()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_request_of_a_websocket_ends_at_once_when_it_is_let_go(bool letsGo)
    {
        var ended = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(
            routes: app => app.Use(async (context, next) =>
            {
                await next(context);
                ended.TrySetResult();
            }),
            letsGo: letsGo);
        await using var socket = await server.OpenAsync("/engine.io/");
        if (letsGo)
            await ended.Task.Soon();
        await socket.SendAsync("4alive");

        Assert.Equal("4alive", await socket.TextAsync());
        Assert.Equal(letsGo, ended.Task.IsCompleted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_comes_with_the_end_of_the_connection_is_handled_before_it(bool letsGo)
    {
        var seen = new Seen<string>();
        await using var server = await TestServer.StartAsync(
            io =>
            {
                io.On("last", (_, _) =>
                {
                    seen.Add("last");
                    return Task.CompletedTask;
                });
                io.OnDisconnect((_, reason) =>
                {
                    seen.Add(reason.ToString());
                    return Task.CompletedTask;
                });
            },
            letsGo: letsGo);
        using (var raw = await RawConnection.WebSocketAsync(server.Address, path: "/socket.io/"))
        {
            await raw.SendAsync(Text("40"));
            await raw.FrameAsync();
            await raw.SendAsync(Text("42[\"last\"]"));
        }

        Assert.Equal(["last", nameof(DisconnectReason.TransportClose)], await seen.TakeAsync(2));
        await Wait.Until(() => server.IO.ConnectionCount == 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task More_than_a_socket_takes_at_once_arrives_whole_and_in_order(bool letsGo)
    {
        const int Count = 300;
        await using var server = await TestServer.StartAsync(
            io => io.On("burst", async (happened, _) =>
            {
                for (var i = 0; i < Count; i++)
                    await happened.Socket.EmitAsync("n", i, new string('x', i * 100));
                happened.Ack("done");
            }),
            o => o.MaxOutgoingBytes = 16 * 1024 * 1024,
            letsGo: letsGo);
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync("420[\"burst\"]");

        for (var i = 0; i < Count; i++)
            Assert.Equal($"42[\"n\",{i},\"{new string('x', i * 100)}\"]", await socket.TextAsync());
        Assert.Equal("430[\"done\"]", await socket.TextAsync());
    }

    [Fact]
    public async Task A_burst_from_one_handler_makes_nobody_a_slow_reader()
    {
        await using var server = await TestServer.StartAsync(
            io => io.On("burst", async (happened, _) =>
            {
                for (var i = 0; i < 500; i++)
                    await happened.Socket.EmitAsync("n", i);
            }),
            // Far less than is sent in one turn: what the connection takes at once does not wait.
            o => (o.MaxOutgoingPackets, o.MaxOutgoingBytes) = (3, 1024),
            letsGo: true);
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync("42[\"burst\"]");

        for (var i = 0; i < 500; i++)
            Assert.Equal($"42[\"n\",{i}]", await socket.TextAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_close_is_answered_after_what_was_sent_before(bool letsGo)
    {
        await using var server = await TestServer.StartAsync(letsGo: letsGo);
        using var raw = await RawConnection.WebSocketAsync(server.Address);
        var echo = new string('x', 60_000);
        List<byte> frames = [];
        for (var i = 0; i < 40; i++)
            frames.AddRange(Text($"4{echo}"));
        // More than the kernel takes while nobody reads: the close frame waits behind it.
        await raw.SendAsync([.. frames, .. RawConnection.Frame(0x88, [3, 232])]);
        for (var i = 0; i < 40; i++)
            Assert.Equal(60_001, (await raw.FrameAsync()).Payload.Length);
        Assert.Equal(0x88, (await raw.FrameAsync()).First);
    }

    [Fact]
    public async Task A_server_that_counts_its_connections_keeps_them()
    {
        await using var server = await TestServer.StartAsync(
            services: static s => s.Configure<KestrelServerOptions>(static o => o.Limits.MaxConcurrentUpgradedConnections = 1),
            letsGo: true);
        await using var first = await server.OpenAsync("/engine.io/");

        await Assert.ThrowsAsync<WebSocketException>(() => server.OpenAsync("/engine.io/"));
        await first.SendAsync("4still here");
        Assert.Equal("4still here", await first.TextAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_fault_of_the_application_cuts_the_connection_and_is_logged(bool letsGo)
    {
        await using var server = await TestServer.StartAsync(engineHandler: static _ => new Faulty(), letsGo: letsGo);
        await using var socket = await server.OpenAsync("/engine.io/");
        await socket.SendAsync("4x");

        // A close frame or a broken connection, but no message.
        await Assert.ThrowsAnyAsync<Exception>(() => socket.TextAsync());
        await Wait.Until(() => server.Log.Named("EngineServingFailed").Any());
        Assert.Single(server.Log.Named("EngineServingFailed"));
    }

    private sealed class Faulty : EngineHandler
    {
        public override ValueTask OnTextAsync(ReadOnlyMemory<byte> text) => throw new NotSupportedException();

        public override ValueTask OnBinaryAsync(ReadOnlyMemory<byte> data) => throw new NotSupportedException();

        public override void OnClosed(EngineCloseReason reason)
        {
        }
    }

    private static byte[] Text(string text) => RawConnection.Frame(0x81, Encoding.UTF8.GetBytes(text));

    private static string Read((int First, byte[] Payload) frame) => Encoding.UTF8.GetString(frame.Payload);
}
