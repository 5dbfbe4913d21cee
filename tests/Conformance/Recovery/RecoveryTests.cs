using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Recovery;

namespace Stoa.Conformance.Recovery;

/// <summary>Connection state recovery (reference behaviour, clients 4.6 and later).</summary>
public sealed class RecoveryTests
{
    private static Task<TestServer> Start(Action<SocketIOBuilder>? io = null, RecoveryOptions? recovery = null, ManualClock? clock = null) => TestServer.StartAsync(
        io,
        o => o.Recovery = recovery ?? new RecoveryOptions(),
        services: s =>
        {
            if (clock is not null)
                s.AddSingleton<TimeProvider>(clock);
        });

    private static string Pid(WireSocket client) => client.Handshake.GetProperty("pid").GetString()!;

    private static async Task<string> OffsetAsync(WireSocket client, string start)
    {
        var text = await client.TextAsync();
        Assert.StartsWith(start, text);
        return JsonElement.Parse(text[2..]).EnumerateArray().Last().GetString()!;
    }

    private static async Task<(string Sid, string Pid, string Offset)> LoseAsync(TestServer server, params string[] rooms)
    {
        await using var client = await server.ConnectAsync();
        await server.IO.To(client.Sid).SocketsJoinAsync(rooms);
        await server.IO.To(client.Sid).EmitAsync("first");
        var offset = await OffsetAsync(client, "42[\"first\",\"");
        await server.LoseAsync(client);
        return (client.Sid, Pid(client), offset);
    }

    private static async Task<WireSocket> ReturnAsync(TestServer server, string pid, string offset)
    {
        var client = await server.OpenAsync();
        await client.SendAsync($"40{{\"pid\":\"{pid}\",\"offset\":\"{offset}\"}}");
        return client;
    }

    [Fact]
    public async Task A_lost_client_gets_back_its_id_rooms_data_user_and_what_it_missed_before_the_answer()
    {
        var connected = new Seen<Socket>();
        var admitted = 0;
        await using var server = await Start(io =>
        {
            io.Use(async (socket, next, _) =>
            {
                admitted++;
                socket.Data["name"] = "ana";
                socket.User = new(new System.Security.Claims.ClaimsIdentity([new("sub", "7")], "test"));
                await next();
            });
            io.OnConnection((socket, _) =>
            {
                connected.Add(socket);
                return Task.CompletedTask;
            });
        });
        var (sid, pid, offset) = await LoseAsync(server, "room");
        Assert.False((await connected.NextAsync()).IsRecovered);
        await server.IO.EmitAsync("for all", new byte[] { 1 });
        await server.IO.To("room").EmitAsync("for the room");
        await server.IO.To(sid).EmitAsync("for you");
        await server.IO.To("other").EmitAsync("for others");
        await server.IO.Except("room").EmitAsync("not for you");
        await server.IO.Volatile.EmitAsync("volatile");
        await using var client = await ReturnAsync(server, pid, offset);

        Assert.StartsWith("451-[\"for all\",{\"_placeholder\":true,\"num\":0},\"", await client.TextAsync());
        Assert.Equal([1], await client.BinaryAsync());
        Assert.StartsWith("42[\"for the room\",\"", await client.TextAsync());
        Assert.StartsWith("42[\"for you\",\"", await client.TextAsync());
        Assert.Equal($"40{{\"sid\":\"{sid}\",\"pid\":\"{pid}\"}}", await client.TextAsync());
        var socket = await connected.NextAsync();
        Assert.True(socket.IsRecovered);
        Assert.Equal(("ana", "7", 1), (socket.Data["name"], socket.User.FindFirst("sub")!.Value, admitted));
        Assert.Equal([sid, "room"], socket.Rooms);
        await server.IO.To("room").EmitAsync("live again");
        Assert.StartsWith("42[\"live again\",\"", await client.TextAsync());
    }

