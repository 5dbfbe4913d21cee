using Stoa.Core;
using Stoa.Server.Hosting.Limits;
using Stoa.TestSupport;
using Xunit;

namespace Unit.Limits;

public sealed class RateLimitsTests
{
    private static readonly RateLimit ThreeAMinute =
        new("tests", 3, TimeSpan.FromMinutes(1), Refusal.TooMany("rate.tests", "Too many"));

    private readonly ManualClock clock = new();

    [Fact]
    public void What_is_beyond_the_limit_is_refused_and_told_when_to_come_back()
    {
        var limits = new RateLimits(clock);
        Assert.Equal([2, 1, 0], Enumerable.Range(0, 3).Select(_ => limits.Take(ThreeAMinute, "ana").Remaining));
        clock.Advance(TimeSpan.FromSeconds(20));

        var refused = limits.Take(ThreeAMinute, "ana").Refusal!;

        Assert.Equal("rate.tests", refused.Code);
        Assert.Equal(TimeSpan.FromSeconds(40), refused.RetryAfter);
        clock.Advance(refused.RetryAfter!.Value);
        Assert.Null(limits.Take(ThreeAMinute, "ana").Refusal);
    }

    [Fact]
    public void The_edge_of_a_window_gives_no_double_share()
    {
        var limits = new RateLimits(clock);
        clock.Advance(TimeSpan.FromSeconds(59));
        for (var i = 0; i < 3; i++)
            Assert.Null(limits.Take(ThreeAMinute, "ana").Refusal);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.NotNull(limits.Take(ThreeAMinute, "ana").Refusal);
    }

    [Fact]
    public void Keys_are_counted_apart_and_can_be_forgotten()
    {
        var limits = new RateLimits(clock);
        for (var i = 0; i < 4; i++)
            limits.Take(ThreeAMinute, "ana");
        Assert.Null(limits.Take(ThreeAMinute, "ben").Refusal);
        Assert.NotNull(limits.Take(ThreeAMinute, "ana").Refusal);
        limits.Forget(ThreeAMinute, "ana");
        Assert.Null(limits.Take(ThreeAMinute, "ana").Refusal);
    }

    [Fact]
    public void Of_many_at_once_exactly_the_permitted_number_passes()
    {
        var limits = new RateLimits(clock);
        var passed = 0;
        Parallel.For(0, 200, _ =>
        {
            if (limits.Take(ThreeAMinute, "ana").Refusal is null)
                Interlocked.Increment(ref passed);
        });
        Assert.Equal(3, passed);
    }
}
