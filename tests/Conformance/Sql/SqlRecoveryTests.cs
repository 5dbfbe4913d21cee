using System.Security.Claims;
using System.Text.Json;
using Stoa.Conformance.Adapters;
using Stoa.Conformance.Redis;
using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Recovery;

namespace Stoa.Conformance.Sql;

/// <summary>Connection state recovery on another node, and after a restart, from a log in SQLite and in PostgreSQL.</summary>
public abstract class SqlRecoveryTests(bool postgres)
{
    private Task<Nodes> TwoAsync(RecoveryOptions? recovery = null, Action<SocketIOBuilder>? io = null, Action<Stoa.SocketIO.Sql.SqlAdapterOptions>? sql = null) =>
        Store.New(postgres).TwoAsync(recovery ?? new RecoveryOptions(), io, sql: sql);

    [Fact]
    public async Task A_client_lost_on_one_node_gets_everything_back_on_another()
    {
        var connected = new Seen<Socket>();
        await using var nodes = await TwoAsync(io: io =>
        {
            io.Use(async (socket, next, _) =>
            {
                if (!socket.Data.ContainsKey("name"))
                    socket.Data["name"] = new { First = "ana", Bytes = new byte[] { 1 } };
                socket.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", "7")], "test"));
                await next();
            });
            io.OnConnection((socket, _) =>
            {
                connected.Add(socket);
                return Task.CompletedTask;
            });
        });
        var lost = await Lost.OnAsync(nodes.Here, "room");
        await connected.NextAsync();
        await nodes.Here.IO.EmitAsync("all from here", 1);
        await nodes.There.IO.EmitAsync("all from there", 2);
        await nodes.There.IO.To("room").EmitAsync("the room");
        await nodes.Here.IO.To(lost.Sid).EmitAsync("you");
        await nodes.Here.IO.To("other").EmitAsync("others");
        await nodes.Here.IO.Except("room").EmitAsync("not you");
        await nodes.Here.IO.Volatile.EmitAsync("volatile");
        await nodes.Here.IO.Local.EmitAsync("on your node");
        await nodes.There.IO.Local.EmitAsync("on the other node");
        var (client, missed, isRecovered) = await lost.ReturnAsync(nodes.There);

        Assert.True(isRecovered);
        Assert.Equal(["all from here", "all from there", "the room", "you", "on your node"], missed.Select(e => e[0].GetString()));
        Assert.Equal(2, missed[1][1].GetInt32());
        var socket = await connected.NextAsync();
        Assert.Same(nodes.There.IO.Of("/"), socket.Namespace);
        Assert.True(socket.IsRecovered);
        Assert.Equal([lost.Sid, "room"], socket.Rooms);
        Assert.Equal("7", socket.User.FindFirst("sub")!.Value);
        Assert.Equal("""{"first":"ana","bytes":"AQ=="}""", ((JsonElement)socket.Data["name"]!).GetRawText());
        await nodes.Here.IO.To("room").EmitAsync("live again");
        await nodes.ExpectAsync(client, """["live again"]""");
    }

    [Fact]
    public async Task A_client_gets_everything_back_after_its_node_was_restarted()
    {
        var store = Store.New(postgres);
        var before = await store.NodeAsync(new RecoveryOptions());
        await using var client = await before.ConnectAsync();
        await before.IO.To(client.Sid).SocketsJoinAsync("room");
        await before.IO.EmitAsync("first");
        var offset = JsonElement.Parse((await client.TextAsync())[2..])[1].GetString()!;
        var lost = new Lost(client.Sid, client.Handshake.GetProperty("pid").GetString()!, offset);
        await before.StopAsync();
        await before.DisposeAsync();
        await using var after = await store.NodeAsync(new RecoveryOptions());
        await after.IO.To("room").EmitAsync("missed");

        Assert.Equal(["missed"], await lost.RecoverAsync(after));
    }

    [Fact]
    public async Task An_event_that_is_sent_after_the_stop_does_not_hang()
    {
        await using var server = await Store.New(postgres).NodeAsync(new RecoveryOptions());
        await server.StopAsync();
        await server.IO.EmitAsync("late").AsTask().Soon();
    }

