using System.Collections.Concurrent;

namespace Stoa.Server.Hosting.Limits;

/// <summary>Counts tries per key in sliding windows: in this process, and for limits that nodes share in Redis too, where there is one (ADR 26).</summary>
/// <remarks>
/// The permit is taken before what it permits is done. A refused try is not counted: whoever waits as long as he was told passes. No counter is dropped while its
/// window runs. Memory is bounded by shares: each limit has a table of its own (<see cref="RateLimit.MaxKeys"/>); in a full one newcomers share counters, those of a
/// wider network the same one, so whoever fills it touches neither other limits nor counters that are there. The framework's limiter would do, but takes its time
/// from a clock of its own. A try allocates nothing once its counter is there.
/// </remarks>
public sealed class RateLimits(TimeProvider clock, RedisLimits? shared = null)
{
    private readonly ConcurrentDictionary<string, LimitTable> tables = new(StringComparer.Ordinal);

    /// <summary>Takes permits, or says when they are there.</summary>
    /// <param name="key">Whose tries are counted together; a network that is not counted by itself always passes.</param>
    /// <param name="cost">How many permits; all of them or none are taken.</param>
    public RateLimitState Take(RateLimit limit, LimitKey key, int cost = 1) =>
        key.IsCounted ? TableOf(limit).Take(limit, key, cost, clock.GetUtcNow()) : new RateLimitState(limit.Permits, null);

    /// <summary>The same for an account's id or a name as text; never for an address.</summary>
    public RateLimitState Take(RateLimit limit, string key) => Take(limit, LimitKey.Named(key));

    /// <summary>Takes one permit that all nodes share, if the limit says so and Redis answers in time; else this node's alone decides.</summary>
    public async ValueTask<RateLimitState> TakeAsync(RateLimit limit, LimitKey key, CancellationToken cancellation)
    {
        // This node's first: what it refuses, all nodes together would refuse too, and a storm of tries stays here.
        var here = Take(limit, key);
        if (here.Refusal is not null || shared is null || !limit.IsShared || !key.IsCounted)
            return here;
        if (await shared.TakeAsync(limit, key, cancellation) is not { } everywhere)
            return here;
        if (everywhere.Refusal is not null)
            TableOf(limit).GiveBack(key, 1, clock.GetUtcNow());
        return everywhere;
    }

    /// <summary>Forgets a key's tries at this node, e.g. after the right key.</summary>
    public void Forget(RateLimit limit, LimitKey key) => TableOf(limit).Forget(key, clock.GetUtcNow());

    /// <summary>Forgets a key's tries at all nodes.</summary>
    public async ValueTask ForgetAsync(RateLimit limit, LimitKey key, CancellationToken cancellation)
    {
        Forget(limit, key);
        if (shared is not null && limit.IsShared)
            await shared.ForgetAsync(limit, key, cancellation);
    }

    private LimitTable TableOf(RateLimit limit) => tables.GetOrAdd(limit.Name, static (_, l) => new LimitTable(l.MaxKeys), limit);
}
