using System.Net;

namespace Stoa.Conformance.EngineIO;

/// <summary>What an application may add to the requests of an endpoint, and learn of those that are refused.</summary>
public sealed class HookTests
{
    private static string Values(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : "";

    [Fact]
    public async Task The_first_answer_gets_its_headers_and_every_answer_those_of_all()
    {
        await using var server = await TestServer.StartAsync(engine: o =>
        {
            o.OnHandshakeHeaders = context => context.Response.Headers["X-First"] = "yes";
            o.OnHeaders = context => context.Response.Headers["X-Every"] = context.Request.Method;
        });
        using var open = await server.Http.GetAsync("/engine.io/?EIO=4&transport=polling", TestServer.Cancellation);
        Assert.Equal(("yes", "GET"), (Values(open, "X-First"), Values(open, "X-Every")));

        var client = await server.PollingAsync("/engine.io/");
        using var post = await client.PostAsync("4x");
        using var get = await client.GetAsync();
        Assert.Equal(("", "POST", "", "GET"), (Values(post, "X-First"), Values(post, "X-Every"), Values(get, "X-First"), Values(get, "X-Every")));
        using var refused = await server.Http.GetAsync("/engine.io/?EIO=4&transport=polling&sid=unknown", TestServer.Cancellation);
        Assert.Equal("", Values(refused, "X-Every"));
    }

    [Fact]
    public async Task A_websocket_gets_them_with_the_answer_to_its_handshake()
    {
        await using var server = await TestServer.StartAsync(engine: o =>
        {
            o.OnHandshakeHeaders = context => context.Response.Headers["Set-Cookie"] = "a=1";
            o.OnHeaders = context => context.Response.Headers["X-Every"] = "yes";
        });
        using var raw = await RawConnection.WebSocketAsync(server.Address);
        Assert.Contains("\r\nSet-Cookie: a=1\r\n", raw.UpgradeHead, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Every: yes\r\n", raw.UpgradeHead, StringComparison.Ordinal);

        var client = await server.PollingAsync("/engine.io/");
        using var second = await RawConnection.ConnectAsync(server.Address);
        await second.SendAsync(RawConnection.Upgrade($"/engine.io/?EIO=4&transport=websocket&sid={client.Sid}"));
        var head = await second.HeadAsync();
        Assert.DoesNotContain("Set-Cookie", head, StringComparison.Ordinal);
        Assert.Contains("X-Every", head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EIO=4&transport=none", 0, "Transport unknown")]
    [InlineData("EIO=4&transport=polling&sid=unknown", 1, "Session ID unknown")]
    [InlineData("EIO=4&transport=websocket", 3, "Bad request")]
    [InlineData("EIO=3&transport=polling", 5, "Unsupported protocol version")]
    [InlineData("EIO=4&transport=polling&deny=1", 4, "not you")]
    public async Task A_refused_request_is_told_with_code_and_message(string query, int code, string message)
    {
        var refused = new Seen<(string Query, int Code, string Message)>();
        await using var server = await TestServer.StartAsync(engine: o =>
        {
            o.AllowRequest = context => new(context.Request.Query.ContainsKey("deny") ? "not you" : null);
            o.OnRefused = (context, why, text) => refused.Add((context.Request.QueryString.Value![1..], why, text));
        });
        using var answer = await server.Http.GetAsync("/engine.io/?" + query, TestServer.Cancellation);

        Assert.False(answer.IsSuccessStatusCode);
        Assert.Equal((query, code, message), await refused.NextAsync());
    }

    [Fact]
    public async Task A_hook_that_throws_is_logged_and_the_request_is_answered_all_the_same()
    {
        await using var server = await TestServer.StartAsync(engine: o =>
        {
            o.MaxConnections = 3;
            o.OnHandshakeHeaders = _ => throw new InvalidOperationException("first");
            o.OnHeaders = _ => throw new InvalidOperationException("every");
            o.OnRefused = (_, _, _) => throw new InvalidOperationException("refused");
        });
        for (var i = 0; i < 3; i++)
            await server.PollingAsync("/engine.io/");
        using var refused = await server.Http.GetAsync("/engine.io/?EIO=4&transport=polling", TestServer.Cancellation);

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(7, server.Log.Named("EngineHookFailed").Count());
    }
}