    [Fact]
    public async Task Binary_events_that_were_missed_arrive_with_their_bytes()
    {
        await using var nodes = await TwoAsync();
        var lost = await Lost.OnAsync(nodes.Here);
        await nodes.Here.IO.EmitAsync("file", new byte[] { 1, 2 });
        await using var client = await nodes.There.OpenAsync();
        await client.SendAsync("40" + JsonSerializer.Serialize(new { pid = lost.Pid, offset = lost.Offset }));

        Assert.StartsWith("""451-["file",{"_placeholder":true,"num":0},""", await client.TextAsync());
        Assert.Equal([1, 2], await client.BinaryAsync());
        Assert.Contains(lost.Sid, await client.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_that_claim_one_session_on_two_nodes_one_gets_it()
    {
        await using var nodes = await TwoAsync();
        // Side by side: who is refused has waited for the other's node first.
        await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
        {
            var lost = await Lost.OnAsync(nodes.Here);
            var answers = await Task.WhenAll(lost.ReturnAsync(nodes.Here), lost.ReturnAsync(nodes.There));
            Assert.Single(answers, a => a.IsRecovered);
        }));
    }

    [Theory]
    [InlineData("nobody", null)]
    [InlineData("", null)]
    [InlineData("../../session#/#aaaa", null)]
    [InlineData("aaaaaaaaaaaaaaaaaaaa", null)]
    [InlineData(null, "x")]
    [InlineData(null, "")]
    [InlineData(null, "-")]
    [InlineData(null, "00000000-000000000001")]
    [InlineData(null, "EPOCH")]
    [InlineData(null, "EPOCH-")]
    [InlineData(null, "EPOCH--1")]
    [InlineData(null, "EPOCH-999999999999")]
    [InlineData(null, "EPOCH-99999999999999999999999")]
    public async Task A_session_or_an_offset_that_is_not_there_begins_anew(string? pid, string? offset)
    {
        await using var nodes = await TwoAsync();
        var lost = await Lost.OnAsync(nodes.Here, "room");
        await nodes.Here.IO.EmitAsync("missed");
        await lost.BeginAnewAsync(nodes.There, pid, offset?.Replace("EPOCH", lost.Offset[..8], StringComparison.Ordinal));
        Assert.False(nodes.There.IO.Of("/").Adapter.HasLocalMembers("room"));
    }

