using SocketIOClient;
using SocketIOClient.Transport;

namespace Stoa.Conformance.Clients;

/// <summary>The NuGet client SocketIOClient against this server.</summary>
public sealed class DotNetClientTests
{
    private static SocketIOClient.SocketIO Client(TestServer server, TransportProtocol transport, string space = "", bool upgrade = false) => new(new Uri(server.Address, space), new SocketIOOptions
    {
        Transport = transport,
        AutoUpgrade = upgrade,
        Reconnection = false,
        Auth = new { token = "größe 😀" },
    });

    private static async Task<SocketIOResponse> AskAsync(SocketIOClient.SocketIO client, string name, params object[] arguments)
    {
        var answer = new TaskCompletionSource<SocketIOResponse>();
        await client.EmitAsync(name, answer.SetResult, arguments);
        return await answer.Task.Soon();
    }

    [Theory]
    [InlineData(TransportProtocol.Polling, false)]
    [InlineData(TransportProtocol.WebSocket, false)]
    [InlineData(TransportProtocol.Polling, true)]
    public async Task The_DotNet_client_connects_and_talks_both_ways(TransportProtocol transport, bool upgrade)
    {
        await using var server = await TestServer.StartAsync(NodeClientTests.Events);
        using var client = Client(server, transport, upgrade: upgrade);
        var (auth, back) = (new Seen<string>(), new Seen<(string Text, byte[] Bytes)>());
        client.On("auth", r => auth.Add(r.GetValue<Auth>().Token));
        client.On("message-back", r => back.Add((r.GetValue<string>(), r.GetValue<byte[]>(1))));
        client.On("question", async r => await r.CallbackAsync(r.GetValue<int>() + 1, r.GetValue<byte[]>(1)));
        await client.ConnectAsync().Soon();

        Assert.Equal("größe 😀", await auth.NextAsync());
        await client.EmitAsync("message", "日本 😀", new byte[] { 1, 2, 3 });
        var (text, bytes) = await back.NextAsync();
        Assert.Equal("日本 😀", text);
        Assert.Equal([1, 2, 3], bytes);
        var echoed = await AskAsync(client, "message-with-ack", "ä", new byte[] { 4 });
        Assert.Equal("ä", echoed.GetValue<string>());
        Assert.Equal([4], echoed.GetValue<byte[]>(1));
        var asked = await AskAsync(client, "ask-me", 41);
        Assert.Equal(42, asked.GetValue<int>());
        Assert.Equal([7], asked.GetValue<byte[]>(1));
        await client.DisconnectAsync();
        await Wait.Until(() => server.IO.Of("/").LocalCount == 0);
    }

    [Fact]
    public async Task The_DotNet_client_enters_a_namespace_and_is_told_of_refusals()
    {
        await using var server = await TestServer.StartAsync(NodeClientTests.Events);
        using var custom = Client(server, TransportProtocol.WebSocket, "/custom");
        var auth = new Seen<string>();
        custom.On("auth", r => auth.Add(r.GetValue<Auth>().Token));
        await custom.ConnectAsync().Soon();
        Assert.Equal("größe 😀", await auth.NextAsync());

        using var refused = Client(server, TransportProtocol.WebSocket, "/refused");
        var error = new Seen<string>();
        refused.OnError += (_, message) => error.Add(message);
        await Task.WhenAny(refused.ConnectAsync(), Task.Delay(0, TestServer.Cancellation));
        Assert.Contains("not you", await error.NextAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TransportProtocol.Polling)]
    [InlineData(TransportProtocol.WebSocket)]
    public async Task The_DotNet_client_reconnects_after_the_server_closed(TransportProtocol transport)
    {
        await using var server = await TestServer.StartAsync(NodeClientTests.Events);
        using var client = new SocketIOClient.SocketIO(server.Address, new SocketIOOptions { Transport = transport, AutoUpgrade = false, ReconnectionDelay = 10, ReconnectionDelayMax = 20 });
        var connected = new Seen<string>();
        client.OnConnected += (_, _) => connected.Add(client.Id);
        await client.ConnectAsync().Soon();
        var first = await connected.NextAsync();
        server.IO.Of("/").FindLocal(first)!.Connection.Session.Close();

        Assert.NotEqual(first, await connected.NextAsync());
    }

    private sealed record Auth([property: System.Text.Json.Serialization.JsonPropertyName("token")] string Token);
}
