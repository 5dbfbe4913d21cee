using System.Security.Claims;
using System.Text.Json;
using System.Text.RegularExpressions;
using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;

namespace Stoa.Conformance.Namespaces;

/// <summary>Socket.IO 5, "Connection to a namespace".</summary>
public sealed class ConnectTests
{
    [Theory]
    [InlineData("40", "40", "{}")]
    [InlineData("40/", "40", "{}")]
    [InlineData("40{\"token\":\"123\"}", "40", "{\"token\":\"123\"}")]
    [InlineData("40/custom,", "40/custom,", "{}")]
    [InlineData("40/custom", "40/custom,", "{}")]
    [InlineData("40/custom,{\"token\":\"abc\"}", "40/custom,", "{\"token\":\"abc\"}")]
    public async Task A_client_is_told_its_id_before_anything_else(string connect, string answer, string auth)
    {
        await using var server = await TestServer.StartAsync(io =>
        {
            io.OnConnection(async (socket, _) => await socket.EmitAsync("auth", socket.Handshake.Auth));
            io.Of("/custom").OnConnection(async (socket, _) => await socket.EmitAsync("auth", socket.Handshake.Auth));
        });
        await using var socket = await server.OpenAsync();
        await socket.SendAsync(connect);
        var told = await socket.TextAsync();

        Assert.StartsWith(answer, told);
        var handshake = JsonElement.Parse(told[answer.Length..]);
        Assert.Equal("sid", Assert.Single(handshake.EnumerateObject()).Name);
        Assert.Equal(20, handshake.GetProperty("sid").GetString()!.Length);
        Assert.Equal($"42{answer[2..]}[\"auth\",{auth}]", await socket.TextAsync());
    }

    [Fact]
    public async Task A_client_over_polling_enters_the_same_way()
    {
        await using var server = await TestServer.StartAsync(io => io.OnConnection(async (socket, _) => await socket.EmitAsync("auth", socket.Handshake.Auth)));
        var client = await server.PollingAsync();
        await client.SendAsync("40{\"a\":1}");
        var packets = new List<string>();
        while (packets.Count < 2)
            packets.AddRange(await client.PollAsync());

        Assert.StartsWith("40{\"sid\":\"", packets[0]);
        Assert.Equal("42[\"auth\",{\"a\":1}]", packets[1]);
    }

    [Fact]
    public async Task An_unknown_namespace_is_refused_and_the_connection_stays()
    {
        await using var server = await TestServer.StartAsync();
        await using var socket = await server.OpenAsync();
        await socket.SendAsync("40/random");
        Assert.Equal("44/random,{\"message\":\"Invalid namespace\"}", await socket.TextAsync());
        await socket.EnterAsync();
    }

    [Fact]
    public async Task One_connection_carries_many_namespaces_with_an_id_each()
    {
        await using var server = await TestServer.StartAsync(io => io.Of("/custom"));
        await using var socket = await server.ConnectAsync();
        var main = socket.Sid;
        await socket.EnterAsync("/custom");

        Assert.NotEqual(main, socket.Sid);
        Assert.Equal(1, server.IO.ConnectionCount);
    }

    [Theory]
    [InlineData("40", "second CONNECT")]
    [InlineData("42/custom,[\"x\"]", "event for a namespace not joined")]
    [InlineData("41/custom,", "leaving a namespace not joined")]
    [InlineData("43/custom,1[]", "ack for a namespace not joined")]
    public async Task A_packet_at_the_wrong_time_closes_the_connection(string packet, string why)
    {
        var ended = new Seen<DisconnectReason>();
        await using var server = await TestServer.StartAsync(io =>
        {
            io.Of("/custom");
            io.OnDisconnect((_, reason) =>
            {
                ended.Add(reason);
                return Task.CompletedTask;
            });
        });
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync(packet);

        Assert.Empty(await socket.ClosedAsync());
        Assert.True(await ended.NextAsync() == DisconnectReason.ForcedServerClose, why);
    }

