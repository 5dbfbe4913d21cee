using System.Net.WebSockets;
using System.Text;
using Stoa.SocketIO;

namespace Stoa.Conformance.EngineIO;

/// <summary>Engine.IO 4, "WebSocket", over our own framing (RFC 6455).</summary>
public sealed class WebSocketTests
{
    [Theory]
    [InlineData("4hello")]
    [InlineData("4größe 日本 😀")]
    [InlineData("4")]
    public async Task A_text_packet_comes_back(string packet)
    {
        await using var server = await TestServer.StartAsync();
        await using var socket = await server.OpenAsync("/engine.io/");
        await socket.SendAsync(packet);

        Assert.Equal(packet, await socket.TextAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(1_000_000)]
    public async Task A_binary_message_of_any_length_comes_back_without_a_type_byte(int length)
    {
        await using var server = await TestServer.StartAsync();
        await using var socket = await server.OpenAsync("/engine.io/");
        var data = new byte[length];
        Random.Shared.NextBytes(data);
        await socket.SendAsync(data);

        Assert.Equal(data, await socket.BinaryAsync());
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("7")]
    [InlineData("")]
    public async Task A_text_that_is_no_packet_closes_the_session(string text)
    {
        await using var server = await TestServer.StartAsync();
        await using var socket = await server.OpenAsync("/engine.io/");
        await socket.SendAsync(text);

        Assert.Empty(await socket.ClosedAsync());
    }

    [Fact]
    public async Task A_close_packet_closes_the_session()
    {
        await using var server = await TestServer.StartAsync();
        await using var socket = await server.OpenAsync("/engine.io/");
        await socket.SendAsync("1");

        Assert.Empty(await socket.ClosedAsync());
    }

    [Fact]
    public async Task A_message_over_the_limit_closes_with_1009_and_ends_as_a_transport_error()
    {
        var ended = new Seen<DisconnectReason>();
        await using var server = await TestServer.StartAsync(
            io => io.OnDisconnect((_, reason) =>
            {
                ended.Add(reason);
                return Task.CompletedTask;
            }),
            o => o.MaxPayload = 1000);
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync("4" + new string('x', 1000));

        await socket.ClosedAsync();
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, socket.CloseStatus);
        Assert.Equal(DisconnectReason.TransportError, await ended.NextAsync());
    }

    [Fact]
    public async Task Fragments_are_put_together_with_control_frames_in_between()
    {
        await using var server = await TestServer.StartAsync();
        using var raw = await RawConnection.WebSocketAsync(server.Address);
        await raw.SendAsync(RawConnection.Frame(0x01, "4hel"u8));
        await raw.SendAsync(RawConnection.Frame(0x89, "are you there"u8));
        await raw.SendAsync(RawConnection.Frame(0x00, ""u8));
        await raw.SendAsync(RawConnection.Frame(0x80, "lo"u8));

        var (pong, payload) = await raw.FrameAsync();
        Assert.Equal((0x8A, "are you there"), (pong, Encoding.UTF8.GetString(payload)));
        var (text, hello) = await raw.FrameAsync();
        Assert.Equal((0x81, "4hello"), (text, Encoding.UTF8.GetString(hello)));
    }

    [Fact]
    public async Task Fragments_that_are_too_long_together_are_refused()
    {
        await using var server = await TestServer.StartAsync(engine: o => o.MaxPayload = 100);
        using var raw = await RawConnection.WebSocketAsync(server.Address);
        await raw.SendAsync(RawConnection.Frame(0x01, new byte[90]));
        await raw.SendAsync(RawConnection.Frame(0x80, new byte[11]));

        Assert.Equal(1009, await raw.CloseCodeAsync());
    }

