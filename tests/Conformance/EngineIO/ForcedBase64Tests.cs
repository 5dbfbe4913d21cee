using System.Text;

namespace Stoa.Conformance.EngineIO;

/// <summary>Binary over WebSocket as a client with <c>forceBase64</c> sends it: a text frame with <c>b</c> and base64.</summary>
public sealed class ForcedBase64Tests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(100_000)]
    public async Task It_is_a_binary_message(int length)
    {
        var bytes = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
        await using var server = await TestServer.StartAsync();
        await using var socket = await server.OpenAsync("/engine.io/");
        await socket.SendAsync("b" + Convert.ToBase64String(bytes));

        // What goes to the client goes as it always does: it takes either form.
        Assert.Equal(bytes, await socket.BinaryAsync());
    }

    [Fact]
    public async Task It_is_an_attachment_of_a_packet()
    {
        await using var server = await TestServer.StartAsync(io => io.On<byte[], string>("bytes", (_, bytes, _) => Task.FromResult(Encoding.ASCII.GetString(bytes))));
        await using var client = await server.ConnectAsync();
        await client.SendAsync("451-7[\"bytes\",{\"_placeholder\":true,\"num\":0}]");
        await client.SendAsync("b" + Convert.ToBase64String("hello"u8));

        Assert.Equal("437[\"hello\"]", await client.TextAsync());
    }

    [Fact]
    public async Task It_counts_against_the_largest_message_as_it_is_sent()
    {
        await using var server = await TestServer.StartAsync(engine: o => o.MaxPayload = 64);
        await using var socket = await server.OpenAsync("/engine.io/");
        await socket.SendAsync("b" + Convert.ToBase64String(new byte[45]));
        Assert.Equal(45, (await socket.BinaryAsync()).Length);
        await socket.SendAsync("b" + Convert.ToBase64String(new byte[48]));

        await socket.ClosedAsync();
        Assert.Equal(System.Net.WebSockets.WebSocketCloseStatus.MessageTooBig, socket.CloseStatus);
    }
}
