// Calls around the clock, questions to the database that nobody can give up, and limits of whole addresses.
#pragma warning disable CA1822, CA2016, xUnit1051

using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Identity;

namespace Architecture.Fixtures;

internal sealed class ReadsTheSystemsClock
{
    public DateTimeOffset Now() => DateTimeOffset.UtcNow;
}

internal sealed class ReadsTheOldClock
{
    public async Task<DateTime> NowAsync()
    {
        await Task.Yield();
        return DateTime.Now;
    }
}

internal sealed class ChoosesTheClock
{
    public DateTimeOffset Now() => TimeProvider.System.GetUtcNow();
}

internal sealed class AsksTheProvider(TimeProvider clock)
{
    public DateTimeOffset Now() => clock.GetUtcNow();
}

internal sealed class SavesForEver(StoaDb db)
{
    public async Task<int> SaveAsync() => await db.SaveChangesAsync();
}

internal sealed class AsksForEver(StoaDb db)
{
    public Task<int> CountAsync(CancellationToken cancellation) => db.Users.CountAsync(CancellationToken.None).WaitAsync(cancellation);
}

internal sealed class FindsForEver(StoaDb db)
{
    public async Task<object?> FindAsync(long id) => await db.Users.FindAsync(id);
}

internal sealed class CanBeGivenUp(StoaDb db)
{
    public async Task<int> CountAsync(CancellationToken cancellation) => await db.Users.CountAsync(u => u.IsActive, cancellation);
}

internal sealed class CountsWholeAddresses(RateLimits limits, RateLimit limit)
{
    public bool MayGoOn(HttpContext http) => limits.Take(limit, $"{http.Connection.RemoteIpAddress}").Refusal is null;
}

internal sealed class NamesAnAddress(RateLimits limits, RateLimit limit)
{
    public bool MayGoOn(Device device) => limits.Take(limit, LimitKey.Named(device.IpAddress!)).Refusal is null;
}

internal sealed class CountsNetworks(RateLimits limits, RateLimit limit)
{
    public bool MayGoOn(HttpContext http, string name) => limits.Take(limit, LimitKey.Of(name, ClientNetwork.Of(http))).Refusal is null;
}