    [Fact]
    public async Task Every_plain_event_carries_an_offset_and_no_other_packet_does()
    {
        await using var server = await Start(io => io.On("ask", async (e, cancellation) =>
        {
            e.Ack(1);
            await e.Socket.EmitAsync("direct");
            await e.Socket.Volatile.EmitAsync("volatile");
            _ = e.Socket.EmitWithAckAsync<int>("question", TimeSpan.FromSeconds(20));
            await e.Socket.Namespace.EmitAsync("broadcast");
        }));
        await using var client = await server.ConnectAsync();
        Assert.Equal(20, Pid(client).Length);
        Assert.NotEqual(client.Sid, Pid(client));
        await client.SendAsync("421[\"ask\"]");

        Assert.Equal("431[1]", await client.TextAsync());
        var first = await OffsetAsync(client, "42[\"direct\",\"");
        Assert.Equal("42[\"volatile\"]", await client.TextAsync());
        Assert.Equal("420[\"question\"]", await client.TextAsync());
        Assert.True(string.CompareOrdinal(first, await OffsetAsync(client, "42[\"broadcast\",\"")) < 0);
    }

    [Theory]
    [InlineData("unknown pid")]
    [InlineData("unknown offset")]
    [InlineData("no offset")]
    [InlineData("taken already")]
    public async Task Who_cannot_be_recovered_starts_anew_as_if_nothing_had_been_sent(string why)
    {
        await using var server = await Start();
        var (sid, pid, offset) = await LoseAsync(server, "room");
        await server.IO.EmitAsync("missed");
        WireSocket? taken = null;
        if (why == "taken already")
        {
            taken = await ReturnAsync(server, pid, offset);
            await taken.TextAsync();
            Assert.StartsWith($"40{{\"sid\":\"{sid}\"", await taken.TextAsync());
        }

        await using var client = await server.OpenAsync();
        await client.SendAsync(why switch
        {
            "unknown pid" => $"40{{\"pid\":\"nobody\",\"offset\":\"{offset}\"}}",
            "unknown offset" => $"40{{\"pid\":\"{pid}\",\"offset\":\"other\"}}",
            "no offset" => $"40{{\"pid\":\"{pid}\"}}",
            _ => $"40{{\"pid\":\"{pid}\",\"offset\":\"{offset}\"}}",
        });
        var answer = JsonElement.Parse((await client.TextAsync())[2..]);

        Assert.NotEqual(sid, answer.GetProperty("sid").GetString());
        Assert.NotEqual(pid, answer.GetProperty("pid").GetString());
        Assert.Equal(why == "taken already", server.IO.Of("/").Adapter.HasLocalMembers("room"));
        if (taken is not null)
            await taken.DisposeAsync();
    }

