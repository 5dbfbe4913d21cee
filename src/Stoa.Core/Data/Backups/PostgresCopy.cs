using System.Data;
using Npgsql;

namespace Stoa.Core.Data.Backups;

/// <summary>Dumps a PostgreSQL database in use, and loads a dump.</summary>
internal static class PostgresCopy
{
    /// <summary>PostgreSQL cuts names after 63 bytes, which would cut off the time.</summary>
    private const int LongestKept = 40;
    private const string ObjectInUse = "55006";
    private const string NoSuchDatabase = "3D000";

    /// <summary>One consistent state as a dump in PostgreSQL's custom format.</summary>
    /// <remarks>The snapshot is shared with pg_dump, so what is said of the state is true of the dump.</remarks>
    public static async Task<CopiedState> TakeAsync(DatabaseTarget source, string path, CancellationToken cancellation)
    {
        var database = new NpgsqlConnectionStringBuilder(source.Connection) { Pooling = false };
        await using var connection = await OpenAsync(database, cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var snapshot = (string)(await AskAsync(connection, "SELECT pg_export_snapshot()", cancellation))!;
        var migration = await AskAsync(connection, """SELECT max("MigrationId") FROM "__EFMigrationsHistory" """, cancellation) as string;
        var highest = await AskAsync(connection, "SELECT max(id) FROM messages", cancellation) as long? ?? 0;
        await OwnerOnlyFiles.Create(path).DisposeAsync();
        await PostgresTool.RunAsync("pg_dump", database, ["-Fc", "--no-password", "--no-owner", "--no-privileges", $"--snapshot={snapshot}", $"--file={path}"], cancellation);
        return new CopiedState(migration ?? "", highest);
    }

    /// <summary>Whether there is a table.</summary>
    public static async Task<bool> HasTablesAsync(DatabaseTarget target, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await OpenAsync(new NpgsqlConnectionStringBuilder(target.Connection) { Pooling = false }, cancellation);
            return await AskAsync(
                connection, "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema'))", cancellation) is true;
        }
        catch (PostgresException fault) when (fault.SqlState == NoSuchDatabase)
        {
            return false;
        }
    }

    /// <summary>Loads the dump into a database of its own and renames that to the target's name. What had the name is kept under another.</summary>
    /// <exception cref="BackupException">The target is in use, or the dump cannot be loaded; the target is as it was.</exception>
    public static async Task PlaceAsync(DatabaseTarget target, string dump, string suffix, CancellationToken cancellation)
    {
        var name = new NpgsqlConnectionStringBuilder(target.Connection).Database!;
        var draft = new NpgsqlConnectionStringBuilder(target.Connection) { Database = $"restore_{Guid.NewGuid():N}" };
        await using var server = await OpenAsync(new NpgsqlConnectionStringBuilder(target.Connection) { Pooling = false, Database = "postgres" }, cancellation);
        await AskAsync(server, $"CREATE DATABASE {Quoted(draft.Database)} TEMPLATE template0 ENCODING 'UTF8'", cancellation);
        try
        {
            await PostgresTool.RunAsync(
                "pg_restore", draft, ["--no-password", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", "--dbname=" + draft.Database, dump], cancellation);
            if (await ExistsAsync(server, name, cancellation))
                await AskAsync(server, $"ALTER DATABASE {Quoted(name)} RENAME TO {Quoted(name[..Math.Min(name.Length, LongestKept)] + suffix)}", cancellation);
            await AskAsync(server, $"ALTER DATABASE {Quoted(draft.Database)} RENAME TO {Quoted(name)}", cancellation);
        }
        catch (Exception fault)
        {
            await AskAsync(server, $"DROP DATABASE IF EXISTS {Quoted(draft.Database)}", CancellationToken.None);
            if (fault is PostgresException { SqlState: ObjectInUse })
                throw new BackupException($"the database {name} is in use: stop every server on it first", fault);
            throw;
        }
    }

    private static async Task<bool> ExistsAsync(NpgsqlConnection server, string name, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", server) { Parameters = { new() { Value = name } } };
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    private static string Quoted(string? name) => $"\"{name!.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static async Task<NpgsqlConnection> OpenAsync(NpgsqlConnectionStringBuilder database, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(cancellation);
        return connection;
    }

    private static async Task<object?> AskAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
#pragma warning disable CA2100 // Constants, and names that Quoted has made safe: a database's name cannot be a parameter.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(cancellation);
    }
}
