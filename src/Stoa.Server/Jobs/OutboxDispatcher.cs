using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Core.Outbox;
using Stoa.Server.Hosting.Errors;

namespace Stoa.Server.Jobs;

/// <summary>Brings committed events to their subscribers.</summary>
/// <remarks>
/// Events of this process come over the <see cref="OutboxFeed"/> right after their commit. Rows whose lease ran out (their node died, or a
/// subscriber failed) are claimed from the table. Finished rows are deleted with the next commit of the message log, or by the sweep.
/// </remarks>
public sealed class OutboxDispatcher(
    OutboxFeed feed,
    IServiceScopeFactory scopes,
    OutboxRoutes routes,
    DatabaseTarget target,
    TimeSpan sweepInterval,
    TimeProvider clock,
    Outages outages,
    ILogger<OutboxDispatcher> log) : FinishingService
{
    private const int ClaimLimit = 100;
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromMinutes(10);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(FollowAsync(stoppingToken), SweepAsync(stoppingToken));

    /// <summary>Does what is still waiting, then deletes what is done, so that the next start does not do it again.</summary>
    protected override async Task FinishAsync(CancellationToken cancellation)
    {
        try
        {
            while (feed.Entries.TryRead(out var entry))
                await DispatchAsync(entry.Id, entry.Event, attempts: 0, cancellation);
            while (feed.HasDone)
                await DeleteDoneAsync(cancellation);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            // The database is gone: what is left is done by the next start, or by another node.
            if (!outages.Notes(fault))
                log.SweepFailed(fault);
        }
    }

    private async Task FollowAsync(CancellationToken stopping)
    {
        await foreach (var entry in feed.Entries.ReadAllAsync(stopping))
            await DispatchAsync(entry.Id, entry.Event, attempts: 0, stopping);
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        // One file has one server: whatever is in its outbox at the start was left by the process before.
        var everything = target.Kind == DatabaseKind.Sqlite;
        using var timer = new PeriodicTimer(sweepInterval, clock);
        do
        {
            try
            {
                await DeleteDoneAsync(stopping);
                while (await ClaimAsync(everything, stopping) == ClaimLimit)
                {
                }

                everything = false;
            }
            catch (Exception fault) when (!stopping.IsCancellationRequested)
            {
                if (!outages.Notes(fault))
                    log.SweepFailed(fault);
            }
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private async Task DeleteDoneAsync(CancellationToken stopping)
    {
        if (!feed.HasDone)
            return;
        var done = feed.TakeDone(1000);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<StoaDb>();
            await db.WriteAsync(() => db.Outbox.Where(e => done.Contains(e.Id)).ExecuteDeleteAsync(stopping), stopping);
        }
        catch
        {
            feed.GiveBack(done);
            throw;
        }
    }

    /// <summary>Takes over what is due, by one conditional update a row, and dispatches it; returns how many rows were looked at.</summary>
    private async Task<int> ClaimAsync(bool everything, CancellationToken stopping)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<StoaDb>();
        var now = clock.GetUtcNow();
        var due = await db.Outbox.AsNoTracking()
            .Where(e => everything ? e.Owner != feed.Node : e.DueAt <= now)
            .OrderBy(e => e.Id).Take(ClaimLimit).ToListAsync(stopping);
        foreach (var row in due)
        {
            var claimed = await db.WriteAsync(
                () => db.Outbox.Where(e => e.Id == row.Id && e.Owner == row.Owner && e.DueAt == row.DueAt)
                    .ExecuteUpdateAsync(e => e.SetProperty(x => x.Owner, feed.Node).SetProperty(x => x.DueAt, clock.GetUtcNow() + feed.Lease), stopping),
                stopping);
            if (claimed == 1 && OutboxEvents.Read(row.Type, row.Payload) is { } what)
                await DispatchAsync(row.Id, what, row.Attempts, stopping);
        }

        return due.Count;
    }

    private async Task DispatchAsync(long id, IOutboxEvent what, int attempts, CancellationToken stopping)
    {
        try
        {
            await routes.DeliverAsync(what, scopes, stopping);
            feed.Complete(id);
            StoaMeter.OutboxDispatched.Add(1);
        }
        catch (Exception fault) when (!stopping.IsCancellationRequested)
        {
            var delay = Backoff(attempts);
            StoaMeter.OutboxFailed.Add(1);
            if (!outages.Notes(fault))
                log.DispatchFailed(OutboxEvents.NameOf(what), id, attempts + 1, delay.TotalSeconds, fault);
            await PostponeAsync(id, attempts + 1, delay, stopping);
        }
    }

    private async Task PostponeAsync(long id, int attempts, TimeSpan delay, CancellationToken stopping)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<StoaDb>();
            var due = clock.GetUtcNow() + delay;
            await db.WriteAsync(
                () => db.Outbox.Where(e => e.Id == id).ExecuteUpdateAsync(e => e.SetProperty(x => x.Attempts, attempts).SetProperty(x => x.DueAt, due), stopping),
                stopping);
        }
        catch (Exception fault) when (!stopping.IsCancellationRequested)
        {
            // The row keeps its lease: it comes up again when that has run out.
            if (!outages.Notes(fault))
                log.SweepFailed(fault);
        }
    }

    private static TimeSpan Backoff(int attempts) =>
        attempts >= 10 ? MaxBackoff : TimeSpan.FromSeconds(Math.Min(MaxBackoff.TotalSeconds, Math.Pow(2, attempts)));
}

internal static partial class OutboxLogEvents
{
    [LoggerMessage(3001, LogLevel.Warning, "outbox.dispatch_failed type={Type} id={Id} attempts={Attempts} again_in={Seconds}s")]
    public static partial void DispatchFailed(this ILogger<OutboxDispatcher> log, string type, long id, int attempts, double seconds, Exception fault);

    [LoggerMessage(3002, LogLevel.Error, "outbox.sweep_failed")]
    public static partial void SweepFailed(this ILogger<OutboxDispatcher> log, Exception fault);
}
