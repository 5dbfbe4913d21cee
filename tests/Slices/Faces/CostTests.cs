using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Realtime;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Faces;

/// <summary>Every route and event takes from a share: its account's and its network's.</summary>
public sealed class CostTests
{
    private static readonly (string, string) BehindProxy = ("Listen:KnownProxies", "127.0.0.1");

    // What strangers may ask for without end costs nothing to answer, or is counted where it is done.
    private static readonly string[] Free = ["Socket.IO"];

    [Fact]
    public void Every_route_declares_what_it_costs()
    {
        var routes = StoaServer.For(Database.Sqlite).Services.GetRequiredService<EndpointDataSource>().Endpoints;

        Assert.True(routes.Count > 100, $"only {routes.Count} routes");
        Assert.Empty(routes.Where(static r => r.Metadata.GetMetadata<RequestCost>() is null).Select(static r => r.DisplayName));
        Assert.Equal(Free, routes.Where(static r => r.Metadata.GetMetadata<RequestCost>() is { Permits: 0 }).Select(static r => r.DisplayName!).Distinct());
    }

    [Fact]
    public void Every_door_at_which_strangers_present_a_credential_says_so()
    {
        // Signing in and up have limits of their own, and so has what is signed and therefore looked up nowhere.
        string[] counted = ["/auth/login", "/api/auth/login", "/api/v1/auth/login", "/auth/token", "/api/auth/token", "/auth/register", "/api/auth/register", "/api/auth/register-enhanced",
            "/api/v1/auth/register", "/auth/passkeys/sign-in/options", "/api/auth/passkeys/sign-in/options", "/api/admin/login", "/auth/verify", "/api/v1/auth/verify", "/twilio_webhook", "/api/twilio_webhook"];
        var writes = StoaServer.For(Database.Sqlite).Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(static r => r.Metadata.GetMetadata<IAuthorizeData>() is null && r.Metadata.GetMetadata<HttpMethodMetadata>() is { } methods && methods.HttpMethods.Any(static m => m is "POST" or "PUT" or "PATCH" or "DELETE"));

        Assert.Empty(writes.Where(static r => r.Metadata.GetMetadata<PresentsCredential>() is null).Select(static r => r.RoutePattern.RawText!).Except(counted));
    }

    [Theory, EachDatabase]
    public async Task An_account_that_asks_too_much_is_told_when_to_come_back_at_every_door(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock, ("RateLimit:RequestsPerMinute", "30"));
        using var eve = await stoa.RegisterAsync("eve");
        using var ana = await stoa.RegisterAsync("ana");

        for (var i = 0; i < 30; i++)
            (await eve.GetAsync("/auth/me")).Is(200);
        var refused = (await eve.GetAsync("/auth/me")).IsRefusal(429, "rate.requests");
        (await eve.PostAsync("/messages", new { recipient_id = ana.Id, content = "hello" })).IsRefusal(429, "rate.requests");
        (await eve.GetAsync("/no-such-route")).IsRefusal(429, "rate.requests");

