namespace Stoa.Server.Hosting.Limits;

/// <summary>The tries of one key within the last window. Thread-safe.</summary>
/// <remarks>
/// Nobody gets a double share at a window's edge, and whoever waits as long as he was told passes. Up to <see cref="Exactly"/> permits every try keeps its own
/// time. Beyond, tries are counted together by twelfths of the window and last until their twelfth is over: never more than permitted, a little later than exact, and
/// some 300 bytes whatever the limit.
/// </remarks>
internal sealed class SlidingWindow
{
    private const int Exactly = 16;
    private const int Parts = 12;
    private readonly Lock gate = new();
    private readonly Queue<Mark> marks = new();
    private Mark last;
    private int total;
    private long window;
    private bool isRetired;

    /// <summary>Tries until a moment that count from then on for a window.</summary>
    private readonly record struct Mark(long Until, int Count);

    /// <summary>Takes so many permits at once, or none. Null when this counter was put away meanwhile: look for the key again.</summary>
    public RateLimitState? Take(RateLimit limit, int cost, DateTimeOffset at)
    {
        var now = at.UtcTicks;
        lock (gate)
        {
            if (isRetired)
                return null;
            window = limit.Window.Ticks;
            Forget(now);
            if (total + cost > limit.Permits)
                return new RateLimitState(Math.Max(0, limit.Permits - total), limit.Refusal with { RetryAfter = TimeSpan.FromTicks(WaitFor(cost, limit.Permits, now)) });
            Add(now, cost, limit.Permits <= Exactly ? 0 : window / Parts);
            return new RateLimitState(limit.Permits - total, null);
        }
    }

    /// <summary>The last try was refused elsewhere, or is not to count.</summary>
    public void GiveBack(int cost)
    {
        lock (gate)
        {
            var given = Math.Min(cost, last.Count);
            last = last with { Count = last.Count - given };
            total -= given;
        }
    }

    /// <summary>Puts the counter away if nothing of its window is left; what comes later is counted anew.</summary>
    /// <param name="always">Also with tries that count.</param>
    public bool Retire(DateTimeOffset at, bool always = false)
    {
        lock (gate)
        {
            Forget(at.UtcTicks);
            return isRetired = isRetired || always || total == 0;
        }
    }

    private void Add(long now, int cost, long part)
    {
        if (last.Count > 0 && now < last.Until)
        {
            last = last with { Count = last.Count + cost };
        }
        else
        {
            if (last.Count > 0)
                marks.Enqueue(last);
            last = new Mark(now + part, cost);
        }

        total += cost;
    }

    private void Forget(long now)
    {
        while (marks.TryPeek(out var oldest) && oldest.Until + window <= now)
            total -= marks.Dequeue().Count;
        if (last.Until + window > now)
            return;
        total -= last.Count;
        last = default;
    }

    /// <summary>Until so many permits are free. A cost that never fits waits for a whole window, in vain.</summary>
    private long WaitFor(int cost, int permits, long now)
    {
        var free = permits - total;
        foreach (var mark in marks)
        {
            free += mark.Count;
            if (free >= cost)
                return mark.Until + window - now;
        }

        return Math.Max(last.Until + window - now, 1);
    }
}
