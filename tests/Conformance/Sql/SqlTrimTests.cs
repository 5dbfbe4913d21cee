using System.Data;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Stoa.Conformance.Redis;
using Stoa.SocketIO.Recovery;
using Stoa.SocketIO.Sql;

namespace Stoa.Conformance.Sql;

/// <summary>The log is trimmed in the middle of a recovery.</summary>
public sealed class SqlTrimTests
{
    private readonly Store _store = Store.New(postgres: false);
    private int _pages;

    [Fact]
    public async Task Who_reads_what_it_missed_while_that_is_trimmed_begins_anew()
    {
        await using var server = await _store.NodeAsync(new RecoveryOptions(), sql: o => o.Dialect = new SqliteDialect(Watched));
        var lost = await Lost.OnAsync(server);
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => server.IO.EmitAsync("n", i).AsTask()));

        await lost.BeginAnewAsync(server);
        Assert.True(_pages > 1);
    }

    private SqliteConnection Watched()
    {
        var connection = new SqliteConnection(_store.Connection + ";Pooling=false");
        connection.StateChange += (_, change) =>
        {
            if (change.CurrentState == ConnectionState.Open)
                raw.sqlite3_trace(connection.Handle, (_, statement) => OnStatement(statement), null);
        };
        return connection;
    }

    // Before it runs, and inside of SQLite, which takes no exception. The second page of missed events: a part of it goes, and the client's offset with it.
    private void OnStatement(string statement)
    {
        if (!statement.Contains("OR kind = 2) ORDER BY", StringComparison.Ordinal) || Interlocked.Increment(ref _pages) != 2)
            return;
        using var other = new SqliteConnection(_store.Connection + ";Pooling=false");
        other.Open();
        using var command = other.CreateCommand();
        command.CommandText = $"DELETE FROM {_store.Prefix}log WHERE id < (SELECT max(id) - 150 FROM {_store.Prefix}log)";
        command.ExecuteNonQuery();
    }
}