        (await ana.GetAsync("/auth/me")).Is(200);
        clock.Advance(TimeSpan.FromSeconds(int.Parse(refused.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture)));
        (await eve.GetAsync("/auth/me")).Is(200);
    }

    [Theory, EachDatabase]
    public async Task A_network_that_asks_too_much_leaves_others_alone(Database database)
    {
        await using var stoa = StoaServer.Start(database, new ManualClock(), BehindProxy, ("RateLimit:RequestsPerNetworkPerMinute", "20"));
        async Task<int> AskAsync(string address)
        {
            using var one = stoa.Stranger();
            one.UseHeader("X-Forwarded-For", address);
            return (await one.GetAsync("/health")).Status;
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => AskAsync($"2001:db8:1:2::{i:x}")));

        Assert.Equal((20, 30), (answers.Count(static s => s == 200), answers.Count(static s => s == 429)));
        Assert.Equal(200, await AskAsync("2001:db8:1:3::1"));
        for (var i = 0; i < 25; i++)
            Assert.Equal(200, await AskAsync("127.0.0.1"));
    }

    [Theory, EachDatabase]
    public async Task Events_of_all_names_and_requests_take_from_one_share(Database database)
    {
        await using var stoa = StoaServer.Start(database, new ManualClock(), ("RateLimit:RequestsPerMinute", "10"));
        using var eve = await stoa.RegisterAsync("eve");
        using var ana = await stoa.RegisterAsync("ana");
        await using var socket = await LiveSocket.ConnectAsync(eve);

        // One for the connection, and a page of messages is dearer than the rest.
        await socket.EmitAsync(Events.DmLeaveConversation, new { conversationId = "1" });
        for (var i = 0; i < 3; i++)
            (await eve.GetAsync("/auth/me")).Is(200);
        await socket.EmitAsync(Events.DmHistory, new { conversationId = "1" });
        var refused = await socket.EmitAsync(Events.DmLeaveConversation, new { conversationId = "1" });

        Assert.Equal("rate.requests", refused.GetProperty("code").GetString());
        Assert.Equal("rate.requests", (await socket.TakeAsync(Events.DmError, e => e.GetProperty("code").GetString() == "rate.requests")).GetProperty("code").GetString());
        Assert.Equal("rate.requests", (await socket.EmitAsync("no:such_event", new { })).GetProperty("code").GetString());
        (await eve.GetAsync("/auth/me")).IsRefusal(429, "rate.requests");
        await using var other = await LiveSocket.ConnectAsync(ana);
        Assert.True((await other.EmitAsync(Events.DmLeaveConversation, new { conversationId = "1" })).GetProperty("success").GetBoolean());
    }

    [Theory, EachDatabase]
    public async Task An_account_has_so_many_sockets_and_no_more(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("SocketIO:MaxPerAccount", "3"));
        using var eve = await stoa.RegisterAsync("eve");
        using var ana = await stoa.RegisterAsync("ana");

        var open = new List<LiveSocket>();
        for (var i = 0; i < 3; i++)
            open.Add(await LiveSocket.ConnectAsync(eve));
        var refused = await HandshakeAsync(stoa, eve);
        Assert.Contains("socket.too_many", refused, StringComparison.Ordinal);
        await using var other = await LiveSocket.ConnectAsync(ana);

        await open[0].DisposeAsync();
        await Eventually.GetAsync(() => HandshakeAsync(stoa, eve).GetAwaiter().GetResult(), static text => text.StartsWith("40{\"sid\"", StringComparison.Ordinal), static text => text);
        foreach (var socket in open)
            await socket.DisposeAsync();
    }

    [Fact]
    public async Task The_description_is_made_once_and_sent_small_and_only_to_who_has_it_not()
    {
        using var http = new HttpClient { BaseAddress = StoaServer.For(Database.Sqlite).Address };
        var plain = await http.GetByteArrayAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
        using var ask = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json") { Headers = { AcceptEncoding = { new StringWithQualityHeaderValue("gzip") } } };
        using var small = await http.SendAsync(ask, TestContext.Current.CancellationToken);
        using var again = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json")
        {
            Headers = { AcceptEncoding = { new StringWithQualityHeaderValue("gzip") }, IfNoneMatch = { small.Headers.ETag! } },
        };
        using var same = await http.SendAsync(again, TestContext.Current.CancellationToken);

        Assert.Equal("gzip", Assert.Single(small.Content.Headers.ContentEncoding));
        Assert.InRange(small.Content.Headers.ContentLength!.Value, 1, plain.Length / 5);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        Assert.Equal("/", System.Text.Json.JsonDocument.Parse(plain).RootElement.GetProperty("servers")[0].GetProperty("url").GetString());
    }

    /// <summary>What a CONNECT over polling is answered.</summary>
    private static async Task<string> HandshakeAsync(StoaServer stoa, Person person)
    {
        using var http = new HttpClient { BaseAddress = stoa.Address };
        var open = await http.GetStringAsync("/socket.io/?EIO=4&transport=polling");
        var sid = System.Text.Json.JsonDocument.Parse(open[1..]).RootElement.GetProperty("sid").GetString();
        using var connect = new StringContent($$"""40{"token":"{{person.Token}}"}""");
        (await http.PostAsync($"/socket.io/?EIO=4&transport=polling&sid={sid}", connect)).EnsureSuccessStatusCode();
        var answer = await http.GetStringAsync($"/socket.io/?EIO=4&transport=polling&sid={sid}");
        using var close = new StringContent("1");
        await http.PostAsync($"/socket.io/?EIO=4&transport=polling&sid={sid}", close);
        return answer;
    }
}
