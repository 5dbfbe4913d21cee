using System.Security.Claims;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Npgsql;
using Stoa.Conformance.Adapters;
using Stoa.Conformance.Redis;
using Stoa.SocketIO;
using Stoa.SocketIO.Recovery;
using Stoa.SocketIO.Sql;

namespace Stoa.Conformance.Sql;

/// <summary>Nobody is told that nothing is missing when something is, no emit hangs, and nobody gets an event twice.</summary>
public sealed class SqlGapTests
{
    private sealed class Faulty
    {
        private readonly int[] _none = [];

        public int First => _none[0];
    }

    private sealed class FaultyPrincipal : ClaimsPrincipal
    {
        protected override void WriteTo(BinaryWriter writer, byte[]? userData) => throw new ArithmeticException();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_socket_whose_state_cannot_be_written_down_is_the_only_one_that_is_not_kept(bool postgres)
    {
        await using var server = await Store.New(postgres).NodeAsync(new RecoveryOptions(), io => io.Use(async (socket, next, _) =>
        {
            if (socket.Handshake.Auth.TryGetProperty("faulty", out var _))
                socket.User = new FaultyPrincipal();
            socket.Data["name"] = new Faulty();
            await next();
        }));
        await using var faulty = await server.ConnectAsync(auth: "{\"faulty\":true}");
        await server.IO.EmitAsync("still").AsTask().Soon();
        Assert.StartsWith("42[\"still\",", await faulty.TextAsync());

        var lost = await Lost.OnAsync(server);
        await server.LoseAsync(faulty);
        await server.IO.EmitAsync("missed").AsTask().Soon();
        Assert.Equal(["missed"], await lost.RecoverAsync(server));
        Assert.NotEmpty(server.Log.Named("SqlSessionNotKept"));
        Assert.Empty(server.Log.Named("SqlLogLost"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_handler_sends_after_its_dynamic_namespace_has_gone_here_does_not_hang_and_reaches_other_nodes(bool postgres)
    {
        var stopped = new TaskCompletionSource();
        var ended = new Seen<bool>();
        var store = Store.New(postgres);
        await using var nodes = await store.TwoAsync(new RecoveryOptions(), io => io.Of(new Regex("^/chat$")).OnDisconnect(async (socket, _) =>
        {
            await stopped.Task;
            await socket.Namespace.EmitAsync("left", socket.Id);
            ended.Add(true);
        }));
        var (ana, ben) = await nodes.ClientsAsync("/chat");
        await ana.CloseAsync();
        await UntilAsync(async () => (long)(await store.OneAsync("SELECT count(*) FROM {p}nodes WHERE space = '/chat'"))! == 1);
        // One who comes back meanwhile is in the namespace that is sent to.
        await using var again = await nodes.Here.ConnectAsync("/chat");
        stopped.SetResult();

        await ended.NextAsync();
        await nodes.ExpectAsync(ben, $"""["left","{ana.Sid}"]""");
        await nodes.ExpectAsync(again, $"""["left","{ana.Sid}"]""");
        Assert.Null(await store.OneAsync("SELECT 1 FROM {p}log WHERE kind = 2"));
    }

    [Fact]
    public async Task A_dynamic_namespace_that_comes_back_while_its_last_event_is_written_keeps_both()
    {
        var store = Store.New(postgres: false);
        await using var server = await store.NodeAsync(new RecoveryOptions(), io => io.Of(new Regex("^/chat$")));
        await using var holder = new SqliteConnection(store.Connection);
        await holder.OpenAsync(TestServer.Cancellation);
        await using var first = await server.ConnectAsync("/chat");
        var space = server.IO.Of("/chat");
        // What is written of the client itself is behind us.
        await space.EmitAsync("before").AsTask().Soon();
        Task emitting, second;
        await using (await holder.BeginTransactionAsync(TestServer.Cancellation))
        {
            emitting = space.EmitAsync("last").AsTask();
            await first.CloseAsync();
            await Wait.Until(() => server.IO.Find("/chat") is null);
            second = server.ConnectAsync("/chat");
            await Wait.Until(() => server.IO.Find("/chat") is not null);
        }

        await emitting.Soon();
        await using var client = await ((Task<WireSocket>)second).Soon();
        await server.IO.Of("/chat").EmitAsync("to the second").AsTask().Soon();
        Assert.StartsWith("42/chat,[\"to the second\",", await client.TextAsync());
        Assert.Equal(1, await server.IO.Of("/chat").Adapter.CountServersAsync());
        Assert.Equal(1L, await store.OneAsync("SELECT count(*) FROM {p}nodes WHERE space = '/chat'"));
        Assert.Null(await store.OneAsync("SELECT 1 FROM {p}log WHERE kind = 2"));
    }

    [Fact]
    public async Task The_mark_is_set_without_a_further_event()
    {
        var store = Store.NewDatabase();
        await using var nodes = await store.TwoAsync(new RecoveryOptions());
        var lost = await Lost.OnAsync(nodes.Here);
        await store.CloseAsync();
        foreach (var server in new[] { nodes.Here, nodes.There })
            await Wait.Until(() => server.Log.Named("SqlLogLost").Any());
        await nodes.Here.IO.EmitAsync("away");
        await store.OpenAsync();
        await UntilAsync(async () => await store.OneAsync("SELECT 1 FROM {p}log WHERE kind = 2") is not null);

        await lost.BeginAnewAsync(nodes.There);
    }

    [Fact]
    public async Task A_log_that_comes_back_shorter_hangs_nobody_and_who_may_have_missed_something_begins_anew()
    {
        var store = Store.NewDatabase();
        await using var nodes = await store.TwoAsync(new RecoveryOptions());
        var (ana, ben) = await nodes.ClientsAsync();
        var lost = await Lost.OnAsync(nodes.Here);
        for (var i = 0; i < 5; i++)
        {
            await nodes.Here.IO.EmitAsync("n", i);
            await nodes.ExpectAsync(ben, $"""["n",{i}]""");
        }

        // A replica that was behind has taken over: what came after is gone, and its ids are given again.
        var kept = (long)(await store.OneAsync("SELECT max(id) - 5 FROM {p}log"))!;
        await store.RunAsync($"DELETE FROM {{p}}log WHERE id > {kept}; SELECT setval(pg_get_serial_sequence('{{p}}log', 'id'), {kept})");
        await store.CutAsync();
        await nodes.Here.IO.EmitAsync("goes on").AsTask().Soon();
        await lost.BeginAnewAsync(nodes.There);
        await HearAsync(nodes.Here, ben, "from here");
        await HearAsync(nodes.There, ana, "from there");
        Assert.NotEmpty(nodes.Here.Log.Named("SqlLogTrimmed"));
        // Whoever is lost from now on is recovered again.
        var next = await Lost.OnAsync(nodes.Here);
        await nodes.There.IO.EmitAsync("missed");
        Assert.Equal(["missed"], await next.RecoverAsync(nodes.There));
    }

    [Fact]
    public async Task A_log_that_was_only_trimmed_while_its_reader_was_away_stays_what_it_is()
    {
        var store = Store.NewDatabase();
        await using var nodes = await store.TwoAsync(new RecoveryOptions());
        var (ana, ben) = await nodes.ClientsAsync();
        var lost = await Lost.OnAsync(nodes.Here);
        await store.RunAsync("DELETE FROM {p}log");
        await store.CutAsync();
        await HearAsync(nodes.Here, ben, "from here");
        await HearAsync(nodes.There, ana, "from there");

        await lost.BeginAnewAsync(nodes.There);
        Assert.Equal(lost.Offset[..8], await store.OneAsync("SELECT epoch FROM {p}epoch"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_node_that_was_only_taken_for_dead_leaves_the_session_to_its_new_node(bool postgres)
    {
        var store = Store.New(postgres);
        // Nobody says that it lives while this test runs.
        await using var nodes = await store.TwoAsync(new RecoveryOptions(), sql: o => o.Heartbeat = TimeSpan.FromMinutes(1));
        await using var old = await nodes.Here.ConnectAsync();
        await nodes.Here.IO.EmitAsync("first");
        var offset = JsonElement.Parse((await old.TextAsync())[2..])[1].GetString()!;
        var live = new Lost(old.Sid, old.Handshake.GetProperty("pid").GetString()!, offset);
        await UntilAsync(async () => await store.OneAsync("SELECT 1 FROM {p}sessions") is not null);
        await store.RunAsync("UPDATE {p}nodes SET seen = 0 WHERE node = (SELECT node FROM {p}sessions)");
        var (client, _, isRecovered) = await live.ReturnAsync(nodes.There);
        Assert.True(isRecovered);
        client.Adopt(JsonSerializer.Serialize(new { sid = live.Sid, pid = live.Pid }));
        var lost = await Lost.OfAsync(nodes.There, client, offset);

        await nodes.Here.IO.Local.SocketsJoinAsync("late");
        await nodes.Here.LoseAsync(old, () => old.SendAsync("41"));
        await nodes.Here.IO.EmitAsync("missed");
        Assert.Equal(["missed"], await lost.RecoverAsync(nodes.There));
    }

    [Fact]
    public async Task No_announcement_of_a_row_is_lost()
    {
        var store = Store.New(postgres: true);
        // Nothing but an announcement ends the wait.
        await using var nodes = await store.TwoAsync(new RecoveryOptions(), sql: o => o.Dialect = new PostgresDialect(
            () => new NpgsqlConnection(store.Connection), static (c, _, stop) => ((NpgsqlConnection)c).WaitAsync(stop)));
        for (var i = 0; i < 1_000; i++)
            await Task.WhenAll(nodes.Here.IO.EmitAsync("here", i).AsTask(), nodes.There.IO.EmitAsync("there", i).AsTask()).Soon();
    }

    /// <summary>Broadcasts until the client hears it: readers come back in their own time.</summary>
    private static async Task HearAsync(TestServer from, WireSocket to, string name)
    {
        var hearing = HearAsync(to, name);
        while (!hearing.IsCompleted)
        {
            await from.IO.EmitAsync(name).AsTask().Soon();
            await Task.WhenAny(hearing, Task.Delay(20, TestServer.Cancellation));
        }

        await hearing;
    }

    private static async Task HearAsync(WireSocket client, string name)
    {
        while (JsonElement.Parse((await client.TextAsync())[2..])[0].GetString() != name)
        {
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(Wait.Patience);
        while (!await holds())
            await Task.Delay(5, patience.Token);
    }
}
