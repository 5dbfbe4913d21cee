using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;

namespace Stoa.Core.Data;

/// <summary>Lets one process at a time change the tables of a database: nodes that start together, and <c>migrate</c> by hand beside them.</summary>
/// <remarks>
/// Both kinds of lock end with the process that holds them, however it ends.
/// <para>PostgreSQL: an advisory lock on a connection of its own. EF's own lock is on the history table, which the first of several nodes has
/// yet to make. It is asked for again and again instead of awaited, because a waiting statement holds a snapshot, and
/// <c>CREATE INDEX CONCURRENTLY</c> in a migration would wait for that one in turn. PgBouncer must pool by session for it.</para>
/// <para>SQLite: an operating-system lock on the file <c>DATABASE.lock</c>, which stays behind empty. Whoever holds it may remove the row of
/// <c>__EFMigrationsLock</c>: EF writes that row at the start of a migration and waits for ever for one that a killed process left. A
/// <c>dotnet ef database update</c> at the same moment does not know this lock; use <c>migrate up</c> instead.</para>
/// </remarks>
internal static class MigrationLock
{
    /// <summary>"Stoa" in ASCII: any number that no other application in the same database takes.</summary>
    private const long AdvisoryKey = 0x53746F61;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits until nobody else migrates this database. Makes the database, or the file's folder, where there is none.</summary>
    public static async Task<IAsyncDisposable> TakeAsync(StoaDb db, CancellationToken cancellation) =>
        db is SqliteStoaDb ? await TakeFileAsync(db, cancellation) : await TakeAdvisoryAsync(db, cancellation);

    /// <summary>Removes the row that a killed migration left. Only with the lock held, or by the operator's word.</summary>
    public static async Task ClearLeftOverAsync(StoaDb db, CancellationToken cancellation)
    {
        if (db is SqliteStoaDb && await db.GetService<IRelationalDatabaseCreator>().ExistsAsync(cancellation))
            await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellation);
    }

    private static async Task<IAsyncDisposable> TakeFileAsync(StoaDb db, CancellationToken cancellation)
    {
        var path = Path.GetFullPath(new SqliteConnectionStringBuilder(db.Database.GetConnectionString()).DataSource);

        // A folder made here holds the record: nobody but its owner may read it.
        OwnerOnlyFiles.MakeFolder(Path.GetDirectoryName(path)!);
        while (true)
        {
            try
            {
                // Beside the database and not on it: closing a second handle of a SQLite file drops SQLite's own locks (POSIX).
                var held = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                await ClearLeftOverAsync(db, cancellation);
                return held;
            }
            catch (IOException fault) when (IsHeldByAnother(fault))
            {
                await Task.Delay(Pause, cancellation);
            }
        }
    }

    // EAGAIN of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows. Anything else (a full disk, say) is not worth waiting for.
    private static bool IsHeldByAnother(IOException fault) => fault.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static async Task<IAsyncDisposable> TakeAdvisoryAsync(StoaDb db, CancellationToken cancellation)
    {
        await CreateAsync(db, cancellation);
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(db.Database.GetConnectionString()) { Pooling = false }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT pg_try_advisory_lock($1)";
            command.Parameters.Add(new NpgsqlParameter { Value = AdvisoryKey });
            while (await command.ExecuteScalarAsync(cancellation) is not true)
                await Task.Delay(Pause, cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task CreateAsync(StoaDb db, CancellationToken cancellation)
    {
        var creator = db.GetService<IRelationalDatabaseCreator>();
        if (await creator.ExistsAsync(cancellation))
            return;
        try
        {
            await creator.CreateAsync(cancellation);
        }
        catch (DbException) when (creator.Exists())
        {
            // Another node was faster.
        }
    }
}
