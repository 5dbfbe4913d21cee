using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Identity.TwoFactor;

/// <summary>At the start, seals with the key of today what an older one sealed, so that the older one can be retired.</summary>
/// <remarks>
/// Costs one query when there is nothing to do. Each secret is replaced only if it is still the one that was read, so several nodes may do it at once, and
/// an authenticator that is enrolled meanwhile is left alone. What no key opens is left as it is: bringing its key back makes it good again.
/// </remarks>
public sealed partial class SealAnew(IServiceScopeFactory scopes, Sealing sealing, ILogger<SealAnew> log) : BackgroundService
{
    private const int PageSize = 100;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<StoaDb>();
            var count = 0;
            for (var after = 0L; after < long.MaxValue;)
                (after, count) = await PageAsync(db, after, count, stoppingToken);
            if (count > 0)
                Done(count);
        }
        catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
        {
            Failed(fault);
        }
    }

    /// <summary>The id after which the next page begins, the largest there is after the last, and how many were sealed anew so far.</summary>
    private async Task<(long After, int Count)> PageAsync(StoaDb db, long after, int count, CancellationToken cancellation)
    {
        var current = sealing.CurrentPrefix;
        var page = await db.Authenticators.AsNoTracking().Where(a => a.UserId > after && !a.SealedSecret.StartsWith(current))
            .OrderBy(a => a.UserId).Take(PageSize).Select(a => new { a.UserId, a.SealedSecret }).ToListAsync(cancellation);
        foreach (var old in page)
        {
            if (sealing.Open(SecondFactor.Purpose, old.UserId, old.SealedSecret) is not { } secret)
                continue;
            var renewed = sealing.Seal(SecondFactor.Purpose, old.UserId, secret);
            count += await db.WriteAsync(() => db.Authenticators.Where(a => a.UserId == old.UserId && a.SealedSecret == old.SealedSecret)
                .ExecuteUpdateAsync(a => a.SetProperty(x => x.SealedSecret, renewed), cancellation), cancellation);
        }

        return (page.Count == PageSize ? page[^1].UserId : long.MaxValue, count);
    }

    [LoggerMessage(1120, LogLevel.Information, "keys.sealed_anew {Count}")]
    private partial void Done(int count);

    [LoggerMessage(1121, LogLevel.Error, "keys.seal_failed")]
    private partial void Failed(Exception fault);
}