    [Theory]
    [InlineData("4abc")]
    [InlineData("42{}")]
    [InlineData("42abc[\"x\",1]")]
    [InlineData("42[\"disconnect\"]")]
    [InlineData("44{\"message\":\"x\"}")]
    [InlineData("452-[\"x\",{\"_placeholder\":true,\"num\":2}]")]
    public async Task A_broken_packet_closes_the_connection_over_websocket_and_polling(string packet)
    {
        var ended = new Seen<DisconnectReason>();
        await using var server = await TestServer.StartAsync(io => io.OnDisconnect((_, reason) =>
        {
            ended.Add(reason);
            return Task.CompletedTask;
        }));
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync(packet);
        Assert.Empty(await socket.ClosedAsync());
        Assert.Equal(DisconnectReason.ForcedClose, await ended.NextAsync());

        var client = await server.PollingAsync();
        await client.SendAsync("40");
        await client.PollAsync();
        using var post = await client.PostAsync(packet);
        Assert.Equal(DisconnectReason.ForcedClose, await ended.NextAsync());
        Assert.Equal(["1"], await client.PollAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Text_between_attachments_and_binary_without_packet_close_the_connection(bool text)
    {
        await using var server = await TestServer.StartAsync();
        await using var socket = await server.ConnectAsync();
        if (text)
        {
            await socket.SendAsync("451-[\"x\",{\"_placeholder\":true,\"num\":0}]");
            await socket.SendAsync("42[\"x\"]");
        }
        else
        {
            await socket.SendAsync([1, 2, 3]);
        }

        Assert.Empty(await socket.ClosedAsync());
    }

    [Fact]
    public async Task Who_enters_no_namespace_in_time_is_closed()
    {
        await using var server = await TestServer.StartAsync(options: o => o.ConnectTimeout = TimeSpan.FromMilliseconds(100));
        await using var refused = await server.OpenAsync();
        await refused.SendAsync("40/random");
        Assert.Equal(["44/random,{\"message\":\"Invalid namespace\"}"], await refused.ClosedAsync());
    }

    [Fact]
    public async Task The_connection_outlives_its_last_namespace()
    {
        await using var server = await TestServer.StartAsync(options: o =>
        {
            o.ConnectTimeout = TimeSpan.FromMilliseconds(50);
            o.PingInterval = TimeSpan.FromMilliseconds(200);
        });
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync("41");
        // The next thing is a ping, long after the time for entering a namespace.
        Assert.Equal("2", await socket.TextAsync());
        await socket.EnterAsync();
    }

    [Fact]
    public async Task Leaving_one_namespace_keeps_the_others_and_it_can_be_entered_again()
    {
        var ended = new Seen<string>();
        await using var server = await TestServer.StartAsync(io =>
        {
            io.On("message", async (e, _) => await e.Socket.EmitArgsAsync("message-back", [.. e.Args]));
            io.Of("/custom").OnDisconnect((socket, reason) =>
            {
                ended.Add($"{socket.Namespace.Name} {reason.ToText()}");
                return Task.CompletedTask;
            });
        });
        await using var socket = await server.ConnectAsync();
        await socket.EnterAsync("/custom");
        await socket.SendAsync("41/custom");
        await socket.SendAsync("42[\"message\",\"message to main namespace\"]");
        Assert.Equal("42[\"message-back\",\"message to main namespace\"]", await socket.TextAsync());
        Assert.Equal("/custom client namespace disconnect", await ended.NextAsync());
        await socket.EnterAsync("/custom");
    }

    [Fact]
    public async Task Limits_on_connects_and_namespaces_close_the_connection()
    {
        await using var server = await TestServer.StartAsync(
            io => io.Of(new Regex("^/room-")),
            o => (o.MaxConnectsPerConnection, o.MaxNamespacesPerConnection) = (5, 2));
        await using var many = await server.OpenAsync();
        await many.EnterAsync("/room-1");
        await many.EnterAsync("/room-2");
        await many.SendAsync("40/room-3,");
        Assert.Empty(await many.ClosedAsync());

        await using var often = await server.OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            await often.SendAsync("40/no");
            Assert.StartsWith("44/no", await often.TextAsync());
        }

        await often.SendAsync("40/no");
        Assert.Empty(await often.ClosedAsync());
    }

    [Fact]
    public async Task Dynamic_namespaces_are_made_by_a_pattern_or_a_function_and_vanish_with_their_last_client()
    {
        await using var server = await TestServer.StartAsync(io =>
        {
            io.Of(new Regex(@"^/tenant-\d+$")).On("who", (e, _) =>
            {
                e.Ack(e.Socket.Namespace.Name);
                return Task.CompletedTask;
            });
            io.Of((name, auth, _) => new ValueTask<bool>(name == "/vip" && auth.TryGetProperty("vip", out var vip) && vip.GetBoolean()));
        });
        await using var one = await server.ConnectAsync("/tenant-1");
        await using var two = await server.ConnectAsync("/tenant-2");
        await two.EnterAsync("/vip", "{\"vip\":true}");
        await one.SendAsync("42/tenant-1,1[\"who\"]");
        Assert.Equal("43/tenant-1,1[\"/tenant-1\"]", await one.TextAsync());
        await server.IO.Of("/tenant-2").EmitAsync("only two");
        Assert.Equal("42/tenant-2,[\"only two\"]", await two.TextAsync());

        await one.SendAsync("40/vip,{}");
        Assert.Equal("44/vip,{\"message\":\"Invalid namespace\"}", await one.TextAsync());
        await one.SendAsync("40/tenant-x,");
        Assert.Equal("44/tenant-x,{\"message\":\"Invalid namespace\"}", await one.TextAsync());

        await one.CloseAsync();
        await Wait.Until(() => server.IO.Find("/tenant-1") is null);
        Assert.NotNull(server.IO.Find("/tenant-2"));
        Assert.Throws<InvalidOperationException>(() => server.IO.Of("/tenant-1"));
        await using var again = await server.ConnectAsync("/tenant-1");
        Assert.NotNull(server.IO.Find("/tenant-1"));
    }

    [Fact]
    public async Task Middleware_runs_in_order_may_set_the_user_and_join_rooms()
    {
        var connected = new Seen<Socket>();
        await using var server = await TestServer.StartAsync(io =>
        {
            io.Use(async (socket, next, _) =>
            {
                socket.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim("name", socket.Handshake.Auth.GetProperty("name").GetString()!)], "test"));
                await socket.JoinAsync("early");
                await next();
            });
            io.Use(async (socket, next, _) =>
            {
                socket.Data["seen"] = socket.User.FindFirst("name")!.Value;
                await next();
            });
            io.OnConnection((socket, _) =>
            {
                connected.Add(socket);
                return Task.CompletedTask;
            });
        });
        await using var client = await server.ConnectAsync("/", "{\"name\":\"ana\"}");
        var socket = await connected.NextAsync();

        Assert.Equal(("ana", client.Sid), (socket.Data["seen"], socket.Id));
        Assert.Equal([client.Sid, "early"], socket.Rooms);
        await server.IO.To("early").EmitAsync("hi");
        Assert.Equal("42[\"hi\"]", await client.TextAsync());
    }

    [Fact]
    public async Task A_refusal_tells_its_message_and_data_and_the_connection_stays()
    {
        var attempts = 0;
        await using var server = await TestServer.StartAsync(io => io.Use(async (socket, next, _) =>
        {
            await socket.JoinAsync("room");
            if (++attempts == 1)
                throw new SocketRefusedException("not authorized", new { Retry = true });
            if (attempts == 2)
                throw new SocketRefusedException("nö");
            if (attempts == 3)
                throw new InvalidDataException("a secret");
            if (attempts > 4)
                await next();
        }));
        await using var socket = await server.OpenAsync();
        foreach (var expected in new[]
        {
            "44{\"message\":\"not authorized\",\"data\":{\"retry\":true}}",
            "44{\"message\":\"nö\"}",
            "44{\"message\":\"Connection refused\"}",
            "44{\"message\":\"Connection refused\"}",
        })
        {
            await socket.SendAsync("40");
            Assert.Equal(expected, await socket.TextAsync());
            Assert.False(server.IO.Of("/").Adapter.HasLocalMembers("room"));
        }

        await socket.EnterAsync();
        Assert.Single(server.Log.Named("SocketAdmissionFailed"));
        Assert.True(server.IO.Of("/").Adapter.HasLocalMembers("room"));
    }

    [Fact]
    public async Task A_client_is_nowhere_until_middleware_has_let_it_in()
    {
        var (entered, release) = (new Seen<Socket>(), new TaskCompletionSource());
        await using var server = await TestServer.StartAsync(io => io.Use(async (socket, next, _) =>
        {
            await socket.JoinAsync("room");
            entered.Add(socket);
            await release.Task;
            await next();
        }));
        await using var client = await server.OpenAsync();
        await client.SendAsync("40");
        await entered.NextAsync();
        await server.IO.EmitAsync("too early");
        await server.IO.To("room").EmitAsync("too early");

        Assert.Equal(0, server.IO.Of("/").LocalCount);
        Assert.Empty(await server.IO.FetchSocketsAsync(TestServer.Cancellation));
        release.SetResult();
        Assert.StartsWith("40{", await client.TextAsync());
        await server.IO.To("room").EmitAsync("now");
        Assert.Equal("42[\"now\"]", await client.TextAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_middleware_sends_follows_the_answer(bool recovery)
    {
        await using var server = await TestServer.StartAsync(
            io => io.Use(async (socket, next, _) =>
            {
                await socket.EmitAsync("early");
                await next();
            }),
            o => o.Recovery = recovery ? new SocketIO.Recovery.RecoveryOptions() : null);
        await using var client = await server.ConnectAsync();

        Assert.Equal("42[\"early\"]", await client.TextAsync());
    }

    [Fact]
    public async Task A_client_that_leaves_during_middleware_never_connects()
    {
        var (entered, release, connected) = (new Seen<int>(), new TaskCompletionSource(), 0);
        await using var server = await TestServer.StartAsync(io =>
        {
            io.Use(async (_, next, _) =>
            {
                entered.Add(1);
                await release.Task;
                await next();
            });
            io.OnConnection((_, _) =>
            {
                connected++;
                return Task.CompletedTask;
            });
            io.OnDisconnect((_, _) =>
            {
                connected++;
                return Task.CompletedTask;
            });
        });
        await using var client = await server.OpenAsync();
        await client.SendAsync("40");
        await entered.NextAsync();
        await client.CloseAsync();
        await Wait.Until(() => server.IO.ConnectionCount == 0);
        release.SetResult();
        await using var other = await server.ConnectAsync();

        await Wait.Until(() => connected == 1);
        Assert.Equal(1, server.IO.Of("/").LocalCount);
    }

    [Fact]
    public async Task The_handshake_tells_headers_query_auth_address_and_time()
    {
        var connected = new Seen<Socket>();
        await using var server = await TestServer.StartAsync(io => io.OnConnection((socket, _) =>
        {
            connected.Add(socket);
            return Task.CompletedTask;
        }));
        await using var client = await WireSocket.ConnectAsync(
            new UriBuilder(server.Address) { Scheme = "ws", Path = "/socket.io/", Query = "EIO=4&transport=websocket&token=t%20x" }.Uri,
            o => o.SetRequestHeader("X-Test", "yes"));
        await client.TextAsync();
        await client.EnterAsync("/", "{\"a\":{\"b\":1}}");
        var handshake = (await connected.NextAsync()).Handshake;

        Assert.Equal("yes", handshake.Headers["x-test"]);
        Assert.Equal("t x", handshake.Query["token"]);
        Assert.Equal(1, handshake.Auth.GetProperty("a").GetProperty("b").GetInt32());
        Assert.Equal("127.0.0.1", handshake.RemoteAddress!.ToString());
        Assert.True(DateTimeOffset.UtcNow - handshake.Time < TimeSpan.FromMinutes(1));
        Assert.Equal(("/socket.io/", false), (handshake.Connection.Path, handshake.Connection.IsSecure));
    }
}
