using System.Text;
using Stoa.SocketIO.EngineIO;

namespace Stoa.Conformance.EngineIO;

/// <summary>Which end is told to the application as which reason, on bare Engine.IO.</summary>
public sealed class CloseReasonTests
{
    [Theory]
    [InlineData("abc", EngineCloseReason.ParseError)]
    [InlineData("", EngineCloseReason.ParseError)]
    [InlineData("7", EngineCloseReason.ParseError)]
    [InlineData("4ok\u001e", EngineCloseReason.ParseError)]
    [InlineData("b%%%", EngineCloseReason.ParseError)]
    [InlineData("41\u001e42\u001e43\u001e44", EngineCloseReason.ParseError)]
    [InlineData("2", EngineCloseReason.TransportError)]
    [InlineData("1", EngineCloseReason.TransportClose)]
    public async Task A_polling_body_ends_the_session_with_its_reason(string body, EngineCloseReason reason)
    {
        var ended = new Seen<EngineCloseReason>();
        await using var server = await StartAsync(ended);
        var client = await server.PollingAsync("/engine.io/");
        using var post = await client.PostAsync(body);

        Assert.Equal(reason, await ended.NextAsync());
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF8_are_a_parse_error()
    {
        var ended = new Seen<EngineCloseReason>();
        await using var server = await StartAsync(ended);
        var client = await server.PollingAsync("/engine.io/");
        using var post = await PostAsync(server, client, [(byte)'4', 0xC3, 0x28], "text/plain");

        Assert.Equal(EngineCloseReason.ParseError, await ended.NextAsync());
    }

    [Fact]
    public async Task A_binary_body_is_a_transport_error()
    {
        var ended = new Seen<EngineCloseReason>();
        await using var server = await StartAsync(ended);
        var client = await server.PollingAsync("/engine.io/");
        using var post = await PostAsync(server, client, "4x"u8.ToArray(), "application/octet-stream");

        Assert.Equal(EngineCloseReason.TransportError, await ended.NextAsync());
    }

    [Fact]
    public async Task A_second_poll_is_a_transport_error()
    {
        var ended = new Seen<EngineCloseReason>();
        await using var server = await StartAsync(ended);
        var client = await server.PollingAsync("/engine.io/");
        await Task.WhenAll(client.StatusAsync(), client.StatusAsync());

        Assert.Equal(EngineCloseReason.TransportError, await ended.NextAsync());
    }

    [Fact]
    public async Task A_second_post_while_one_is_read_is_a_transport_error()
    {
        var ended = new Seen<EngineCloseReason>();
        await using var server = await StartAsync(ended);
        var client = await server.PollingAsync("/engine.io/");
        using var raw = await RawConnection.ConnectAsync(server.Address);
        await raw.SendAsync($"POST /engine.io/?EIO=4&transport=polling&sid={client.Sid} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 6\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 100", await raw.HeadAsync());
        using var second = await client.PostAsync("4x");

        Assert.Equal(EngineCloseReason.TransportError, await ended.NextAsync());
    }

    [Theory]
    [InlineData(0x81, "abc", EngineCloseReason.ParseError)]
    [InlineData(0x81, "", EngineCloseReason.ParseError)]
    [InlineData(0x81, "7", EngineCloseReason.ParseError)]
    [InlineData(0x81, "b@@@", EngineCloseReason.ParseError)]
    [InlineData(0x81, "bAQ", EngineCloseReason.ParseError)]
    [InlineData(0x81, "bAQID\u001e4x", EngineCloseReason.ParseError)]
    [InlineData(0x81, "2", EngineCloseReason.TransportError)]
    [InlineData(0x81, "1", EngineCloseReason.TransportClose)]
    [InlineData(0x88, "", EngineCloseReason.TransportClose)]
    [InlineData(0xC1, "4x", EngineCloseReason.TransportError)]
    public async Task A_websocket_frame_ends_the_session_with_its_reason(byte first, string payload, EngineCloseReason reason)
    {
        var ended = new Seen<EngineCloseReason>();
        await using var server = await StartAsync(ended);
        using var raw = await RawConnection.WebSocketAsync(server.Address);
        await raw.SendAsync(RawConnection.Frame(first, Encoding.UTF8.GetBytes(payload)));

        Assert.Equal(reason, await ended.NextAsync());
    }

    private static Task<TestServer> StartAsync(Seen<EngineCloseReason> ended) =>
        TestServer.StartAsync(engine: o => o.MaxPacketsPerPost = 3, engineHandler: _ => new Ending(ended));

    private static Task<HttpResponseMessage> PostAsync(TestServer server, PollingClient client, byte[] body, string type)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new(type);
        return server.Http.PostAsync($"/engine.io/?EIO=4&transport=polling&sid={client.Sid}", content, TestServer.Cancellation);
    }

    private sealed class Ending(Seen<EngineCloseReason> ended) : EngineHandler
    {
        public override ValueTask OnTextAsync(ReadOnlyMemory<byte> text) => ValueTask.CompletedTask;

        public override ValueTask OnBinaryAsync(ReadOnlyMemory<byte> data) => ValueTask.CompletedTask;

        public override void OnClosed(EngineCloseReason reason) => ended.Add(reason);
    }
}
