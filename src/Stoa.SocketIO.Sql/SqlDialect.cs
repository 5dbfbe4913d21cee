using System.Data.Common;

namespace Stoa.SocketIO.Sql;

/// <summary>Where the log is kept, and all that differs between databases.</summary>
/// <remarks>The package knows no driver: the application hands in connections of its own.</remarks>
public abstract class SqlDialect
{
    private protected SqlDialect()
    {
    }

    /// <summary>The type of a growing key, and of bytes.</summary>
    internal abstract string KeyType { get; }

    internal abstract string BytesType { get; }

    /// <summary>An expression: the database's own clock in Unix milliseconds. One clock for all nodes, so that none must be set right.</summary>
    internal abstract string Now { get; }

    /// <summary>Run first in a transaction that appends: makes ids become visible in their order. Null when the database writes one at a time anyway.</summary>
    internal abstract string? AppendLock(string prefix);

    /// <summary>Run last in a transaction that appends: wakes the readers. Null when they look by themselves.</summary>
    internal abstract string? Wake(string prefix);

    /// <summary>Whether writers wait for each other without a queue.</summary>
    internal virtual bool MustGiveWay => false;

    /// <summary>
    /// Runs statements. A driver that has no waiting of its own holds the thread until the disk has answered: not one of the pool then, which has
    /// few and needs them for the sockets.
    /// </summary>
    internal virtual Task<T> RunAsync<T>(Func<Task<T>> statements) => statements();

    /// <summary>A transaction that may write.</summary>
    internal virtual async Task<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellation) => await connection.BeginTransactionAsync(cancellation);

    /// <summary>Run before the tables are made, in the same transaction: two nodes may start at once.</summary>
    internal abstract string? SchemaLock(string prefix);

    /// <summary>An open connection.</summary>
    internal abstract Task<DbConnection> OpenAsync(CancellationToken cancellation);

    /// <summary>A connection on which rows are announced from now on; null when nobody announces them.</summary>
    internal abstract Task<DbConnection?> ListenAsync(string prefix, CancellationToken cancellation);

    /// <summary>Ends when there may be new rows, after <paramref name="patience"/> at the latest.</summary>
    /// <param name="listening">From <see cref="ListenAsync"/>.</param>
    internal abstract Task WaitAsync(DbConnection? listening, Task woken, TimeSpan patience, TimeProvider clock, CancellationToken cancellation);

    /// <summary>Takes the announcements that are here already: all that they announce is read next, at once.</summary>
    internal virtual Task HeardAsync(DbConnection? listening, CancellationToken cancellation) => Task.CompletedTask;

    internal static async Task ExecuteAsync(DbConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellation);
    }
}

/// <summary>A SQLite file: one node, or a few processes of one machine, which look for each other's rows every <see cref="SqlAdapterOptions.PollInterval"/>.</summary>
/// <param name="connect">Makes a closed connection to the file, e.g. <c>() => new SqliteConnection("Data Source=sockets.db")</c>. Use a file of its own: the application's writers would wait.</param>
public sealed class SqliteDialect(Func<DbConnection> connect) : SqlDialect
{
    internal override string KeyType => "integer PRIMARY KEY AUTOINCREMENT";

    internal override string BytesType => "blob";

    internal override string Now => "CAST((julianday('now') - 2440587.5) * 86400000 AS integer)";

    internal override bool MustGiveWay => true;

    internal override string? AppendLock(string prefix) => null;

    internal override string? Wake(string prefix) => null;

    internal override Task<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellation) => SqliteTransaction.BeginAsync(connection, cancellation);

    internal override Task<T> RunAsync<T>(Func<Task<T>> statements) => SqliteThreads.RunAsync(statements);

    internal override string? SchemaLock(string prefix) => null;

    internal override async Task<DbConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = connect();
        try
        {
            await connection.OpenAsync(cancellation);
            // FULL: after a power cut an id that a client has seen must not be given to another event.
            await ExecuteAsync(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000", cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    internal override Task<DbConnection?> ListenAsync(string prefix, CancellationToken cancellation) => Task.FromResult<DbConnection?>(null);

    internal override Task WaitAsync(DbConnection? listening, Task woken, TimeSpan patience, TimeProvider clock, CancellationToken cancellation) =>
        Task.WhenAny(woken, Task.Delay(patience, clock, cancellation));
}

/// <summary>A PostgreSQL database for any number of nodes: rows are announced with NOTIFY, which carries no payload.</summary>
/// <param name="connect">Makes a closed connection, e.g. <c>dataSource.CreateConnection</c>. Three are kept open; a proxy in between must not pool by transaction.</param>
/// <param name="wait">Waits for a notification on an open connection, at most that long: <c>(c, time, stop) => ((NpgsqlConnection)c).WaitAsync(time, stop)</c>.</param>
public sealed class PostgresDialect(Func<DbConnection> connect, Func<DbConnection, TimeSpan, CancellationToken, Task> wait) : SqlDialect
{
    internal override string KeyType => "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY";

    internal override string BytesType => "bytea";

    internal override string Now => "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)";

    // Ids are given before the commit. The lock is released after the commit has become visible, so a lower id never appears behind a higher one.
    internal override string? AppendLock(string prefix) => $"SELECT pg_advisory_xact_lock(hashtextextended('{prefix}append', 0))";

    internal override string? Wake(string prefix) => $"SELECT pg_notify('{prefix}events', '')";

    internal override string? SchemaLock(string prefix) => $"SELECT pg_advisory_xact_lock(hashtextextended('{prefix}schema', 0))";

    internal override async Task<DbConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = connect();
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // Of its own: an announcement that comes while a connection runs a query is over with that, and a row that the query was too early for would wait.
    internal override async Task<DbConnection?> ListenAsync(string prefix, CancellationToken cancellation)
    {
        var connection = await OpenAsync(cancellation);
        try
        {
            await ExecuteAsync(connection, $"LISTEN {prefix}events", cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    internal override Task WaitAsync(DbConnection? listening, Task woken, TimeSpan patience, TimeProvider clock, CancellationToken cancellation) =>
        wait(listening!, patience, cancellation);

    internal override Task HeardAsync(DbConnection? listening, CancellationToken cancellation) => ExecuteAsync(listening!, "SELECT 1", cancellation);
}
