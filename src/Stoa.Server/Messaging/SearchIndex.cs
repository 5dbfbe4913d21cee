using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Errors;

namespace Stoa.Server.Messaging;

/// <summary>Fills the full-text index with what was written since, every other second. Whatever it misses by a crash it takes in later.</summary>
public sealed class SearchIndex(IDbContextFactory<StoaDb> databases, TimeProvider clock, Outages outages, ILogger<MessagesLog> log) : BackgroundService
{
    private const string Topic = "message search";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Takes in everything there is now; for tests and tools that cannot wait.</summary>
    public async Task CatchUpAsync(CancellationToken cancellation)
    {
        while (await TakeInAsync(cancellation) >= MessageSearch.MaxBatch)
        {
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await CatchUpAsync(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                if (!outages.Notes(fault))
                    log.IndexFailed(fault);
            }
        }
    }

    private async Task<int> TakeInAsync(CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);

        // A quiet server writes nothing.
        if (!await MessageSearch.IsBehindAsync(db, cancellation))
            return 0;
        return await db.WriteAsync(async () =>
        {
            await db.SerializeAsync(Topic, cancellation);
            return await MessageSearch.TakeInAsync(db, clock.GetUtcNow(), cancellation);
        }, cancellation);
    }
}
