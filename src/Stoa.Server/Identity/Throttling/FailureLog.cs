using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Identity.Throttling;

/// <summary>Remembers wrong tries per name in the record, and makes the next ones wait longer and longer (<see cref="LogInFailures"/>).</summary>
/// <remarks>The name is whatever was typed, known or not: both are treated alike, so waiting tells nothing.</remarks>
public sealed class FailureLog(StoaDb db, Sealing sealing, TimeProvider clock)
{
    private const string Purpose = "log-in failures";
    public static readonly Refusal Paused = Refusal.TooMany("auth.paused", "Too many wrong attempts, please wait before the next one");

    /// <summary>How often a name failed in a row, and whether its tries are refused for now.</summary>
    public readonly record struct Standing(int Count, Refusal? Refusal);

    public async Task<Standing> ReadAsync(string name, CancellationToken cancellation)
    {
        var hash = sealing.Hash(Purpose, name);
        var failures = await db.LogInFailures.AsNoTracking().SingleOrDefaultAsync(f => f.NameHash == hash, cancellation);
        var now = clock.GetUtcNow();
        if (failures is null || failures.LastAt + LogInFailures.Memory <= now)
            return new Standing(failures?.Count ?? 0, null);
        return new Standing(failures.Count, failures.PausedUntil > now ? Paused with { RetryAfter = failures.PausedUntil - now } : null);
    }

    /// <summary>One more failure; counts anew when the last one is long ago.</summary>
    public async Task AddAsync(string name, CancellationToken cancellation)
    {
        var (hash, now) = (sealing.Hash(Purpose, name), clock.GetUtcNow());
        if (await CountAsync(hash, now, cancellation))
            return;
        try
        {
            var first = new LogInFailures { NameHash = hash, Count = 1, LastAt = now };
            db.LogInFailures.Add(first);
            await db.SaveChangesAsync(cancellation);
            db.Entry(first).State = EntityState.Detached;

            // Names that nobody has are typed in large numbers: what counts no more goes when new ones come.
            var forgotten = now - LogInFailures.Memory;
            await db.WriteAsync(() => db.LogInFailures.Where(f => f.LastAt < forgotten).ExecuteDeleteAsync(cancellation), cancellation);
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.ChangeTracker.Clear();
            await CountAsync(hash, now, cancellation);
        }
    }

    public async Task ForgetAsync(string name, CancellationToken cancellation)
    {
        var hash = sealing.Hash(Purpose, name);
        await db.WriteAsync(() => db.LogInFailures.Where(f => f.NameHash == hash).ExecuteDeleteAsync(cancellation), cancellation);
    }

    private async Task<bool> CountAsync(string hash, DateTimeOffset now, CancellationToken cancellation)
    {
        var forgotten = now - LogInFailures.Memory;
        return await db.WriteAsync(() => db.LogInFailures.Where(f => f.NameHash == hash).ExecuteUpdateAsync(
            f => f.SetProperty(x => x.Count, x => x.LastAt < forgotten ? 1 : x.Count + 1).SetProperty(x => x.LastAt, now), cancellation), cancellation) > 0;
    }
}
