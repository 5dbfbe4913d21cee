using System.Text.Json;
using Stoa.SocketIO;
using Stoa.SocketIO.Admin;

namespace Stoa.Conformance.Admin;

/// <summary>The namespace of the Socket.IO admin UI: what it is shown and what it may do.</summary>
public sealed class AdminTests
{
    private const string Credentials = """{"username":"root","password":"secret"}""";

    [Fact]
    public async Task Without_the_right_credentials_nobody_looks()
    {
        await using var server = await StartAsync();

        foreach (var auth in (string[])["", "{}", """{"username":"root"}""", """{"username":"root","password":"guess"}""", """{"sessionId":"made-up"}""", """{"username":1,"password":2}"""])
        {
            await using var ui = await server.OpenAsync();
            await ui.SendAsync("40/admin," + auth);
            Assert.Equal("""44/admin,{"message":"invalid credentials"}""", await ui.TextAsync());
        }
    }

    [Fact]
    public async Task Signing_in_shows_what_is_there_and_gives_a_session_for_the_next_time()
    {
        await using var server = await StartAsync();
        await using var client = await server.ConnectAsync();
        await server.IO.SocketsJoinAsync("lobby");

        await using var ui = await server.ConnectAsync("/admin", Credentials);
        var session = await NextAsync(ui, "session");
        var config = await NextAsync(ui, "config");
        var stats = await NextAsync(ui, "server_stats");
        var sockets = (await NextAsync(ui, "all_sockets"))[1];

        Assert.Contains("DISCONNECT", config[1].GetProperty("supportedFeatures").EnumerateArray().Select(static f => f.GetString()));
        Assert.Equal(2, stats[1].GetProperty("clientsCount").GetInt32());
        var shown = Assert.Single(sockets.EnumerateArray(), s => s.GetProperty("nsp").GetString() == "/");
        Assert.Equal(client.Sid, shown.GetProperty("id").GetString());
        Assert.Equal("websocket", shown.GetProperty("transport").GetString());
        Assert.Equal([client.Sid, "lobby"], shown.GetProperty("rooms").EnumerateArray().Select(static r => r.GetString()!));
        await using var again = await server.ConnectAsync("/admin", $$"""{"sessionId":"{{session[1].GetString()}}"}""");
        await NextAsync(again, "config");
    }

