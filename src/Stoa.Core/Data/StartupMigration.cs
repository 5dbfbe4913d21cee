using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Stoa.Core.Data;

/// <summary>Brings the tables up to date when a node starts, or makes sure that they are.</summary>
public static partial class StartupMigration
{
    // More are counted by 'doctor'.
    private const int MostTold = 20;

    /// <summary>Returns once the database has every migration of this version. Safe for any number of nodes that start at once.</summary>
    /// <param name="apply">False: nothing is changed.</param>
    /// <exception cref="MigrationsPendingException">Migrations are missing and <paramref name="apply"/> is false.</exception>
    public static async Task RunAsync(IDbContextFactory<StoaDb> databases, bool apply, ILogger log, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        if (apply)
            await ApplyAsync(db, log, cancellation);
        else if ((await db.Database.GetPendingMigrationsAsync(cancellation)).ToList() is { Count: > 0 } pending)
            throw new MigrationsPendingException(pending);

        // A newer version was here. Migrations add before they remove (docs/data.md), so the version before runs on.
        var known = db.Database.GetMigrations().ToHashSet(StringComparer.Ordinal);
        foreach (var name in await db.Database.GetAppliedMigrationsAsync(cancellation))
        {
            if (!known.Contains(name))
                Unknown(log, name);
        }
    }

    /// <summary>Makes every migration that is missing, one process at a time.</summary>
    public static async Task ApplyAsync(StoaDb db, ILogger log, CancellationToken cancellation)
    {
        await using var held = await MigrationLock.TakeAsync(db, cancellation);
        var pending = (await db.Database.GetPendingMigrationsAsync(cancellation)).ToList();
        foreach (var name in pending)
            Applying(log, name);
        await db.Database.MigrateAsync(cancellation);
        if (pending.Count == 0)
            return;
        foreach (var twins in (await FindTwins.ReadAsync(db, cancellation)).Take(MostTold))
            Alike(log, twins);
    }

    [LoggerMessage(1, LogLevel.Information, "migration.applying {Name}")]
    private static partial void Applying(ILogger log, string name);

    [LoggerMessage(3, LogLevel.Warning, "migration.twins {Twins}: the same to whoever reads them; rename one (docs/accounts.md)")]
    private static partial void Alike(ILogger log, Twins twins);

    [LoggerMessage(2, LogLevel.Warning, "migration.unknown {Name}: the database was changed by a newer version")]
    private static partial void Unknown(ILogger log, string name);
}

/// <summary>The database lacks migrations, and this start may not make them.</summary>
public sealed class MigrationsPendingException(IReadOnlyList<string> names)
    : Exception($"The database lacks {names.Count} migration(s), the first is {names[0]}. Run 'migrate up', or set Database:MigrateOnStart to true.");
