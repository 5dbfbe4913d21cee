using System.Diagnostics;
using System.Net;
using Stoa.Conformance.Redis;

namespace Stoa.Conformance.Suite;

/// <summary>The conformance host as protocol suites meet it: a process of its own, one port, both paths at once. A client has 200 ms to answer its pings.</summary>
[Collection(nameof(Alone))]
public sealed class SuiteHostTests(SuiteHostTests.Host host) : IClassFixture<SuiteHostTests.Host>
{
    private static readonly TimeSpan PingInterval = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(1);

    // Timers of the server and the watch of this process need not agree to the millisecond.
    private static readonly TimeSpan Inexactness = TimeSpan.FromMilliseconds(20);

    public static TheoryData<bool, string> TransportsAndPaths => new() { { true, "/engine.io/" }, { true, "/socket.io/" }, { false, "/engine.io/" }, { false, "/socket.io/" } };

    [Theory]
    [MemberData(nameof(TransportsAndPaths))]
    public async Task The_handshake_tells_the_heartbeat_the_payload_and_the_upgrade(bool polling, string path)
    {
        await using var client = await AnyClient.OpenAsync(await host.AddressAsync(), polling, path);
        var open = client.Handshake;

        Assert.Equal((300, 200, 1_000_000), (open.GetProperty("pingInterval").GetInt32(), open.GetProperty("pingTimeout").GetInt32(), open.GetProperty("maxPayload").GetInt32()));
        Assert.Equal(polling ? ["websocket"] : [], open.GetProperty("upgrades").EnumerateArray().Select(u => u.GetString()!));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bare_messages_come_back_unchanged(bool polling)
    {
        await using var client = await AnyClient.OpenAsync(await host.AddressAsync(), polling, "/engine.io/");
        string[] messages = ["4hello", "4größe 日本 😀", "4", "bAQIDBA==", "40{\"not\":\"Socket.IO\"}", "b" + Convert.ToBase64String(new byte[70_000])];
        await client.SendAsync(messages);

        foreach (var message in messages)
            Assert.Equal(message, await client.NextAsync());
    }

    [Theory]
    [MemberData(nameof(TransportsAndPaths))]
    public async Task Who_answers_pings_stays_and_who_does_not_is_closed(bool polling, string path)
    {
        var address = await host.AddressAsync();
        var watch = Stopwatch.StartNew();
        if (polling)
        {
            using var http = new HttpClient { BaseAddress = address };
            var silent = new PollingClient(http, path);
            await silent.OpenAsync();
            Assert.Equal(["2"], await silent.PollAsync());
            Assert.True(watch.Elapsed >= PingInterval - Inexactness);
            await Task.Delay(PingTimeout, TestServer.Cancellation);
            Assert.Equal(HttpStatusCode.BadRequest, (await silent.StatusAsync()).Status);
        }
        else
        {
            await using var silent = await WireSocket.ConnectAsync(new UriBuilder(address) { Scheme = "ws", Path = path, Query = "EIO=4&transport=websocket" }.Uri);
            await silent.TextAsync();
            Assert.Equal("2", await silent.TextAsync());
            Assert.True(watch.Elapsed >= PingInterval - Inexactness);
            Assert.Empty(await silent.ClosedAsync());
            Assert.True(watch.Elapsed >= PingInterval + PingTimeout - Inexactness);
        }

        await using var client = await AnyClient.OpenAsync(address, polling, path);
        if (path == "/socket.io/")
        {
            await client.EnterAsync();
            Assert.Equal("42[\"auth\",{}]", await client.NextAsync());
        }

        await Task.Delay(2 * (PingInterval + PingTimeout), TestServer.Cancellation);
        await client.SendAsync(path == "/socket.io/" ? "42[\"message\",\"still here\"]" : "4still here");
        Assert.EndsWith("still here", (await client.NextAsync()).TrimEnd('"', ']'));
    }

    [Theory]
    [InlineData("/engine.io/")]
    [InlineData("/socket.io/")]
    public async Task A_polling_body_of_a_million_bytes_is_taken_and_one_byte_more_is_413(string path)
    {
        await using var client = await AnyClient.OpenAsync(await host.AddressAsync(), polling: true, path);
        if (path == "/socket.io/")
            await client.EnterAsync();
        var message = path == "/socket.io/" ? "42[\"message\",\"" + new string('x', 999_984) + "\"]" : "4" + new string('x', 999_999);
        Assert.Equal(1_000_000, message.Length);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await client.PostAsync(message + " ")).Status);
        await client.SendAsync(message);

