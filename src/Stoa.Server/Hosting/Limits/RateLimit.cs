using Stoa.Core;

namespace Stoa.Server.Hosting.Limits;

/// <summary>How often something may be done by one key within a sliding window.</summary>
/// <param name="Name">Stable, part of the counter's key, e.g. <c>logins</c>.</param>
/// <param name="Permits">How often within the window; at least 1.</param>
/// <param name="Refusal">What is answered beyond that; its waiting time is filled in.</param>
public sealed record RateLimit(string Name, int Permits, TimeSpan Window, Refusal Refusal)
{
    /// <summary>How many keys have a counter of their own at a time; more newcomers than that share some (<see cref="RateLimits"/>).</summary>
    public int MaxKeys { get; init; } = 50_000;

    /// <summary>Counted for all nodes together where there is a Redis: for <see cref="RateLimits.TakeAsync"/>.</summary>
    public bool IsShared { get; init; }
}

/// <summary>Where a key stands after one more try.</summary>
/// <param name="Remaining">How many more tries pass right now.</param>
/// <param name="Refusal">Null when this one passed.</param>
public readonly record struct RateLimitState(int Remaining, Refusal? Refusal);
