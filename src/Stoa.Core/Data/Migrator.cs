using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;

namespace Stoa.Core.Data;

/// <summary>The operator's hands on the migrations: the verbs of <c>migrate</c>, for both databases alike.</summary>
public sealed class Migrator(StoaDb db, TextWriter output)
{
    public const string Usage =
        """
        usage: migrate up [NAME]     apply all migrations, or those up to NAME
               migrate down NAME     undo all that came after NAME; 0 undoes everything. What they hold is lost, so it asks for
                                     --force, and then takes a backup first; refused while a server runs
               migrate down -1       undo the last one (-2: the last two)
               migrate current       print the last one applied
               migrate history       list all, applied or pending
               migrate check         is the model covered by migrations? (for developers)
               migrate sql           print the script that makes the tables
               migrate unlock        SQLite: forget the lock of a migration that was killed
        """;

    private const int Ok = 0;
    private const int Failed = 1;
    private const int Misused = 2;

    /// <param name="words">The verb and its operand; names may be given without their timestamp.</param>
    /// <returns>0 when done, 1 when it failed (or <c>check</c> found a difference), 2 when the words make no sense.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> words, CancellationToken cancellation)
    {
        try
        {
            return await DoAsync(words, cancellation);
        }
        catch (Exception fault) when (fault is InvalidOperationException or NotSupportedException or DbException)
        {
            await output.WriteLineAsync($"failed: {fault.GetBaseException().Message}");
            return Failed;
        }
    }

    /// <summary>What <c>down</c> with this operand would take away: the tables and columns that the migrations hold which it undoes.</summary>
    /// <returns>Null when nothing would be undone: the operand makes no sense, or means where the database is already.</returns>
    public async Task<IReadOnlyList<string>?> LossOfDownAsync(string operand, CancellationToken cancellation)
    {
        var (applied, all) = (await AppliedAsync(cancellation), db.Database.GetMigrations().ToList());
        var (target, objection) = operand.StartsWith('-') && int.TryParse(operand, out var steps) ? DownBy(-steps, applied) : DownTo(operand, applied, all);
        var undone = applied.Skip(target == Migration.InitialDatabase ? 0 : applied.IndexOf(target!) + 1).ToList();
        if (objection is not null || undone.Count == 0)
            return null;
        var assembly = db.GetService<IMigrationsAssembly>();
        return
        [
            .. undone.Where(assembly.Migrations.ContainsKey)
                .SelectMany(m => assembly.CreateMigration(assembly.Migrations[m], db.Database.ProviderName!).DownOperations)
                .Select(static o => o switch
                {
                    DropTableOperation table => table.Name,
                    DropColumnOperation column => $"{column.Table}.{column.Name}",
                    _ => null,
                })
                .OfType<string>().Distinct().Order(StringComparer.Ordinal),
        ];
    }

    private Task<int> DoAsync(IReadOnlyList<string> words, CancellationToken cancellation) => words switch
    {
        ["up"] => MoveAsync(static (_, _) => (null, null), cancellation),
        ["up", var name] => MoveAsync((applied, all) => UpTo(name, applied, all), cancellation),
        ["down", ['-', ..] steps] when int.TryParse(steps, out var count) => MoveAsync((applied, _) => DownBy(-count, applied), cancellation),
        ["down", var name] => MoveAsync((applied, all) => DownTo(name, applied, all), cancellation),
        ["current"] => CurrentAsync(cancellation),
        ["history"] => HistoryAsync(cancellation),
        ["check"] => CheckAsync(),
        ["sql"] => SqlAsync(),
        ["unlock"] => UnlockAsync(cancellation),
        _ => MisusedAsync(Usage),
    };