    [Fact]
    public async Task Who_needs_an_event_that_was_trimmed_begins_anew()
    {
        await using var nodes = await TwoAsync(new RecoveryOptions { MaxPackets = 50 }, sql: o => o.Heartbeat = TimeSpan.FromMilliseconds(100));
        var lost = await Lost.OnAsync(nodes.Here);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => nodes.Here.IO.EmitAsync("n", i).AsTask()));
        // The log is trimmed with every tenth heartbeat.
        await Wait.Until(() => nodes.Here.IO.Of("/").Adapter.ReadMissedAsync(new SavedSession("s", lost.Pid, [], new Dictionary<string, object?>(), null), lost.Offset).AsTask().GetAwaiter().GetResult() is null);
        await lost.BeginAnewAsync(nodes.There);
    }

    [Fact]
    public async Task Many_missed_events_come_in_order()
    {
        await using var nodes = await TwoAsync();
        var lost = await Lost.OnAsync(nodes.Here);
        await Task.WhenAll(Enumerable.Range(0, 1_234).Select(i => nodes.Here.IO.EmitAsync("n", i).AsTask()));
        var (_, missed, isRecovered) = await lost.ReturnAsync(nodes.There);
        Assert.True(isRecovered);
        Assert.Equal(Enumerable.Range(0, 1_234), missed.Select(e => e[1].GetInt32()));
    }

    [Fact]
    public async Task No_event_is_lost_or_doubled_when_a_client_changes_nodes_while_both_send()
    {
        const int Count = 2_000;
        await using var nodes = await TwoAsync(new RecoveryOptions { MaxPackets = 100_000 });
        var (at, client) = (nodes.Here, await nodes.Here.ConnectAsync());
        await nodes.Here.IO.To(client.Sid).SocketsJoinAsync("room");
        var sending = Task.WhenAll(SendAsync(nodes.Here, "here"), SendAsync(nodes.There, "there"));
        var got = new Dictionary<string, List<int>> { ["here"] = [], ["there"] = [] };
        var (offsets, returns, hops) = (new HashSet<string>(), 0, "");
        void Take(JsonElement json)
        {
            got[json[0].GetString()!].Add(json[1].GetInt32());
            hops = json[2].GetString()!;
            Assert.True(offsets.Add(hops), "An event came twice.");
        }

        while (got["here"].Count + got["there"].Count < 2 * Count)
        {
            for (var i = 0; i < 250 && got["here"].Count + got["there"].Count < 2 * Count; i++)
                Take(JsonElement.Parse((await client.TextAsync())[2..]));
            var lost = await Lost.OfAsync(at, client, hops);
            at = at == nodes.Here ? nodes.There : nodes.Here;
            (client, var missed, var isRecovered) = await lost.ReturnAsync(at);
            Assert.True(isRecovered);
            missed.ForEach(Take);
            client.Adopt(JsonSerializer.Serialize(new { sid = lost.Sid, pid = lost.Pid }));
            returns++;
        }

        await sending.Soon();
        Assert.Equal(Enumerable.Range(0, Count), got["here"]);
        Assert.Equal(Enumerable.Range(0, Count), got["there"]);
        Assert.True(returns > 3);

        static async Task SendAsync(TestServer server, string name)
        {
            for (var i = 0; i < Count; i++)
                await server.IO.To("room").EmitAsync(name, i);
        }
    }

    [Fact]
    public async Task Sessions_and_events_of_one_namespace_are_not_those_of_another()
    {
        await using var nodes = await TwoAsync(io: io => io.Of("/other"));
        var lost = await Lost.OnAsync(nodes.Here);
        await nodes.Here.IO.Of("/other").EmitAsync("there");
        await using var client = await nodes.There.OpenAsync();
        await client.SendAsync("40/other," + JsonSerializer.Serialize(new { pid = lost.Pid, offset = lost.Offset }));
        Assert.DoesNotContain(lost.Sid, await client.TextAsync(), StringComparison.Ordinal);
        Assert.Empty(await lost.RecoverAsync(nodes.There));
    }

    [Fact]
    public async Task A_socket_that_left_on_purpose_does_not_come_back()
    {
        await using var nodes = await TwoAsync();
        await using var client = await nodes.Here.ConnectAsync();
        await nodes.Here.IO.EmitAsync("first");
        var offset = JsonElement.Parse((await client.TextAsync())[2..])[1].GetString()!;
        await nodes.There.IO.To(client.Sid).DisconnectSocketsAsync();
        Assert.Equal("41", await client.TextAsync());
        await new Lost(client.Sid, client.Handshake.GetProperty("pid").GetString()!, offset).BeginAnewAsync(nodes.There);
    }

    [Fact]
    public async Task A_session_that_is_live_on_a_living_node_is_not_given_to_a_second_client()
    {
        await using var nodes = await TwoAsync();
        await using var client = await nodes.Here.ConnectAsync();
        await nodes.Here.IO.EmitAsync("first");
        var offset = JsonElement.Parse((await client.TextAsync())[2..])[1].GetString()!;
        var live = new Lost(client.Sid, client.Handshake.GetProperty("pid").GetString()!, offset);
        await live.BeginAnewAsync(nodes.There);
        await live.BeginAnewAsync(nodes.Here);
        await nodes.There.IO.To(client.Sid).EmitAsync("still here");
        await nodes.ExpectAsync(client, """["still here"]""");
    }
}

public sealed class SqliteRecoveryTests() : SqlRecoveryTests(postgres: false);

public sealed class PostgresRecoveryTests() : SqlRecoveryTests(postgres: true);