    [Theory]
    [InlineData(new byte[] { 0x81, 0x02, (byte)'4', (byte)'x' }, 1002, "unmasked")]
    [InlineData(new byte[] { 0xC1, 0x80, 0, 0, 0, 0 }, 1002, "reserved bit without deflate")]
    [InlineData(new byte[] { 0x83, 0x80, 0, 0, 0, 0 }, 1002, "reserved opcode")]
    [InlineData(new byte[] { 0x8B, 0x80, 0, 0, 0, 0 }, 1002, "reserved control opcode")]
    [InlineData(new byte[] { 0x09, 0x80, 0, 0, 0, 0 }, 1002, "fragmented ping")]
    [InlineData(new byte[] { 0x89, 0xFE, 0, 126, 0, 0, 0, 0 }, 1002, "long ping")]
    [InlineData(new byte[] { 0x80, 0x80, 0, 0, 0, 0 }, 1002, "continuation of nothing")]
    [InlineData(new byte[] { 0x01, 0x80, 0, 0, 0, 0, 0x81, 0x80, 0, 0, 0, 0 }, 1002, "new message inside of another")]
    [InlineData(new byte[] { 0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28 }, 1007, "broken UTF-8")]
    [InlineData(new byte[] { 0x81, 0xFF, 0x7F, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, 1009, "absurd length")]
    [InlineData(new byte[] { 0x88, 0x80, 0, 0, 0, 0 }, 1000, "close")]
    public async Task A_frame_that_breaks_the_rules_closes_with_the_right_code(byte[] frame, int code, string what)
    {
        await using var server = await TestServer.StartAsync();
        using var raw = await RawConnection.WebSocketAsync(server.Address);
        await raw.SendAsync(frame);

        Assert.True(code == await raw.CloseCodeAsync(), what);
    }

    [Fact]
    public async Task Bytes_that_arrive_one_by_one_make_a_message()
    {
        await using var server = await TestServer.StartAsync();
        using var raw = await RawConnection.WebSocketAsync(server.Address);
        foreach (var one in RawConnection.Frame(0x81, "4slow"u8))
            await raw.SendAsync([one]);

        Assert.Equal("4slow", Encoding.UTF8.GetString((await raw.FrameAsync()).Payload));
    }

    [Fact]
    public async Task Many_messages_in_one_segment_are_handled_in_order()
    {
        await using var server = await TestServer.StartAsync();
        using var raw = await RawConnection.WebSocketAsync(server.Address);
        await raw.SendAsync([.. Enumerable.Range(0, 500).SelectMany(i => RawConnection.Frame(0x81, Encoding.UTF8.GetBytes($"4{i}")))]);
        for (var i = 0; i < 500; i++)
            Assert.Equal($"4{i}", Encoding.UTF8.GetString((await raw.FrameAsync()).Payload));
    }

    [Fact]
    public async Task Deflate_is_not_negotiated_by_default()
    {
        await using var server = await TestServer.StartAsync();
        using var raw = await RawConnection.WebSocketAsync(server.Address, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n");

        Assert.DoesNotContain("Sec-WebSocket-Extensions", raw.UpgradeHead, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Deflate_carries_long_messages_both_ways_when_switched_on()
    {
        await using var server = await TestServer.StartAsync(engine: o => o.WebSocketCompression = true);
        await using var socket = await WireSocket.ConnectAsync(
            new UriBuilder(server.Address) { Scheme = "ws", Path = "/engine.io/", Query = "EIO=4&transport=websocket" }.Uri,
            o => o.DangerousDeflateOptions = new WebSocketDeflateOptions());
        await socket.TextAsync();
        foreach (var text in new[] { "4short", "4" + string.Concat(Enumerable.Repeat("größe ", 5_000)), "4" + Convert.ToBase64String(new byte[3_000]) })
        {
            await socket.SendAsync(text);
            Assert.Equal(text, await socket.TextAsync());
        }
    }

    [Fact]
    public async Task A_deflated_message_that_grows_over_the_limit_is_refused()
    {
        await using var server = await TestServer.StartAsync(engine: o => (o.WebSocketCompression, o.MaxPayload) = (true, 10_000));
        await using var socket = await WireSocket.ConnectAsync(
            new UriBuilder(server.Address) { Scheme = "ws", Path = "/engine.io/", Query = "EIO=4&transport=websocket" }.Uri,
            o => o.DangerousDeflateOptions = new WebSocketDeflateOptions());
        await socket.TextAsync();
        await socket.SendAsync("4" + new string('x', 100_000));

        await socket.ClosedAsync();
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, socket.CloseStatus);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_leaves_ends_as_a_transport_close(bool abort)
    {
        var ended = new Seen<DisconnectReason>();
        await using var server = await TestServer.StartAsync(io => io.OnDisconnect((_, reason) =>
        {
            ended.Add(reason);
            return Task.CompletedTask;
        }));
        await using var socket = await server.ConnectAsync();
        if (abort)
            socket.Abort();
        else
            await socket.CloseAsync();

        Assert.Equal(DisconnectReason.TransportClose, await ended.NextAsync());
        await Wait.Until(() => server.IO.ConnectionCount == 0);
    }
}
