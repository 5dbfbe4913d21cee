using Microsoft.Data.Sqlite;
using Npgsql;
using Stoa.SocketIO.Sql;

namespace Stoa.Conformance.Sql;

/// <summary>Whom a node waits for before it serves. The others are rows here: they live and answer as the test wants.</summary>
public sealed class SqlGreetingTests
{
    // A node's life is five of them: far longer than any test waits.
    private static readonly TimeSpan Rare = TimeSpan.FromMinutes(1);
    private int _connections;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_start_waits_for_a_killed_node_only_until_that_counts_as_dead(bool postgres)
    {
        var store = await MadeAsync(Store.New(postgres));
        await LiveAsync(store, "killed");
        var starting = store.NodeAsync(sql: o => o.Heartbeat = Rare);
        await HelloAsync(store);
        Assert.False(starting.IsCompleted);

        await store.RunAsync("UPDATE {p}nodes SET seen = 0 WHERE node = 'killed'");

        await using var node = await starting.Soon();
        Assert.Equal(1, await node.IO.Of("/").Adapter.CountServersAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_start_waits_for_each_living_node_whoever_else_leaves_or_answers(bool postgres)
    {
        var store = await MadeAsync(Store.New(postgres));
        foreach (var name in (string[])["silent", "leaving", "answering"])
            await LiveAsync(store, name);
        var starting = store.NodeAsync(sql: o => (o.Heartbeat, o.Dialect) = (Rare, Counting(store)));
        var id = await HelloAsync(store);

        foreach (var name in (string[])["answering", "answering", "stranger"])
            await WelcomeAsync(store, name, id);
        await store.RunAsync("DELETE FROM {p}nodes WHERE node = 'leaving'");
        var before = Volatile.Read(ref _connections);
        // Each look at the table opens one, and nothing else does now.
        await Wait.Until(() => Volatile.Read(ref _connections) >= before + 4);
        Assert.False(starting.IsCompleted);

        await WelcomeAsync(store, "silent", id);
        await using var node = await starting.Soon();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_start_ends_after_a_nodes_life_when_a_living_node_never_answers(bool postgres)
    {
        var store = await MadeAsync(Store.New(postgres));
        await LiveAsync(store, "deaf", inAnHour: true);

        await using var node = await store.NodeAsync(sql: o => o.Heartbeat = TimeSpan.FromMilliseconds(100)).Soon();

        Assert.Equal(2, await node.IO.Of("/").Adapter.CountServersAsync());
    }

    [Fact]
    public async Task A_start_goes_on_when_the_database_goes_away_while_it_waits()
    {
        var store = await MadeAsync(Store.NewDatabase());
        await LiveAsync(store, "silent");
        var starting = store.NodeAsync(sql: o => o.Heartbeat = TimeSpan.FromMilliseconds(400));
        await HelloAsync(store);
        await store.CloseAsync();
        await using var node = await starting.Soon();
        await store.OpenAsync();
    }

    /// <summary>With its tables, and empty.</summary>
    private static async Task<Store> MadeAsync(Store store)
    {
        await (await store.NodeAsync()).DisposeAsync();
        await store.RunAsync("DELETE FROM {p}log");
        return store;
    }

    private static Task LiveAsync(Store store, string name, bool inAnHour = false)
    {
        var seen = TimeProvider.System.GetUtcNow() + (inAnHour ? TimeSpan.FromHours(1) : TimeSpan.Zero);
        return store.RunAsync($"INSERT INTO {{p}}nodes (node, space, seen) VALUES ('{name}', '/', {seen.ToUnixTimeMilliseconds()})");
    }

    /// <summary>Ends when a node has said that it comes; its id.</summary>
    private static async Task<string> HelloAsync(Store store)
    {
        using var patience = new CancellationTokenSource(Wait.Patience);
        while (true)
        {
            if (await store.OneAsync("SELECT node FROM {p}log WHERE kind = 11") is string id)
                return id;
            await Task.Delay(2, patience.Token);
        }
    }

    private static Task WelcomeAsync(Store store, string from, string to) =>
        store.RunAsync($"INSERT INTO {{p}}log (space, node, target, kind, number, written, body) VALUES ('/', '{from}', '{to}', 12, 0, 0, {(store.IsPostgres ? "''" : "x''")})");

    private SqlDialect Counting(Store store)
    {
        return store.IsPostgres
            ? new PostgresDialect(() => Counted(new NpgsqlConnection(store.Connection)), static (c, time, stop) => ((NpgsqlConnection)c).WaitAsync(time, stop))
            : new SqliteDialect(() => Counted(new SqliteConnection(store.Connection)));
    }

    private T Counted<T>(T connection)
    {
        Interlocked.Increment(ref _connections);
        return connection;
    }
}
