using System.Collections.Concurrent;

namespace Stoa.Server.Hosting.Limits;

/// <summary>Counts tries per key in sliding windows, in this process.</summary>
/// <remarks>
/// Exact: the times of the last tries are kept, at most as many as the limit permits, so nobody gets a double share at a window's edge. A
/// refused try is not counted: whoever waits as long as he was told passes. The framework's limiter would do, but takes its time from a
/// clock of its own. Memory is bounded: past <see cref="MaxKeys"/> keys those that are quiet are forgotten, then all.
/// </remarks>
public sealed class RateLimits(TimeProvider clock)
{
    private const int MaxKeys = 100_000;
    private readonly ConcurrentDictionary<(string Limit, string Key), Tries> tries = new();

    /// <summary>Takes one permit, or says when the next one is there.</summary>
    /// <param name="key">Whose tries are counted together: an account, an address, a pair of both.</param>
    public RateLimitState Take(RateLimit limit, string key)
    {
        var now = clock.GetUtcNow();
        if (tries.Count >= MaxKeys)
            MakeRoom(now);
        return tries.GetOrAdd((limit.Name, key), static (_, l) => new Tries(l), limit).Take(limit, now);
    }

    /// <summary>Forgets a key's tries, e.g. after the right password.</summary>
    public void Forget(RateLimit limit, string key) => tries.TryRemove((limit.Name, key), out _);

    private void MakeRoom(DateTimeOffset now)
    {
        foreach (var (key, one) in tries)
        {
            if (one.IsQuiet(now))
                tries.TryRemove(key, out _);
        }

        if (tries.Count >= MaxKeys)
            tries.Clear();
    }

    private sealed class Tries(RateLimit limit)
    {
        private readonly Queue<DateTimeOffset> taken = new();
        private readonly TimeSpan window = limit.Window;

        public RateLimitState Take(RateLimit limit, DateTimeOffset now)
        {
            lock (taken)
            {
                while (taken.TryPeek(out var oldest) && oldest + window <= now)
                    taken.Dequeue();
                if (taken.Count >= limit.Permits)
                    return new RateLimitState(0, limit.Refusal with { RetryAfter = taken.Peek() + window - now });
                taken.Enqueue(now);
                return new RateLimitState(limit.Permits - taken.Count, null);
            }
        }

        public bool IsQuiet(DateTimeOffset now)
        {
            lock (taken)
                return !taken.TryPeek(out _) || taken.All(t => t + window <= now);
        }
    }
}
