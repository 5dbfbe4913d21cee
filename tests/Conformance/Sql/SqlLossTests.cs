using System.Data.Common;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Stoa.Conformance.Adapters;
using Stoa.Conformance.Redis;
using Stoa.SocketIO;
using Stoa.SocketIO.Recovery;
using Stoa.SocketIO.Sql;

namespace Stoa.Conformance.Sql;

/// <summary>What happens while the database of the log is away, and when it is back.</summary>
public sealed class SqlLossTests
{
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(20);

    private static async Task CloseAsync(Store store, Nodes nodes)
    {
        await store.CloseAsync();
        foreach (var server in new[] { nodes.Here, nodes.There })
            await Wait.Until(() => server.Log.Named("SqlLogLost").Any());
    }

    /// <summary>Broadcasts until the client hears it; returns what it got until then.</summary>
    private static async Task<List<JsonElement>> CallAsync(TestServer from, WireSocket to, string name)
    {
        var hearing = UntilAsync(to, name);
        while (!hearing.IsCompleted)
        {
            await from.IO.EmitAsync(name);
            await Task.WhenAny(hearing, Task.Delay(20, TestServer.Cancellation));
        }

        return await hearing;
    }

    private static async Task<List<JsonElement>> UntilAsync(WireSocket client, string name)
    {
        var events = new List<JsonElement>();
        do
            events.Add(JsonElement.Parse((await client.TextAsync())[2..]));
        while (events[^1][0].GetString() != name);
        return events;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_the_database_is_away_each_node_serves_its_own_clients_and_nothing_throws(bool recovers)
    {
        var store = Store.NewDatabase();
        await using var nodes = await store.TwoAsync(recovers ? new RecoveryOptions() : null, io => io.OnServerSide("add", (_, _) => Task.FromResult<object?>(1)));
        var (ana, ben) = await nodes.ClientsAsync();
        await CloseAsync(store, nodes);

        await nodes.Here.IO.SocketsJoinAsync("room").AsTask().Soon();
        await nodes.Here.IO.To("room").EmitAsync("alone").AsTask().Soon();
        await nodes.Here.IO.Volatile.EmitAsync("volatile").AsTask().Soon();
        Assert.Equal("42[\"alone\"]", await ana.TextAsync());
        Assert.Equal("42[\"volatile\"]", await ana.TextAsync());
        Assert.Equal([ana.Sid], (await nodes.Here.IO.FetchSocketsAsync(TestServer.Cancellation)).Select(s => s.Id));
        Assert.Equal(1, await nodes.Here.IO.Of("/").Adapter.CountServersAsync());
        Assert.True((await nodes.Here.IO.Of("/").ServerSideEmitWithAckAsync<int>("add", Patient).Soon()).IsComplete);
        var asking = nodes.Here.IO.EmitWithAckAsync<int>("ask", Patient);
        var text = await ana.TextAsync();
        await ana.SendAsync($"43{text[2..text.IndexOf('[', StringComparison.Ordinal)]}[5]");
        Assert.Equal([5], (await asking.Soon()).Answers);

        await store.OpenAsync();
        await CallAsync(nodes.Here, ben, "from here");
        await CallAsync(nodes.There, ana, "from there");
        Assert.NotEmpty(nodes.Here.Log.Named("SqlLogRestored"));
        Assert.DoesNotContain(nodes.Here.Log.Entries, e => e.Event is "SqlRowFailed" or "SocketHandlerFailed");
    }

    [Fact]
    public async Task Events_sent_while_the_database_was_away_are_delivered_once_here_and_who_may_have_missed_them_begins_anew()
    {
        var store = Store.NewDatabase();
        await using var nodes = await store.TwoAsync(new RecoveryOptions());
        var (ana, ben) = await nodes.ClientsAsync();
        var lost = await Lost.OnAsync(nodes.Here, "room");
        await CloseAsync(store, nodes);
        for (var i = 0; i < 50; i++)
            await nodes.Here.IO.EmitAsync("away", i);
        await store.OpenAsync();
        var there = await CallAsync(nodes.Here, ben, "from here");
        var here = await CallAsync(nodes.There, ana, "from there");

        await lost.BeginAnewAsync(nodes.There);
        Assert.Equal(Enumerable.Range(0, 50), here.Where(e => e[0].GetString() == "away").Select(e => e[1].GetInt32()));
        Assert.DoesNotContain(there, e => e[0].GetString() == "away");
        // Whoever is lost from now on is recovered again.
        var next = await Lost.OnAsync(nodes.Here);
        await nodes.There.IO.EmitAsync("missed");
        Assert.Equal(["missed"], await next.RecoverAsync(nodes.There));
    }

    [Fact]
    public async Task Every_event_arrives_once_on_each_node_when_connections_to_the_database_are_cut()
    {
        const int Count = 1_000;
        var store = Store.NewDatabase();
        await using var nodes = await store.TwoAsync(new RecoveryOptions());
        var (ana, ben) = await nodes.ClientsAsync();
        for (var i = 0; i < Count; i++)
        {
            await nodes.Here.IO.EmitAsync("n", i);
            if (i % 400 == 200)
                await store.CutAsync();
        }

        var bens = await CallAsync(nodes.Here, ben, "end");
        var anas = await UntilAsync(ana, "end");
        Assert.Equal(Enumerable.Range(0, Count), anas.Where(e => e[0].GetString() == "n").Select(e => e[1].GetInt32()).Order());
        // What was not written while the connection was away is for this node alone, as while the whole database is.
        var read = bens.Where(e => e[0].GetString() == "n").Select(e => e[1].GetInt32()).ToList();
        Assert.Equal(read.Distinct().Order(), read);
        Assert.True(read.Count > Count / 2);
    }

    [Fact]
    public async Task A_SQLite_file_that_another_process_holds_too_long_is_as_good_as_away()
    {
        var store = Store.New(postgres: false);
        await using var server = await store.NodeAsync(new RecoveryOptions());
        await using var client = await server.ConnectAsync();
        await using var holder = new Microsoft.Data.Sqlite.SqliteConnection(store.Connection);
        await holder.OpenAsync(TestServer.Cancellation);
        await using (await holder.BeginTransactionAsync(TestServer.Cancellation))
        {
            await server.IO.EmitAsync("held").AsTask().Soon();
            Assert.Equal("42[\"held\"]", await client.TextAsync());
        }

        Assert.NotEmpty(server.Log.Named("SqlLogLost"));
        var events = await CallAsync(server, client, "back");
        while (events[^1].GetArrayLength() == 1)
            events = await CallAsync(server, client, "back");
    }

    [Fact]
    public async Task Without_its_database_the_server_does_not_start()
    {
        var store = Store.NewDatabase();
        await store.CloseAsync();
        await Assert.ThrowsAnyAsync<DbException>(() => store.NodeAsync());
    }

    [Fact]
    public async Task Settings_out_of_range_stop_the_start_with_their_names()
    {
        foreach (var (name, spoil) in new (string, Action<SqlAdapterOptions>)[]
        {
            ("Dialect", o => o.Dialect = null),
            ("TablePrefix", o => o.TablePrefix = "a'; DROP TABLE x; --"),
            ("TablePrefix", o => o.TablePrefix = ""),
            ("RequestsTimeout", o => o.RequestsTimeout = TimeSpan.Zero),
            ("PollInterval", o => o.PollInterval = TimeSpan.FromMinutes(1)),
            ("Heartbeat", o => o.Heartbeat = TimeSpan.FromMilliseconds(1)),
            ("MaxWaitingRows", o => o.MaxWaitingRows = 1),
        })
        {
            var thrown = await Assert.ThrowsAsync<OptionsValidationException>(() => Store.New(postgres: false).NodeAsync(sql: spoil));
            Assert.Contains(name, thrown.Message, StringComparison.Ordinal);
        }
    }
}
