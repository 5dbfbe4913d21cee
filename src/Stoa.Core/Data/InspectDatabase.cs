using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Stoa.Core.Data;

/// <summary>What an operator should know of a database.</summary>
/// <param name="Pending">Migrations of this version that it lacks.</param>
/// <param name="Unknown">Migrations it has that this version does not know.</param>
/// <param name="Clock">The database server's time; null on SQLite, which has none of its own.</param>
/// <param name="Twins">Accounts that look the same (<see cref="FindTwins"/>); none while migrations are pending.</param>
public sealed record DatabaseState(
    IReadOnlyList<string> Pending, IReadOnlyList<string> Unknown, DateTimeOffset? Clock, DateTimeOffset? NewestMessageAt, IReadOnlyList<Twins> Twins);

/// <summary>Looks at a database and changes nothing.</summary>
public static class InspectDatabase
{
    /// <summary>The server may answer, but there is no such database or file.</summary>
    public static async Task<bool> IsMissingAsync(DatabaseTarget target, CancellationToken cancellation)
    {
        if (target.Kind == DatabaseKind.Sqlite)
            return !File.Exists(new SqliteConnectionStringBuilder(target.Connection).DataSource);
        await using var db = StoaDbServices.Open(target);
        return !await db.GetService<IRelationalDatabaseCreator>().ExistsAsync(cancellation);
    }

    public static async Task<DatabaseState> ReadAsync(DatabaseTarget target, CancellationToken cancellation)
    {
        await using var db = StoaDbServices.Open(target);
        var applied = (await db.Database.GetAppliedMigrationsAsync(cancellation)).ToList();
        var known = db.Database.GetMigrations().ToList();
        var pending = known.Except(applied).ToList();
        DateTimeOffset? clock = target.Kind == DatabaseKind.Sqlite
            ? null
            : (await db.Database.SqlQueryRaw<DateTimeOffset>("SELECT clock_timestamp() AS \"Value\"").ToListAsync(cancellation))[0];
        DateTimeOffset? newest = pending.Count > 0
            ? null
            : await db.Messages.OrderByDescending(m => m.Id).Select(m => (DateTimeOffset?)m.SentAt).FirstOrDefaultAsync(cancellation);
        return new DatabaseState(pending, [.. applied.Except(known)], clock, newest, pending.Count > 0 ? [] : await FindTwins.ReadAsync(db, cancellation));
    }

    /// <summary>What <c>PRAGMA quick_check</c> finds first; null when it finds nothing, and on PostgreSQL, which has checksums of its own.</summary>
    /// <remarks>Reads the whole file; servers may run meanwhile.</remarks>
    public static async Task<string?> FindDamageAsync(DatabaseTarget target, CancellationToken cancellation)
    {
        if (target.Kind != DatabaseKind.Sqlite)
            return null;
        await using var db = StoaDbServices.Open(target);
        await db.Database.OpenConnectionAsync(cancellation);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = "PRAGMA quick_check(1)";
        var found = await command.ExecuteScalarAsync(cancellation) as string;
        return found == "ok" ? null : found;
    }

    /// <summary>A file up to this size is looked through at each start: that takes about a tenth of a second. Of a larger one 'doctor' finds the damage.</summary>
    private const long LookedThroughBytes = 64_000_000;

    /// <summary>Returns when nothing is wrong with the file of SQLite, when it is not there yet, and when it is too large to be looked through at a start.</summary>
    /// <exception cref="DamagedDatabaseException">Its structure is damaged: answers would be wrong, and what is written might be lost.</exception>
    public static async Task RefuseDamagedAsync(DatabaseTarget target, CancellationToken cancellation)
    {
        if (target.Kind != DatabaseKind.Sqlite || new FileInfo(new SqliteConnectionStringBuilder(target.Connection).DataSource) is not { Exists: true, Length: <= LookedThroughBytes })
            return;
        if (await FindDamageAsync(target, cancellation) is { } damage)
            throw new DamagedDatabaseException(damage);
    }
}

/// <summary>The database's file is there and is no longer what was written.</summary>
public sealed class DamagedDatabaseException(string damage) : Exception(damage);
