using Microsoft.Data.Sqlite;

namespace Stoa.Core.Data.Backups;

/// <summary>Copies a SQLite database that others are writing to, and puts a copy in its place.</summary>
internal static class SqliteCopy
{
    private const int PatienceSeconds = 5;
    private static readonly string[] Companions = ["-wal", "-shm", "-journal"];

    /// <summary>One consistent state into a new file that needs no others beside it.</summary>
    /// <remarks>SQLite's online backup in a single step: one read transaction, which in WAL mode neither waits for writers nor holds them up.</remarks>
    public static async Task<CopiedState> TakeAsync(DatabaseTarget source, string path, CancellationToken cancellation)
    {
        var file = PathOf(source);
        if (!File.Exists(file))
            throw new BackupException($"there is no database at {file}");
        await OwnerOnlyFiles.Create(path).DisposeAsync();
        await using var copy = Open(path);
        await using (var original = Open(file))
            original.BackupDatabase(copy);

        // The copy is still marked as WAL; as it is, opening it anywhere would make files beside it.
        await AskAsync(copy, "PRAGMA journal_mode=DELETE", cancellation);
        if (await AskAsync(copy, "PRAGMA quick_check(1)", cancellation) is not "ok")
            throw new BackupException($"the database at {file} is damaged (PRAGMA quick_check): run 'doctor', and keep older backups");
        var migration = await AskAsync(copy, """SELECT max("MigrationId") FROM "__EFMigrationsHistory" """, cancellation) as string;
        return new CopiedState(migration ?? "", await AskAsync(copy, "SELECT max(id) FROM messages", cancellation) as long? ?? 0);
    }

    /// <summary>Whether there is a table.</summary>
    public static async Task<bool> HasTablesAsync(DatabaseTarget target, CancellationToken cancellation)
    {
        if (!File.Exists(PathOf(target)))
            return false;
        await using var connection = Open(PathOf(target));
        return await AskAsync(connection, "SELECT count(*) FROM sqlite_schema", cancellation) is not 0L;
    }

    /// <summary>Moves the copy to the target's place. What was there is kept beside it.</summary>
    /// <param name="copy">On the same file system, so that the move is one step.</param>
    /// <param name="suffix">Of the file that was there.</param>
    /// <exception cref="BackupException">A server has the database open.</exception>
    public static async Task PlaceAsync(DatabaseTarget target, string copy, string suffix, CancellationToken cancellation)
    {
        var file = PathOf(target);
        if (File.Exists(file))
        {
            // Leaving the WAL is granted only to the last connection, and it brings everything into the one file.
            await using (var old = Open(file))
                await LeaveWalAsync(old, file, cancellation);
            File.Move(file, file + suffix, overwrite: false);
        }

        // Left by a database that was removed by hand: SQLite would mix them into the new one.
        foreach (var stray in Companions.Select(s => file + s).Where(File.Exists))
            File.Move(stray, stray + suffix, overwrite: false);
        File.Move(copy, file, overwrite: false);
    }

    public static string PathOf(DatabaseTarget target) => Path.GetFullPath(new SqliteConnectionStringBuilder(target.Connection).DataSource);

    /// <exception cref="BackupException">A server, or anybody else, has the file open.</exception>
    public static async Task RefuseInUseAsync(DatabaseTarget target, CancellationToken cancellation)
    {
        var file = PathOf(target);
        await using var connection = Open(file);
        await LeaveWalAsync(connection, file, cancellation);
    }

    private static async Task LeaveWalAsync(SqliteConnection old, string file, CancellationToken cancellation)
    {
        try
        {
            if (await AskAsync(old, "PRAGMA journal_mode=DELETE", cancellation) is "delete")
                return;
        }
        catch (SqliteException fault) when (fault.SqliteErrorCode is 5 or 6)
        {
            // SQLITE_BUSY, SQLITE_LOCKED: said below.
        }

        throw new BackupException($"{file} is in use: stop the server first");
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = PatienceSeconds,
        }.ConnectionString);
        connection.Open();
        return connection;
    }

    private static async Task<object?> AskAsync(SqliteConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only the constants above come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(cancellation);
    }
}
