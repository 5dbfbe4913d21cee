using Microsoft.EntityFrameworkCore;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Files;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Messaging.Uploads;

/// <summary>Removes files that no message took in time, and those of erased messages: the bytes, then the row. Looks every hour; any number of nodes may.</summary>
public sealed class ForgetUploads(IDbContextFactory<StoaDb> databases, IFileStore store, StoaSettings settings, TimeProvider clock, ILogger<MessagesLog> log) : BackgroundService
{
    private const int PageSize = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        do
        {
            try
            {
                await using var db = await databases.CreateDbContextAsync(stoppingToken);
                await EraseWaitingAsync(db, stoppingToken);
                await RemoveErasedAsync(db, stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                log.UploadsKept(fault);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Marked first, so that no message can take a file whose bytes are about to go.</summary>
    private async Task EraseWaitingAsync(StoaDb db, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var before = now - settings.Files.KeepWaiting;
        var over = db.Uploads.Where(u => u.MessageSeq == null && u.ErasedAt == null && u.CreatedAt < before);
        while (await over.OrderBy(u => u.CreatedAt).Take(PageSize).Select(u => u.Id).ToListAsync(cancellation) is { Count: > 0 } ids)
        {
            // One by one: a row that a message is just taking is waited for, and then no longer fits.
            foreach (var id in ids)
                await db.WriteAsync(() => over.Where(u => u.Id == id).ExecuteUpdateAsync(u => u.SetProperty(x => x.ErasedAt, now), cancellation), cancellation);
        }
    }

    private async Task RemoveErasedAsync(StoaDb db, CancellationToken cancellation)
    {
        var last = 0L;
        while (await db.Uploads.AsNoTracking().Where(u => u.ErasedAt != null && u.Id > last).OrderBy(u => u.Id).Take(PageSize).ToListAsync(cancellation) is { Count: > 0 } page)
        {
            foreach (var upload in page)
            {
                last = upload.Id;
                await RemoveAsync(db, upload, cancellation);
            }
        }
    }

    private async Task RemoveAsync(StoaDb db, Upload upload, CancellationToken cancellation)
    {
        try
        {
            await store.DeleteAsync(upload.StorageKey, cancellation);
            await db.WriteAsync(() => db.Uploads.Where(u => u.Id == upload.Id).ExecuteDeleteAsync(cancellation), cancellation);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            // One file that cannot be removed must not keep the others; it is tried again in an hour.
            log.UploadsKept(fault);
        }
    }
}
