using System.Net;
using System.Text.Json;

namespace Stoa.Conformance.EngineIO;

/// <summary>Engine.IO 4, "Handshake" and the checks before it, in the reference's order.</summary>
public sealed class HandshakeTests
{
    private static readonly string[] Keys = ["sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"];

    [Fact]
    public async Task A_polling_handshake_answers_the_open_packet_with_exactly_its_keys()
    {
        await using var server = await TestServer.StartAsync();
        using var answer = await server.Http.GetAsync("/engine.io/?EIO=4&transport=polling", TestServer.Cancellation);
        var body = await answer.Content.ReadAsStringAsync(TestServer.Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/plain; charset=UTF-8", answer.Content.Headers.GetValues("Content-Type").Single());
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        var open = JsonElement.Parse(body[1..]);
        Assert.StartsWith("0{\"sid\":\"", body);
        Assert.Equal(Keys, open.EnumerateObject().Select(p => p.Name));
        Assert.Equal(["websocket"], open.GetProperty("upgrades").EnumerateArray().Select(u => u.GetString()!));
        Assert.Equal((25000, 20000, 1000000), (open.GetProperty("pingInterval").GetInt32(), open.GetProperty("pingTimeout").GetInt32(), open.GetProperty("maxPayload").GetInt32()));
        Assert.Equal(20, open.GetProperty("sid").GetString()!.Length);
    }

    [Fact]
    public async Task A_websocket_handshake_offers_no_upgrade()
    {
        await using var server = await TestServer.StartAsync();
        await using var socket = await server.WebSocketAsync(path: "/engine.io/");
        var open = JsonElement.Parse((await socket.TextAsync())[1..]);

        Assert.Equal(Keys, open.EnumerateObject().Select(p => p.Name));
        Assert.Empty(open.GetProperty("upgrades").EnumerateArray());
    }

    [Theory]
    [InlineData("GET", "?EIO=4", 400, 0, "Transport unknown")]
    [InlineData("GET", "?EIO=4&transport=abc", 400, 0, "Transport unknown")]
    [InlineData("GET", "", 400, 0, "Transport unknown")]
    [InlineData("OPTIONS", "?EIO=4&transport=polling", 400, 2, "Bad handshake method")]
    [InlineData("GET", "?EIO=4&transport=polling&sid=none", 400, 1, "Session ID unknown")]
    [InlineData("GET", "?transport=polling&sid=none", 400, 1, "Session ID unknown")]
    [InlineData("POST", "?EIO=4&transport=polling", 400, 2, "Bad handshake method")]
    [InlineData("PUT", "?EIO=4&transport=polling", 400, 2, "Bad handshake method")]
    [InlineData("POST", "?EIO=3&transport=polling", 400, 2, "Bad handshake method")]
    [InlineData("GET", "?EIO=4&transport=websocket", 400, 3, "Bad request")]
    [InlineData("GET", "?EIO=3&transport=polling", 400, 5, "Unsupported protocol version")]
    [InlineData("GET", "?EIO=abc&transport=polling", 400, 5, "Unsupported protocol version")]
    [InlineData("GET", "?transport=polling", 400, 5, "Unsupported protocol version")]
    public async Task A_refused_request_says_why_as_JSON(string method, string query, int status, int code, string message)
    {
        await using var server = await TestServer.StartAsync();
        using var answer = await server.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/engine.io/" + query), TestServer.Cancellation);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal($$"""{"code":{{code}},"message":"{{message}}"}""", await answer.Content.ReadAsStringAsync(TestServer.Cancellation));
    }

    [Theory]
    [InlineData("?EIO=4", "Transport unknown")]
    [InlineData("?EIO=4&transport=abc", "Transport unknown")]
    [InlineData("?EIO=4&transport=websocket&sid=none", "Session ID unknown")]
    [InlineData("?EIO=3&transport=websocket", "Unsupported protocol version")]
    [InlineData("?transport=websocket", "Unsupported protocol version")]
    [InlineData("?EIO=4&transport=polling", "Bad request")]
    public async Task A_refused_upgrade_gets_a_plain_400_and_its_connection_is_closed(string query, string message)
    {
        await using var server = await TestServer.StartAsync();
        using var raw = await RawConnection.ConnectAsync(server.Address);
        await raw.SendAsync(RawConnection.Upgrade("/engine.io/" + query));
        var answer = await raw.RestAsync();

        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", answer);
        Assert.EndsWith("\r\n\r\n" + message, answer);
        Assert.Contains("Connection: close", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("\u0001", true)]
    [InlineData("\u001f", true)]
    [InlineData("\u007f", true)]
    [InlineData("\t", false)]
    public async Task A_control_character_in_the_origin_is_a_bad_request_but_a_tab_is_none(string character, bool isRefused)
    {
        await using var server = await TestServer.StartAsync();
        using var raw = await RawConnection.ConnectAsync(server.Address);
        await raw.SendAsync($"GET /engine.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nConnection: close\r\nOrigin: http://a{character}b\r\n\r\n");
        var answer = await raw.RestAsync();

        Assert.StartsWith(isRefused ? "HTTP/1.1 400" : "HTTP/1.1 200", answer);
        Assert.Contains(isRefused ? """{"code":3,"message":"Bad request"}""" : "\"sid\"", answer);
    }

    [Fact]
    public async Task A_control_character_in_the_origin_of_an_upgrade_is_a_bad_request()
    {
        await using var server = await TestServer.StartAsync();
        using var raw = await RawConnection.ConnectAsync(server.Address);
        await raw.SendAsync(RawConnection.Upgrade("/engine.io/?EIO=4&transport=websocket", "Origin: http://a\u0001b\r\n"));
        var answer = await raw.RestAsync();

        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", answer);
        Assert.EndsWith("\r\n\r\nBad request", answer);
    }

    [Theory]
    [InlineData("?EIO=4&transport=polling&sid=")]
    [InlineData("?EIO=3&transport=websocket&sid=")]
    [InlineData("?transport=websocket&sid=")]
    public async Task An_upgrade_that_names_polling_or_another_version_is_refused_and_the_session_lives_on(string query)
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync("/engine.io/");
        using var raw = await RawConnection.ConnectAsync(server.Address);
        await raw.SendAsync(RawConnection.Upgrade("/engine.io/" + query + client.Sid));
        var answer = await raw.RestAsync();
        await client.SendAsync("4still here");

        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", answer);
        Assert.EndsWith("\r\n\r\nBad request", answer);
        Assert.Equal(["4still here"], await client.PollAsync());
    }

    [Fact]
    public async Task A_session_on_polling_refuses_a_request_for_websocket_that_is_no_upgrade()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync("/engine.io/");
        using var answer = await server.Http.GetAsync($"/engine.io/?EIO=4&transport=websocket&sid={client.Sid}", TestServer.Cancellation);

        Assert.Equal("""{"code":3,"message":"Bad request"}""", await answer.Content.ReadAsStringAsync(TestServer.Cancellation));
    }

    [Fact]
    public async Task A_session_refuses_another_protocol_version_than_its_handshakes()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync("/engine.io/");
        using var answer = await server.Http.GetAsync($"/engine.io/?EIO=3&transport=polling&sid={client.Sid}", TestServer.Cancellation);

        Assert.Equal("""{"code":3,"message":"Bad request"}""", await answer.Content.ReadAsStringAsync(TestServer.Cancellation));
    }

    [Theory]
    [InlineData("go away", "go away")]
    [InlineData("", "Forbidden")]
    public async Task The_applications_gate_refuses_with_403_and_its_message(string refusal, string message)
    {
        await using var server = await TestServer.StartAsync(engine: o => o.AllowRequest = _ => new ValueTask<string?>(refusal));
        using var polling = await server.Http.GetAsync("/engine.io/?EIO=4&transport=polling", TestServer.Cancellation);
        using var raw = await RawConnection.ConnectAsync(server.Address);
        await raw.SendAsync(RawConnection.Upgrade("/engine.io/?EIO=4&transport=websocket"));
        var upgrade = await raw.RestAsync();

        Assert.Equal(HttpStatusCode.Forbidden, polling.StatusCode);
        Assert.Equal($$"""{"code":4,"message":"{{message}}"}""", await polling.Content.ReadAsStringAsync(TestServer.Cancellation));
        Assert.StartsWith("HTTP/1.1 400", upgrade);
        Assert.EndsWith(message, upgrade);
    }

    [Fact]
    public async Task The_gate_is_asked_before_the_version_and_after_the_method()
    {
        var asked = 0;
        await using var server = await TestServer.StartAsync(engine: o => o.AllowRequest = _ =>
        {
            asked++;
            return new ValueTask<string?>("no");
        });
        using var post = await server.Http.PostAsync("/engine.io/?EIO=4&transport=polling", null, TestServer.Cancellation);
        Assert.Equal(0, asked);
        using var old = await server.Http.GetAsync("/engine.io/?EIO=3&transport=polling", TestServer.Cancellation);

        Assert.Equal(1, asked);
        Assert.Equal(HttpStatusCode.Forbidden, old.StatusCode);
    }

    [Fact]
    public async Task A_transport_that_is_switched_off_is_unknown()
    {
        await using var server = await TestServer.StartAsync(engine: o => o.Transports = SocketIO.EngineIO.EngineTransports.Polling);
        var client = await server.PollingAsync("/engine.io/");
        using var raw = await RawConnection.ConnectAsync(server.Address);
        await raw.SendAsync(RawConnection.Upgrade("/engine.io/?EIO=4&transport=websocket"));

        Assert.Empty(client.Handshake.GetProperty("upgrades").EnumerateArray());
        Assert.EndsWith("Transport unknown", await raw.RestAsync());
    }

    [Fact]
    public async Task A_query_over_the_limit_is_a_bad_request()
    {
        await using var server = await TestServer.StartAsync(engine: o => o.MaxQueryLength = 100);
        using var answer = await server.Http.GetAsync("/engine.io/?EIO=4&transport=polling&t=" + new string('x', 100), TestServer.Cancellation);

        Assert.Equal("""{"code":3,"message":"Bad request"}""", await answer.Content.ReadAsStringAsync(TestServer.Cancellation));
    }

    [Fact]
    public async Task Another_method_with_a_known_session_is_refused_and_the_session_lives_on()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync("/engine.io/");
        using var answer = await server.Http.PutAsync($"/engine.io/?EIO=4&transport=polling&sid={client.Sid}", null, TestServer.Cancellation);
        await client.SendAsync("4still here");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(["4still here"], await client.PollAsync());
    }

    [Fact]
    public async Task The_path_works_without_its_slash_and_ignores_cache_busters()
    {
        await using var server = await TestServer.StartAsync();
        Assert.StartsWith("0{", await server.Http.GetStringAsync("/engine.io?t=abc&b64=1&EIO=4&transport=polling", TestServer.Cancellation));
    }

    [Fact]
    public async Task Session_ids_do_not_repeat_and_differ_from_socket_ids()
    {
        await using var server = await TestServer.StartAsync();
        var ids = new HashSet<string>();
        for (var i = 0; i < 50; i++)
            Assert.True(ids.Add((await server.PollingAsync()).Sid));

        var client = await server.PollingAsync();
        await client.SendAsync("40");
        var sid = JsonElement.Parse((await client.PollAsync())[0][2..]).GetProperty("sid").GetString()!;
        Assert.Equal(20, sid.Length);
        Assert.NotEqual(client.Sid, sid);
    }

    [Fact]
    public async Task The_sticky_cookie_is_set_when_asked_for()
    {
        await using var server = await TestServer.StartAsync(engine: o => o.StickyCookie = "io");
        using var answer = await server.Http.GetAsync("/engine.io/?EIO=4&transport=polling", TestServer.Cancellation);
        var sid = JsonElement.Parse((await answer.Content.ReadAsStringAsync(TestServer.Cancellation))[1..]).GetProperty("sid").GetString();

        Assert.Equal($"io={sid}; path=/; samesite=lax; httponly", answer.Headers.GetValues("Set-Cookie").Single());
    }
}
