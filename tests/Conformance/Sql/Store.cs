using Microsoft.Data.Sqlite;
using Npgsql;
using Stoa.Conformance.Adapters;
using Stoa.Conformance.Host;
using Stoa.Conformance.Redis;
using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Recovery;
using Stoa.SocketIO.Sql;

namespace Stoa.Conformance.Sql;

/// <summary>A log of one test: a SQLite file, or tables in a database of this test run.</summary>
public sealed class Store
{
    private static readonly Lazy<string> Database = new(CreateDatabase);

    private Store(string connection, bool isPostgres, string prefix) => (Connection, IsPostgres, Prefix) = (connection, isPostgres, prefix);

    public string Connection { get; }

    public bool IsPostgres { get; }

    public string Prefix { get; }

    /// <summary>Skips the test when there is no PostgreSQL.</summary>
    public static Store New(bool postgres)
    {
        if (postgres)
        {
            Assert.SkipWhen(string.IsNullOrEmpty(Server), "STOA_TEST_POSTGRES is not set");
            return new Store(Database.Value, true, NewPrefix());
        }

        return new Store($"Data Source={Path.Combine(Directory.CreateTempSubdirectory("stoa-sql-").FullName, "sockets.db")}", false, NewPrefix());
    }

    /// <summary>A database of its own, which a test may close.</summary>
    public static Store NewDatabase()
    {
        Assert.SkipWhen(string.IsNullOrEmpty(Server), "STOA_TEST_POSTGRES is not set");
        return new Store(CreateDatabase(), true, NewPrefix());
    }

    public Task<TestServer> NodeAsync(RecoveryOptions? recovery = null, Action<SocketIOBuilder>? io = null, Action<SocketIOOptions>? options = null, Action<SqlAdapterOptions>? sql = null) =>
        TestServer.StartAsync(
            io,
            o =>
            {
                o.Recovery = recovery;
                options?.Invoke(o);
            },
            services: s => s.AddSocketIOSql(ConformanceApp.Dialect(Connection), o =>
            {
                o.TablePrefix = Prefix;
                sql?.Invoke(o);
            }));

    public async Task<Nodes> TwoAsync(RecoveryOptions? recovery = null, Action<SocketIOBuilder>? io = null, Action<SocketIOOptions>? options = null, Action<SqlAdapterOptions>? sql = null) =>
        new(await NodeAsync(recovery, io, options, sql), await NodeAsync(recovery, io, options, sql), recovery is not null);

    /// <summary>A node here and one in a process of its own, both with recovery.</summary>
    public async Task<(TestServer Here, HostProcess There)> TwoProcessesAsync() =>
        (await NodeAsync(new RecoveryOptions()), await HostProcess.StartWithAsync($"--sql={Connection}", $"--prefix={Prefix}"));

    /// <summary>Runs SQL on the log, with <c>{p}</c> for the prefix.</summary>
    public Task RunAsync(string sql) => OneAsync(sql);

    /// <summary>The first value that SQL on the log answers.</summary>
    public async Task<object?> OneAsync(string sql)
    {
        await using System.Data.Common.DbConnection connection = IsPostgres ? new NpgsqlConnection(Connection) : new SqliteConnection(Connection);
        await connection.OpenAsync(TestServer.Cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = sql.Replace("{p}", Prefix, StringComparison.Ordinal);
        return await command.ExecuteScalarAsync(TestServer.Cancellation);
    }

    /// <summary>Cuts all connections to the database and lets none in.</summary>
    public Task CloseAsync() => AdministerAsync("ALTER DATABASE \"{0}\" WITH ALLOW_CONNECTIONS false", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{0}'");

    public Task OpenAsync() => AdministerAsync("ALTER DATABASE \"{0}\" WITH ALLOW_CONNECTIONS true");

    /// <summary>Cuts all connections; new ones are let in.</summary>
    public Task CutAsync() => AdministerAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{0}'");

    private static string? Server => Environment.GetEnvironmentVariable("STOA_TEST_POSTGRES");

    private static string NewPrefix() => $"t{Guid.NewGuid().ToString("N")[..10]}_";

    private static string CreateDatabase()
    {
        var name = $"stoa_sockets_{Guid.NewGuid():N}";
        using var connection = new NpgsqlConnection(Server + ";Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand($"CREATE DATABASE \"{name}\"", connection);
        command.ExecuteNonQuery();
        return $"{Server};Database={name};Maximum Pool Size=150";
    }

    private async Task AdministerAsync(params string[] statements)
    {
        var name = new NpgsqlConnectionStringBuilder(Connection).Database;
        await using var connection = new NpgsqlConnection(Server + ";Pooling=false");
        await connection.OpenAsync(TestServer.Cancellation);
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement.Replace("{0}", name, StringComparison.Ordinal), connection);
            await command.ExecuteNonQueryAsync(TestServer.Cancellation);
        }
    }
}
