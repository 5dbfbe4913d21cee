using Microsoft.Data.Sqlite;
using Npgsql;

namespace Stoa.Core.Data.Backups;

/// <summary>Whether a server, or anybody else, has the database open: for verbs that take something away under it.</summary>
public static class DatabaseInUse
{
    private const string Others =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";

    /// <exception cref="BackupException">Somebody has it open.</exception>
    public static async Task RefuseAsync(DatabaseTarget target, CancellationToken cancellation)
    {
        // What this process has only kept for later is nobody's.
        if (target.Kind == DatabaseKind.Sqlite)
        {
            SqliteConnection.ClearAllPools();
            await SqliteCopy.RefuseInUseAsync(target, cancellation);
            return;
        }

        NpgsqlConnection.ClearAllPools();
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(target.Connection) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(Others, connection);
        if (await command.ExecuteScalarAsync(cancellation) is > 0L)
            throw new BackupException($"the database {connection.Database} is in use: stop every server on it first");
    }
}
