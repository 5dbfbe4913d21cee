using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;

namespace Stoa.Server.Messaging;

/// <summary>Deletes what redaction kept for moderators once its time is over; looks every hour. Any number of nodes may.</summary>
public sealed class ForgetOriginals(IDbContextFactory<StoaDb> databases, TimeProvider clock, ILogger<MessagesLog> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        do
        {
            try
            {
                await using var db = await databases.CreateDbContextAsync(stoppingToken);
                var now = clock.GetUtcNow();
                if (await db.MessageOriginals.AnyAsync(o => o.KeepUntil <= now, stoppingToken))
                    await db.WriteAsync(() => db.MessageOriginals.Where(o => o.KeepUntil <= now).ExecuteDeleteAsync(stoppingToken), stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                log.OriginalsKept(fault);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
