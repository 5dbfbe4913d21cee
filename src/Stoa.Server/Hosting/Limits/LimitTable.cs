using System.Collections.Concurrent;

namespace Stoa.Server.Hosting.Limits;

/// <summary>The counters of one limit. Bounded: when there are as many as there may be, newcomers share counters with each other; those that are there stay as they are.</summary>
internal sealed class LimitTable(int maxKeys)
{
    private const int SharedCounters = 1024;

    // Looking for counters that are over costs a look at all of them.
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<LimitKey, SlidingWindow> windows = new();
    private readonly Lock newcomers = new();
    private SlidingWindow?[]? shared;
    private DateTimeOffset nextSweep;
    private int count;

    public RateLimitState Take(RateLimit limit, LimitKey key, int cost, DateTimeOffset now)
    {
        while (true)
        {
            if ((windows.GetValueOrDefault(key) ?? Begin(key, now)).Take(limit, cost, now) is { } state)
                return state;
        }
    }

    /// <summary>Gives the last try back.</summary>
    public void GiveBack(LimitKey key, int cost, DateTimeOffset now) => (windows.GetValueOrDefault(key) ?? Begin(key, now)).GiveBack(cost);

    public void Forget(LimitKey key, DateTimeOffset now)
    {
        lock (newcomers)
        {
            if (!windows.TryRemove(key, out var window))
                return;
            window.Retire(now, always: true);
            count--;
        }
    }

    private SlidingWindow Begin(LimitKey key, DateTimeOffset now)
    {
        lock (newcomers)
        {
            if (windows.TryGetValue(key, out var there))
                return there;
            if (count >= maxKeys && now >= nextSweep)
                Sweep(now);
            if (count >= maxKeys)
                return (shared ??= new SlidingWindow?[SharedCounters])[(uint)key.Bucket % SharedCounters] ??= new SlidingWindow();
            count++;
            return windows[key] = new SlidingWindow();
        }
    }

    private void Sweep(DateTimeOffset now)
    {
        nextSweep = now + BetweenSweeps;
        foreach (var (key, window) in windows)
        {
            if (!window.Retire(now))
                continue;
            windows.TryRemove(key, out _);
            count--;
        }
    }
}