        if (path == "/socket.io/")
            Assert.Equal("42[\"auth\",{}]", await client.NextAsync());
        Assert.EndsWith(message[^999_000..], await client.NextAsync());
    }

    [Theory]
    [InlineData("/engine.io/")]
    [InlineData("/socket.io/")]
    public async Task A_websocket_message_over_a_million_bytes_closes_with_1009(string path)
    {
        await using var socket = await WireSocket.ConnectAsync(new UriBuilder(await host.AddressAsync()) { Scheme = "ws", Path = path, Query = "EIO=4&transport=websocket" }.Uri);
        await socket.TextAsync();
        await socket.SendAsync(new byte[1_000_001]);

        await socket.ClosedAsync();
        Assert.Equal(System.Net.WebSockets.WebSocketCloseStatus.MessageTooBig, socket.CloseStatus);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_enters_no_namespace_is_closed_after_a_second(bool polling)
    {
        var address = await host.AddressAsync();
        var watch = Stopwatch.StartNew();
        await using var client = await AnyClient.OpenAsync(address, polling);

        Assert.Empty(await client.ClosedAsync());
        Assert.True(watch.Elapsed >= ConnectTimeout - Inexactness);
    }

    [Theory]
    [InlineData("/engine.io/")]
    [InlineData("/socket.io/")]
    public async Task Polling_moves_to_websocket(string path)
    {
        using var http = new HttpClient { BaseAddress = await host.AddressAsync() };
        var polling = new PollingClient(http, path);
        await polling.OpenAsync();
        var address = new UriBuilder(http.BaseAddress) { Scheme = "ws", Path = path, Query = $"EIO=4&transport=websocket&sid={polling.Sid}" }.Uri;
        await using var socket = await WireSocket.ConnectAsync(address);
        await socket.SendAsync("2probe");
        Assert.Equal("3probe", await socket.TextAsync());
        await socket.SendAsync("5");
        await socket.SendAsync(path == "/socket.io/" ? "40/random," : "4moved");

        Assert.Equal(path == "/socket.io/" ? "44/random,{\"message\":\"Invalid namespace\"}" : "4moved", await socket.TextAsync());
        Assert.Equal(HttpStatusCode.BadRequest, (await polling.StatusAsync()).Status);
    }

    [Theory]
    [InlineData("/engine.io/", "GET", 200)]
    [InlineData("/socket.io/", "GET", 200)]
    [InlineData("/engine.io/", "OPTIONS", 204)]
    [InlineData("/socket.io/", "OPTIONS", 204)]
    public async Task Any_origin_is_let_in(string path, string method, int status)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(await host.AddressAsync(), path + "?EIO=4&transport=polling"));
        request.Headers.Add("Origin", "https://anywhere.example");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        using var answer = await http.SendAsync(request, TestServer.Cancellation);

        Assert.Equal((status, "*"), ((int)answer.StatusCode, string.Join(',', answer.Headers.GetValues("Access-Control-Allow-Origin"))));
    }

    [Theory]
    [InlineData(true, "/", "", "{}")]
    [InlineData(true, "/", "{\"token\":\"123\"}", "{\"token\":\"123\"}")]
    [InlineData(true, "/custom", "", "{}")]
    [InlineData(true, "/custom", "{\"token\":\"abc\"}", "{\"token\":\"abc\"}")]
    [InlineData(false, "/", "", "{}")]
    [InlineData(false, "/", "{\"token\":\"123\"}", "{\"token\":\"123\"}")]
    [InlineData(false, "/custom", "", "{}")]
    [InlineData(false, "/custom", "{\"token\":\"abc\"}", "{\"token\":\"abc\"}")]
    public async Task Who_enters_is_told_its_auth(bool polling, string space, string auth, string told)
    {
        await using var client = await AnyClient.OpenAsync(await host.AddressAsync(), polling);
        await client.EnterAsync(space, auth);

        Assert.Equal($"42{(space == "/" ? "" : space + ",")}[\"auth\",{told}]", await client.NextAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Messages_come_back_and_are_acknowledged_with_their_arguments(bool polling)
    {
        var (client, _) = await AnyClient.ConnectAsync(await host.AddressAsync(), polling);
        await using var __ = client;
        Assert.Equal("42[\"auth\",{}]", await client.NextAsync());
        await client.SendAsync("42[\"message\",1,\"2\",{\"3\":[true]}]");
        Assert.Equal("42[\"message-back\",1,\"2\",{\"3\":[true]}]", await client.NextAsync());
        await client.SendAsync("452-[\"message\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]", "bAQID", "bBAUG");
        Assert.Equal("452-[\"message-back\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]", await client.NextAsync());
        Assert.Equal(("bAQID", "bBAUG"), (await client.NextAsync(), await client.NextAsync()));
        await client.SendAsync("42456[\"message-with-ack\",1,\"2\",{\"3\":[false]}]");
        Assert.Equal("43456[1,\"2\",{\"3\":[false]}]", await client.NextAsync());
        await client.SendAsync("451-789[\"message-with-ack\",{\"_placeholder\":true,\"num\":0}]", "bAQID");
        Assert.Equal(("461-789[{\"_placeholder\":true,\"num\":0}]", "bAQID"), (await client.NextAsync(), await client.NextAsync()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Any_other_namespace_is_invalid(bool polling)
    {
        await using var client = await AnyClient.OpenAsync(await host.AddressAsync(), polling);
        await client.SendAsync("40/random");
        Assert.Equal("44/random,{\"message\":\"Invalid namespace\"}", await client.NextAsync());
        await client.SendAsync("40/admin,{}");
        Assert.Equal("44/admin,{\"message\":\"Invalid namespace\"}", await client.NextAsync());
    }

    /// <summary>One process for all of them.</summary>
    public sealed class Host : IAsyncDisposable
    {
        private HostProcess? _process;

        public async Task<Uri> AddressAsync() => (_process ??= await HostProcess.StartSuiteAsync()).Address;

        public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
