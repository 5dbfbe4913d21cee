using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;

namespace Stoa.Server.Identity;

/// <summary>Every hour, removes mailed links that have been over for a day, used or not. On several nodes at once it does no harm.</summary>
public sealed partial class ForgetOldLinks(IServiceScopeFactory scopes, TimeProvider clock, ILogger<ForgetOldLinks> log) : BackgroundService
{
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(1);
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                await ForgetAsync(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                Failed(fault);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task ForgetAsync(CancellationToken stopping)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<StoaDb>();
        var before = clock.GetUtcNow() - KeptFor;
        await db.WriteAsync(() => db.PasswordResets.Where(l => l.ExpiresAt < before).ExecuteDeleteAsync(stopping), stopping);
        await db.WriteAsync(() => db.EmailVerifications.Where(l => l.ExpiresAt < before).ExecuteDeleteAsync(stopping), stopping);
        await db.WriteAsync(
            () => db.EmailChanges.Where(c => c.ExpiresAt < before && (c.UndoUntil == null || c.UndoUntil < before)).ExecuteDeleteAsync(stopping), stopping);
        await db.WriteAsync(() => db.PhoneVerifications.Where(v => v.ExpiresAt < before).ExecuteDeleteAsync(stopping), stopping);
    }

    [LoggerMessage(1101, LogLevel.Error, "links.cleanup_failed")]
    private partial void Failed(Exception fault);
}