    [Fact]
    public async Task Secrets_of_clients_are_not_shown()
    {
        await using var server = await StartAsync();
        await using var client = await server.WebSocketAsync("EIO=4&transport=websocket&token=query-secret");
        var opened = JsonElement.Parse((await client.TextAsync())[1..]);
        await client.EnterAsync(auth: """{"token":"auth-secret"}""");

        await using var ui = await server.ConnectAsync("/admin", Credentials);
        var sockets = (await NextAsync(ui, "all_sockets"))[1].GetRawText();

        Assert.Contains(opened.GetProperty("sid").GetString()![..12], sockets, StringComparison.Ordinal);
        Assert.DoesNotContain(opened.GetProperty("sid").GetString()!, sockets, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", sockets, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_happens_to_sockets_is_told_as_it_happens()
    {
        await using var server = await StartAsync();
        await using var ui = await server.ConnectAsync("/admin", Credentials);
        await NextAsync(ui, "all_sockets");

        var client = await server.ConnectAsync();
        Assert.Equal(client.Sid, (await NextAsync(ui, "socket_connected"))[1].GetProperty("id").GetString());
        await server.IO.SocketsJoinAsync("lobby");
        Assert.Equal(["/", "lobby", client.Sid], Told(await NextAsync(ui, "room_joined")));
        await server.IO.SocketsJoinAsync("lobby", "hall");
        Assert.Equal(["/", "hall", client.Sid], Told(await NextAsync(ui, "room_joined")));
        await server.IO.SocketsLeaveAsync("lobby", "elsewhere");
        Assert.Equal(["/", "lobby", client.Sid], Told(await NextAsync(ui, "room_left")));
        await client.CloseAsync();
        Assert.Equal(["/", client.Sid, "transport close"], Told(await NextAsync(ui, "socket_disconnected")));
        Assert.Equal(["/", client.Sid, client.Sid], Told(await NextAsync(ui, "room_left")));
        Assert.Equal(["/", "hall", client.Sid], Told(await NextAsync(ui, "room_left")));
    }

    [Fact]
    public async Task Events_are_told_to_who_asked_for_them()
    {
        await using var server = await StartAsync(AdminDetail.Events);
        await using var ui = await server.ConnectAsync("/admin", Credentials);
        await NextAsync(ui, "all_sockets");
        await using var client = await server.ConnectAsync();

        await client.SendAsync("""42["question",{"n":1}]""");
        var received = await NextAsync(ui, "event_received");
        await server.IO.EmitAsync("news", "all", new byte[] { 1, 2 });
        var sent = await NextAsync(ui, "event_sent");

        Assert.Equal(["/", client.Sid, """["question",{"n":1}]"""], Told(received));
        Assert.Equal(["/", client.Sid, """["news","all",{"_placeholder":true,"num":0}]"""], Told(sent));
    }

    [Fact]
    public async Task Figures_alone_tell_nothing_of_anybody()
    {
        await using var server = await StartAsync(AdminDetail.Figures);
        await using var client = await server.ConnectAsync();
        await using var ui = await server.ConnectAsync("/admin", Credentials);
        var features = (await NextAsync(ui, "config"))[1].GetProperty("supportedFeatures").EnumerateArray().Select(static f => f.GetString());
        await server.IO.SocketsJoinAsync("lobby");
        await server.IO.EmitAsync("news");

        Assert.DoesNotContain("ALL_EVENTS", features);
        for (var i = 0; i < 3; i++)
            Assert.StartsWith("42/admin,[\"server_stats\"", await ui.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_out_of_range_stop_the_start()
    {
        foreach (var change in (Action<AdminOptions>[])[o => o.Detail = (AdminDetail)7, o => o.Interval = TimeSpan.Zero, o => o.MaxSocketsShown = 0, o => o.Authenticate = null])
        {
            var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => TestServer.StartAsync(io => io.MapAdmin("/admin", o =>
            {
                o.Authenticate = static (_, _, _) => new(true);
                change(o);
            })));
            Assert.Contains(nameof(AdminOptions), fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_counts_of_an_interval_are_told()
    {
        await using var server = await StartAsync();
        await using var ui = await server.ConnectAsync("/admin", Credentials);
        await NextAsync(ui, "all_sockets");
        await using var client = await server.ConnectAsync();

        var types = new HashSet<string>();
        while (!types.IsSupersetOf(["rawConnection", "packetsIn", "packetsOut", "bytesIn", "bytesOut"]))
            types.UnionWith((await NextAsync(ui, "server_stats"))[1].GetProperty("aggregatedEvents").EnumerateArray().Select(static e => e.GetProperty("type").GetString()!));
    }

    [Fact]
    public async Task The_ui_emits_moves_and_disconnects()
    {
        await using var server = await StartAsync();
        await using var ui = await server.ConnectAsync("/admin", Credentials);
        await NextAsync(ui, "all_sockets");
        await using var one = await server.ConnectAsync();
        await using var other = await server.ConnectAsync();

        await ui.SendAsync($$"""42/admin,["join","/","vip","{{one.Sid}}"]""");
        await NextAsync(ui, "room_joined");
        await ui.SendAsync("""42/admin,["emit","/","vip","hello",{"n":1},"x"]""");
        Assert.Equal("""42["hello",{"n":1},"x"]""", await one.TextAsync());
        await ui.SendAsync("""42/admin,["emit","/",null,"all"]""");
        Assert.Equal("""42["all"]""", await one.TextAsync());
        Assert.Equal("""42["all"]""", await other.TextAsync());
        await ui.SendAsync("""42/admin,["leave","/","vip",null]""");
        await NextAsync(ui, "room_left");
        await ui.SendAsync($$"""42/admin,["_disconnect","/",false,"{{one.Sid}}"]""");
        Assert.Equal("41", await one.TextAsync());
        await ui.SendAsync("""42/admin,["_disconnect","/",true,null]""");
        Assert.Contains("41", await other.ClosedAsync());
    }

    [Fact]
    public async Task Commands_that_make_no_sense_are_logged_and_harm_nobody()
    {
        await using var server = await StartAsync();
        await using var ui = await server.ConnectAsync("/admin", Credentials);
        await NextAsync(ui, "all_sockets");
        await using var client = await server.ConnectAsync();

        foreach (var command in (string[])["""["emit"]""", """["emit","/nowhere",null,"x"]""", """["join","/",5,null]""", """["_disconnect","/","yes",null]""", """["emit","/",null,"connect"]""", """["unknown"]"""])
            await ui.SendAsync("42/admin," + command);
        await ui.SendAsync("""42/admin,["emit","/",null,"still alive"]""");

        Assert.Equal("""42["still alive"]""", await client.TextAsync());
    }

    [Fact]
    public async Task A_read_only_ui_can_do_nothing()
    {
        await using var server = await StartAsync(isReadOnly: true);
        await using var ui = await server.ConnectAsync("/admin", Credentials);
        var features = (await NextAsync(ui, "config"))[1].GetProperty("supportedFeatures").EnumerateArray().Select(static f => f.GetString());
        await NextAsync(ui, "all_sockets");
        await using var client = await server.ConnectAsync();

        await ui.SendAsync("""42/admin,["emit","/",null,"x"]""");
        await ui.SendAsync("""42/admin,["_disconnect","/",true,null]""");
        await server.IO.EmitAsync("still", "here");

        Assert.Equal(["AGGREGATED_EVENTS", "ALL_EVENTS"], features);
        Assert.Equal("""42["still","here"]""", await client.TextAsync());
    }

    private static Task<TestServer> StartAsync(AdminDetail detail = AdminDetail.Sockets, bool isReadOnly = false) => TestServer.StartAsync(io => io.MapAdmin("/admin", o =>
    {
        o.Authenticate = static (name, password, _) => new(name == "root" && password == "secret");
        o.Detail = detail;
        o.IsReadOnly = isReadOnly;
        o.Interval = TimeSpan.FromMilliseconds(100);
    }));

    /// <summary>The arguments of what was told, as text, without the time at their end.</summary>
    private static IEnumerable<string> Told(JsonElement told)
    {
        Assert.Equal(DateTimeOffset.UtcNow, told[told.GetArrayLength() - 1].GetDateTimeOffset(), TimeSpan.FromMinutes(1));
        return told.EnumerateArray().Skip(1).SkipLast(1).Select(static a => a.ValueKind == JsonValueKind.String ? a.GetString()! : a.GetRawText());
    }

    /// <summary>Reads on to the next event of this name; its array, name included.</summary>
    private static async Task<JsonElement> NextAsync(WireSocket ui, string name)
    {
        while (true)
        {
            var text = await ui.TextAsync();
            if (text.StartsWith($"42/admin,[\"{name}\"", StringComparison.Ordinal))
                return JsonElement.Parse(text["42/admin,".Length..]);
        }
    }
}
