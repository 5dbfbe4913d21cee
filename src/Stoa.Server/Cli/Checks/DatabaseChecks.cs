using Stoa.Core.Data;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Cli.Checks;

/// <summary>Whether the record can be reached, has this version's tables, is whole, and keeps the same time.</summary>
internal static class DatabaseChecks
{
    public static async Task<IReadOnlyList<Finding>> RunAsync(StoaSettings settings, TimeProvider clock, TimeSpan patience, CancellationToken cancellation)
    {
        var target = settings.Database.Target;
        var name = DatabaseUrl.Describe(target);
        using var limit = new CancellationTokenSource(patience, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            if (await InspectDatabase.IsMissingAsync(target, both.Token))
                return [settings.Database.MigrateOnStart ? Finding.Warn("database", $"{name} is not there yet: the first start makes it") : Finding.Fail("database", $"{name} is not there: run 'migrate up'")];
            var state = await InspectDatabase.ReadAsync(target, both.Token);
            List<Finding> findings = [Finding.Ok("database", $"{name} answers"), Migrations(state, settings.Database.MigrateOnStart), Clock(state, clock, settings)];
            if (state.Twins.Count > 0)
                findings.Add(Finding.Warn("accounts", $"{state.Twins.Count} names or addresses are held twice in another spelling, the first is the {state.Twins[0]}: rename one (docs/accounts.md)"));
            if (target.Kind == DatabaseKind.Sqlite)
                findings.Add(Log(SqliteLog.SizeOf(target)));
            if (await InspectDatabase.FindDamageAsync(target, cancellation) is { } damage)
                findings.Add(Finding.Fail("database", $"damaged: {damage}"));
            else if (target.Kind == DatabaseKind.Sqlite)
                findings.Add(Finding.Ok("database", "quick_check finds no damage"));
            return findings;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return [Finding.Fail("database", $"{name} does not answer within {patience.TotalSeconds:0} s")];
        }
        catch (Exception fault) when (fault is System.Data.Common.DbException or IOException or TimeoutException or InvalidOperationException)
        {
            return [Finding.Fail("database", $"{name}: {fault.GetBaseException().Message}")];
        }
    }

    private static Finding Migrations(DatabaseState state, bool migratesOnStart) => state switch
    {
        { Pending.Count: > 0 } when migratesOnStart => Finding.Warn("migrations", $"{state.Pending.Count} are missing, the next start makes them"),
        { Pending.Count: > 0 } => Finding.Fail("migrations", $"{state.Pending.Count} are missing, the first is {state.Pending[0]}: run 'migrate up'"),
        { Unknown.Count: > 0 } => Finding.Warn("migrations", $"a newer version was here: {state.Unknown[0]}"),
        _ => Finding.Ok("migrations", "all of this version, none else"),
    };

    private static Finding Log(long bytes) => bytes > 2 * SqliteLog.MaxBytes
        ? Finding.Warn("database", $"its write-ahead log has {bytes / 1_000_000} MB, and a start after a crash reads all of it: does something else keep the file open?")
        : Finding.Ok("database", $"its write-ahead log has {bytes / 1_000_000} MB");

    private static Finding Clock(DatabaseState state, TimeProvider clock, StoaSettings settings)
    {
        var now = clock.GetUtcNow();
        var apart = (state.Clock ?? now) - now;
        if (apart.Duration() > settings.Tokens.Skew)
            return Finding.Fail("clock", $"{apart.TotalSeconds:0} s away from the database server's, Tokens:Skew allows {settings.Tokens.Skew.TotalSeconds:0} s");

        // Nothing in the record can be younger than now, unless this clock went back.
        return state.NewestMessageAt is { } newest && newest > now + settings.Tokens.Skew
            ? Finding.Fail("clock", $"it is {now:u}, but a message was stored at {newest:u}")
            : Finding.Ok("clock", $"{now:u}");
    }
}
