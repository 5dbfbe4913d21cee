using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Identity.Throttling;

/// <summary>Counts tries per name in the record, and makes those after wrong ones wait longer and longer (<see cref="LogInFailures"/>).</summary>
/// <remarks>
/// A try is counted before it is looked at and given back when it was right: of a thousand at once, on all nodes, no more are looked at than one after the other.
/// The name is whatever was typed, known or not: both are treated alike, so waiting tells nothing. Refusal: <c>auth.paused</c>.
/// </remarks>
public sealed class FailureLog(StoaDb db, Sealing sealing, TimeProvider clock)
{
    private const string Purpose = "log-in failures";
    public static readonly Refusal Paused = Refusal.TooMany("auth.paused", "Too many wrong attempts, please wait before the next one");

    /// <summary>A try that counts as a failure until it is given back.</summary>
    /// <param name="Before">The failures in a row before it, and when the last was.</param>
    public readonly record struct Permit(string NameHash, DateTimeOffset At, (int Count, DateTimeOffset LastAt) Before);

    /// <summary>Counts a try; refused while tries of this name must wait.</summary>
    /// <param name="passesPause">From a device that its owner used before: the pause does not hold there, but the try counts.</param>
    public async Task<Outcome<Permit>> TakeAsync(string name, bool passesPause, CancellationToken cancellation)
    {
        var (hash, now) = (sealing.Hash(Purpose, name), clock.GetUtcNow().Rounded());
        while (true)
        {
            var known = await db.LogInFailures.AsNoTracking().SingleOrDefaultAsync(f => f.NameHash == hash, cancellation);
            if (known?.PausedUntil > now && !passesPause)
                return Paused with { RetryAfter = known.PausedUntil - now };
            var before = known is null || known.LastAt + LogInFailures.Memory <= now ? (Count: 0, LastAt: now) : (known.Count, known.LastAt);

            // Somebody else's try came between: the next look sees it, and at last the pause.
            var isCounted = known is null ? await BeginAsync(hash, now, cancellation) : await CountAsync(known, now, passesPause, cancellation);
            if (isCounted)
                return new Permit(hash, now, before);
        }
    }

    /// <summary>The try was right: the name begins anew.</summary>
    public async Task ForgetAsync(Permit permit, CancellationToken cancellation)
    {
        var hash = permit.NameHash;
        await ForgetAsync(f => f.NameHash == hash, cancellation);
    }

    /// <summary>What made the tries of this name wrong is over, e.g. an old password.</summary>
    public async Task ForgetAsync(string name, CancellationToken cancellation)
    {
        var hash = sealing.Hash(Purpose, name);
        await ForgetAsync(f => f.NameHash == hash, cancellation);
    }

    /// <summary>The try was not looked at: it counts no more.</summary>
    public async Task GiveBackAsync(Permit permit, CancellationToken cancellation)
    {
        var (hash, at, before) = (permit.NameHash, permit.At, permit.Before.LastAt);
        await db.WriteAsync(
            () => db.LogInFailures.Where(f => f.NameHash == hash && f.Count > 0).ExecuteUpdateAsync(
                f => f.SetProperty(x => x.Count, x => x.Count - 1).SetProperty(x => x.LastAt, x => x.LastAt == at ? before : x.LastAt), cancellation),
            cancellation);
    }

    private Task<int> ForgetAsync(Expression<Func<LogInFailures, bool>> which, CancellationToken cancellation) =>
        db.WriteAsync(() => db.LogInFailures.Where(which).ExecuteDeleteAsync(cancellation), cancellation);

    /// <summary>False when somebody else was first.</summary>
    private async Task<bool> BeginAsync(string hash, DateTimeOffset now, CancellationToken cancellation)
    {
        try
        {
            var first = new LogInFailures { NameHash = hash, Count = 1, LastAt = now };
            db.LogInFailures.Add(first);
            await db.SaveChangesAsync(cancellation);
            db.Entry(first).State = EntityState.Detached;

            // Names that nobody has are typed in large numbers: what counts no more goes when new ones come.
            var forgotten = now - LogInFailures.Memory;
            await db.WriteAsync(() => db.LogInFailures.Where(f => f.LastAt < forgotten).ExecuteDeleteAsync(cancellation), cancellation);
            return true;
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.ChangeTracker.Clear();
            return false;
        }
    }

    /// <summary>False when the row is not any more what was read; to who passes the pause only its being there matters.</summary>
    private async Task<bool> CountAsync(LogInFailures known, DateTimeOffset now, bool passesPause, CancellationToken cancellation)
    {
        var (id, seen, last, forgotten) = (known.Id, known.Count, known.LastAt, now - LogInFailures.Memory);
        var row = db.LogInFailures.Where(f => f.Id == id && (passesPause || (f.Count == seen && f.LastAt == last)));
        return await db.WriteAsync(
            () => row.ExecuteUpdateAsync(
                f => f.SetProperty(x => x.Count, x => x.LastAt <= forgotten ? 1 : x.Count + 1).SetProperty(x => x.LastAt, now), cancellation),
            cancellation) == 1;
    }
}
