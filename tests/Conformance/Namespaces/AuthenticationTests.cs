using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Stoa.SocketIO;
using Stoa.SocketIO.EngineIO;

namespace Stoa.Conformance.Namespaces;

/// <summary>The web application's own authentication and authorization in front of the sockets.</summary>
public sealed class AuthenticationTests
{
    private const string Guarded = "/guarded.io";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whom_the_authentication_middleware_found_is_the_sockets_user(bool polling)
    {
        await using var server = await StartAsync();
        Assert.Equal("ana", await WhoAsync(server, polling, "/socket.io/", "ana"));
        Assert.Equal("nobody", await WhoAsync(server, polling, "/socket.io/", null));
    }

    [Fact]
    public async Task The_user_of_the_handshake_stays_when_the_transport_changes()
    {
        await using var server = await StartAsync();
        server.Http.DefaultRequestHeaders.Add("X-Name", "ana");
        var client = await server.PollingAsync();
        await client.SendAsync("40");
        await client.PollAsync();
        server.Http.DefaultRequestHeaders.Clear();
        await using var socket = await server.WebSocketAsync($"EIO=4&transport=websocket&sid={client.Sid}");
        await socket.SendAsync("2probe");
        await socket.TextAsync();
        await socket.SendAsync("5");
        await socket.SendAsync("421[\"who\"]");

        Assert.Equal("431[\"ana\"]", await socket.TextAsync());
    }

    [Fact]
    public async Task A_guarded_endpoint_refuses_who_is_not_signed_in_with_401_before_any_handshake()
    {
        await using var server = await StartAsync();
        using var polling = await server.Http.GetAsync(Guarded + "/?EIO=4&transport=polling", TestServer.Cancellation);
        using var raw = await RawConnection.ConnectAsync(server.Address);
        await raw.SendAsync(RawConnection.Upgrade(Guarded + "/?EIO=4&transport=websocket"));

        Assert.Equal(HttpStatusCode.Unauthorized, polling.StatusCode);
        Assert.Empty(await polling.Content.ReadAsStringAsync(TestServer.Cancellation));
        Assert.StartsWith("HTTP/1.1 401", await raw.HeadAsync());
        Assert.Equal(0, server.IO.ConnectionCount);
    }

    [Fact]
    public async Task A_guarded_endpoint_answers_preflights_which_carry_no_credentials()
    {
        await using var server = await StartAsync();
        using var preflight = new HttpRequestMessage(HttpMethod.Options, Guarded + "/?EIO=4&transport=polling");
        preflight.Headers.Add("Origin", "https://app.example.com");
        preflight.Headers.Add("Access-Control-Request-Method", "GET");
        using var answer = await server.Http.SendAsync(preflight, TestServer.Cancellation);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_guarded_endpoint_lets_in_who_is_signed_in(bool polling)
    {
        await using var server = await StartAsync();

        Assert.Equal("ana", await WhoAsync(server, polling, Guarded + "/", "ana"));
    }

    [Fact]
    public async Task Every_request_of_a_guarded_session_is_checked()
    {
        await using var server = await StartAsync();
        server.Http.DefaultRequestHeaders.Add("X-Name", "ana");
        var client = await server.PollingAsync(Guarded + "/");
        server.Http.DefaultRequestHeaders.Clear();
        using var post = await client.PostAsync("40");

        Assert.Equal(HttpStatusCode.Unauthorized, post.StatusCode);
    }

    private static Task<TestServer> StartAsync() => TestServer.StartAsync(
        io => io.On("who", static (e, _) =>
        {
            e.Ack(e.Socket.User.Identity?.Name ?? "nobody");
            return Task.CompletedTask;
        }),
        services: static s =>
        {
            s.AddAuthentication("name").AddScheme<AuthenticationSchemeOptions, NameHeader>("name", null);
            s.AddAuthorization();
        },
        options: static o => o.Cors = new EngineCors { AnyOrigin = true },
        routes: static app => app.MapSocketIO(Guarded).RequireAuthorization());

    private static async Task<string> WhoAsync(TestServer server, bool polling, string path, string? name)
    {
        if (polling)
        {
            server.Http.DefaultRequestHeaders.Add("X-Name", name ?? "");
            var client = await server.PollingAsync(path);
            await client.SendAsync("40");
            await client.PollAsync();
            await client.SendAsync("421[\"who\"]");
            var answer = (await client.PollAsync()).Single();
            server.Http.DefaultRequestHeaders.Clear();
            return Name(answer);
        }

        var address = new UriBuilder(server.Address) { Scheme = "ws", Path = path, Query = "EIO=4&transport=websocket" }.Uri;
        await using var socket = await WireSocket.ConnectAsync(address, o =>
        {
            if (name is not null)
                o.SetRequestHeader("X-Name", name);
        });
        await socket.TextAsync();
        await socket.EnterAsync();
        await socket.SendAsync("421[\"who\"]");
        return Name(await socket.TextAsync());
    }

    private static string Name(string answer) => System.Text.Json.JsonElement.Parse(answer["431".Length..])[0].GetString()!;

    /// <summary>Believes whatever name a header says.</summary>
    private sealed class NameHeader(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory log, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, log, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
            Request.Headers["X-Name"] is [{ Length: > 0 } name]
                ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], "name")), "name"))
                : AuthenticateResult.NoResult());
    }
}