    /// <summary>Moves the database to the migration that <paramref name="choose"/> picks (null: the last), under the lock.</summary>
    private async Task<int> MoveAsync(Func<List<string>, List<string>, (string? Target, string? Objection)> choose, CancellationToken cancellation)
    {
        await using var held = await MigrationLock.TakeAsync(db, cancellation);
        var applied = await AppliedAsync(cancellation);

        // Chosen before IMigrator is asked: with a name it does not know, it leaves SQLite's lock row behind.
        var (target, objection) = choose(applied, [.. db.Database.GetMigrations()]);
        if (objection is not null)
            return await MisusedAsync(objection);

        await db.GetService<IMigrator>().MigrateAsync(target, cancellation);
        var now = await AppliedAsync(cancellation);
        foreach (var name in now.Except(applied))
            await output.WriteLineAsync($"applied  {name}");
        foreach (var name in applied.Except(now).Reverse())
            await output.WriteLineAsync($"undone   {name}");
        return await CurrentAsync(cancellation);
    }

    private static (string?, string?) UpTo(string name, List<string> applied, List<string> all) => Find(name, all) switch
    {
        null => (null, $"no migration is named {name}"),
        var found when applied.Contains(found) && applied[^1] != found => (null, $"{found} is applied already, with others after it; to go back: migrate down {name}"),
        var found => (found, null),
    };

    private static (string?, string?) DownTo(string name, List<string> applied, List<string> all) => name == "0"
        ? (Migration.InitialDatabase, null)
        : Find(name, all) switch
        {
            null => (null, $"no migration is named {name}"),
            var found when !applied.Contains(found) => (null, $"{found} is not applied; to go forward: migrate up {name}"),
            var found => (found, null),
        };

    private static (string?, string?) DownBy(int steps, List<string> applied) => steps < 1 || steps > applied.Count
        ? (null, $"there are {applied.Count} applied migrations, {steps} cannot be undone")
        : (steps == applied.Count ? Migration.InitialDatabase : applied[^(steps + 1)], null);

    private static string? Find(string name, List<string> all) =>
        all.Find(m => m.Equals(name, StringComparison.OrdinalIgnoreCase) || m.EndsWith("_" + name, StringComparison.OrdinalIgnoreCase));

    private async Task<int> CurrentAsync(CancellationToken cancellation)
    {
        var applied = await AppliedAsync(cancellation);
        var last = applied.LastOrDefault();
        await output.WriteLineAsync(last is null ? "none" : last == db.Database.GetMigrations().LastOrDefault() ? $"{last} (head)" : last);
        return Ok;
    }

    private async Task<int> HistoryAsync(CancellationToken cancellation)
    {
        var applied = await AppliedAsync(cancellation);
        foreach (var name in db.Database.GetMigrations().Union(applied))
            await output.WriteLineAsync($"{(applied.Contains(name) ? "applied" : "pending")}  {name}");
        return Ok;
    }

    private async Task<int> CheckAsync()
    {
        var isChanged = db.Database.HasPendingModelChanges();
        await output.WriteLineAsync(isChanged ? "the model has changes without a migration: tools/add-migration NAME" : "the model and its migrations agree");
        return isChanged ? Failed : Ok;
    }

    private async Task<int> SqlAsync()
    {
        // SQLite has no conditional statements, so its script is only for an empty file.
        var options = db is SqliteStoaDb ? MigrationsSqlGenerationOptions.Default : MigrationsSqlGenerationOptions.Idempotent;
        await output.WriteLineAsync(db.GetService<IMigrator>().GenerateScript(options: options));
        return Ok;
    }

    private async Task<int> UnlockAsync(CancellationToken cancellation)
    {
        await MigrationLock.ClearLeftOverAsync(db, cancellation);
        await output.WriteLineAsync(db is SqliteStoaDb ? "unlocked" : "nothing to do: on PostgreSQL the lock ends with the connection that holds it");
        return Ok;
    }

    private async Task<int> MisusedAsync(string what)
    {
        await output.WriteLineAsync(what);
        return Misused;
    }

    private async Task<List<string>> AppliedAsync(CancellationToken cancellation) => [.. await db.Database.GetAppliedMigrationsAsync(cancellation)];
}