    [Theory]
    [InlineData("41", false)]
    [InlineData("8", false)]
    [InlineData("1", true)]
    [InlineData("2", true)]
    [InlineData("4broken", true)]
    [InlineData("40", true)]
    public async Task Only_an_end_that_nobody_wanted_is_recoverable(string packet, bool recoverable)
    {
        await using var server = await Start();
        await using var lost = await server.ConnectAsync();
        await server.IO.EmitAsync("first");
        var offset = await OffsetAsync(lost, "42[\"first\",\"");
        await server.LoseAsync(lost, () => lost.SendAsync(packet));
        await using var client = await ReturnAsync(server, Pid(lost), offset);

        Assert.Equal(recoverable, (await client.TextAsync()).Contains(lost.Sid, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_session_is_kept_for_its_time_and_not_longer()
    {
        var clock = new ManualClock();
        await using var server = await Start(recovery: new RecoveryOptions { MaxDisconnection = TimeSpan.FromSeconds(60) }, clock: clock);
        var (first, second) = (await LoseAsync(server), await LoseAsync(server));
        clock.Advance(TimeSpan.FromSeconds(19));
        await using var inTime = await ReturnAsync(server, first.Pid, first.Offset);
        Assert.Contains(first.Sid, await inTime.TextAsync(), StringComparison.Ordinal);
        clock.Advance(TimeSpan.FromSeconds(42));
        await using var late = await ReturnAsync(server, second.Pid, second.Offset);
        Assert.DoesNotContain(second.Sid, await late.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kept_events_are_bounded_and_who_needs_an_older_one_starts_anew()
    {
        await using var server = await Start(recovery: new RecoveryOptions { MaxPackets = 3 });
        var (sid, pid, offset) = await LoseAsync(server);
        for (var i = 0; i < 3; i++)
            await server.IO.EmitAsync("more", i);
        await using var client = await ReturnAsync(server, pid, offset);

        Assert.DoesNotContain(sid, await client.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Middleware_can_be_made_to_check_again_and_may_refuse_the_return()
    {
        var refuse = false;
        await using var server = await Start(
            io => io.Use(async (_, next, _) =>
            {
                if (refuse)
                    throw new SocketRefusedException("expired");
                await next();
            }),
            new RecoveryOptions { SkipMiddleware = false });
        var (sid, pid, offset) = await LoseAsync(server, "room");
        await using (var client = await ReturnAsync(server, pid, offset))
        {
            Assert.Contains(sid, await client.TextAsync(), StringComparison.Ordinal);
        }

        var (_, pid2, offset2) = await LoseAsync(server, "room2");
        refuse = true;
        await using var refused = await ReturnAsync(server, pid2, offset2);
        Assert.Equal("44{\"message\":\"expired\"}", await refused.TextAsync());
        Assert.False(server.IO.Of("/").Adapter.HasLocalMembers("room2"));
    }

    [Fact]
    public async Task A_client_that_breaks_off_while_it_returns_can_return_once_more()
    {
        var (hold, entered) = (new TaskCompletionSource(), new Seen<Socket>());
        await using var server = await Start(
            io => io.Use(async (socket, next, _) =>
            {
                if (socket.IsRecovered && !hold.Task.IsCompleted)
                {
                    entered.Add(socket);
                    await hold.Task;
                }

                await next();
            }),
            new RecoveryOptions { SkipMiddleware = false });
        var (sid, pid, offset) = await LoseAsync(server, "room");
        await using (var client = await ReturnAsync(server, pid, offset))
        {
            await entered.NextAsync();
            await client.CloseAsync();
            await Wait.Until(() => server.IO.ConnectionCount == 0);
            hold.SetResult();
        }

        await using var again = await ReturnAsync(server, pid, offset);
        Assert.Contains(sid, await again.TextAsync(), StringComparison.Ordinal);
        Assert.True(server.IO.Of("/").Adapter.HasLocalMembers("room"));
    }

    [Fact]
    public async Task No_event_is_lost_or_doubled_when_a_client_returns_while_many_are_sent()
    {
        const int Count = 3_000;
        await using var server = await Start(recovery: new RecoveryOptions { MaxPackets = 100_000 });
        var lost = await server.ConnectAsync();
        await server.IO.To(lost.Sid).SocketsJoinAsync("room");
        var sending = Task.Run(
            async () =>
            {
                for (var i = 0; i < Count; i++)
                {
                    await server.IO.To("room").EmitAsync("n", i);
                    if (i % 10 == 0)
                        await Task.Yield();
                }
            },
            TestServer.Cancellation);
        var (got, offset) = (new List<int>(), "");
        void Take(string text)
        {
            var json = JsonElement.Parse(text[2..]);
            got.Add(json[1].GetInt32());
            offset = json[2].GetString()!;
        }

        var (pid, returns) = (Pid(lost), 0);
        while (got.Count < Count)
        {
            for (var i = 0; i < 300 && got.Count < Count; i++)
                Take(await lost.TextAsync());
            if (got.Count == Count)
                break;
            var sid = lost.Sid;
            await server.LoseAsync(lost);
            lost = await ReturnAsync(server, pid, offset);
            string text;
            while (!(text = await lost.TextAsync()).StartsWith("40", StringComparison.Ordinal))
                Take(text);
            Assert.Contains(sid, text, StringComparison.Ordinal);
            lost.Adopt(text[2..]);
            returns++;
        }

        await sending.Soon();
        Assert.Equal(Enumerable.Range(0, Count), got);
        Assert.True(returns > 0);
        await lost.DisposeAsync();
    }

    [Fact]
    public async Task Without_recovery_there_is_no_private_id_and_no_offset()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        await server.IO.EmitAsync("x");

        Assert.False(client.Handshake.TryGetProperty("pid", out _));
        Assert.Equal("42[\"x\"]", await client.TextAsync());
    }
}
