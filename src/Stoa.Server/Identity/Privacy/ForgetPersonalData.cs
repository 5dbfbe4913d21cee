using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Identity.Privacy;

/// <summary>Every hour, deletes what has been kept as long as the settings say (<see cref="PrivacySettings"/>). On several nodes at once it does no harm.</summary>
/// <remarks>In small transactions, so that a first run over years of rows holds nobody up.</remarks>
public sealed partial class ForgetPersonalData(IServiceScopeFactory scopes, StoaSettings settings, TimeProvider clock, ILogger<ForgetPersonalData> log) : BackgroundService
{
    private const int BatchSize = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await ForgetAsync(scope.ServiceProvider.GetRequiredService<StoaDb>(), settings.Privacy, clock.GetUtcNow(), stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                Failed(fault);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static async Task ForgetAsync(StoaDb db, PrivacySettings keep, DateTimeOffset now, CancellationToken cancellation)
    {
        var ended = now - keep.KeepEndedSessions;
        await DeleteAsync(db, db.RefreshTokens.Where(t => t.ExpiresAt < ended || (t.IsUsed && t.UsedAt < ended)), t => t.Id, cancellation);
        await DeleteAsync(db, db.Sessions.Where(s => s.ExpiresAt < ended || (!s.IsActive && s.UpdatedAt < ended)), s => s.Id, cancellation);
        var sms = now - keep.KeepSms;
        await DeleteAsync(db, db.ReceivedSms.Where(s => s.ReceivedAt < sms), s => s.ReceivedAt, cancellation);
        if (keep.KeepNotifications > TimeSpan.Zero)
        {
            var old = now - keep.KeepNotifications;
            await DeleteAsync(db, db.Notifications.Where(n => n.CreatedAt < old), n => n.Id, cancellation);
        }

        if (keep.KeepAudit > TimeSpan.Zero)
        {
            var old = now - keep.KeepAudit;
            await DeleteAsync(db, db.Audit.Where(e => e.At < old), e => e.Id, cancellation);
        }
    }

    private static async Task DeleteAsync<T, TKey>(StoaDb db, IQueryable<T> rows, Expression<Func<T, TKey>> order, CancellationToken cancellation)
    {
        while (await db.WriteAsync(() => rows.OrderBy(order).Take(BatchSize).ExecuteDeleteAsync(cancellation), cancellation) == BatchSize)
        {
        }
    }

    [LoggerMessage(1122, LogLevel.Error, "privacy.retention_failed")]
    private partial void Failed(Exception fault);
}
