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
        limits.Forget(ThreeAMinute, LimitKey.Named("ana"));
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

    [Fact]
    public void A_network_that_is_not_counted_passes_and_with_a_name_is_counted()
    {
        var limits = new RateLimits(clock);
        var here = ClientNetwork.Of("127.0.0.1");
        for (var i = 0; i < 10; i++)
            Assert.Null(limits.Take(ThreeAMinute, LimitKey.Of(here)).Refusal);
        for (var i = 0; i < 3; i++)
            Assert.Null(limits.Take(ThreeAMinute, LimitKey.Of("ana", here)).Refusal);
        Assert.NotNull(limits.Take(ThreeAMinute, LimitKey.Of("ana", here)).Refusal);
    }

    [Fact]
    public void Whoever_fills_a_table_wipes_no_counter_and_touches_no_other_limit()
    {
        var small = ThreeAMinute with { MaxKeys = 100 };
        var other = ThreeAMinute with { Name = "others", MaxKeys = 100 };
        var limits = new RateLimits(clock);
        for (var i = 0; i < 4; i++)
            limits.Take(small, "ana");
        for (var i = 0; i < 10_000; i++)
            limits.Take(small, LimitKey.Of(ClientNetwork.Of($"2001:db8:1:{i:x}::1")));

        Assert.NotNull(limits.Take(small, "ana").Refusal);
        Assert.Null(limits.Take(other, "ben").Refusal);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(limits.Take(small, "ana").Refusal);
        Assert.Null(limits.Take(small, "new").Refusal);
    }

    [Fact]
    public void In_a_full_table_a_wider_network_is_one_newcomer()
    {
        var small = ThreeAMinute with { MaxKeys = 1 };
        var limits = new RateLimits(clock);
        limits.Take(small, "ana");

        var passed = Enumerable.Range(0, 1000).Count(i => limits.Take(small, LimitKey.Of(ClientNetwork.Of($"2001:db8:1:{i:x}::1"))).Refusal is null);

        Assert.Equal(3, passed);
        Assert.NotEqual(0, Enumerable.Range(0, 100).Count(i => limits.Take(small, LimitKey.Of(ClientNetwork.Of($"203.0.{i}.1"))).Refusal is null));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    public void In_no_window_more_pass_than_permitted_and_whoever_waits_as_told_passes(int permits)
    {
        var limit = ThreeAMinute with { Permits = permits };
        var limits = new RateLimits(clock);
        var passed = new List<DateTimeOffset>();
        var random = new Random(7);
        for (var i = 0; i < 5_000; i++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(random.Next(0, 500)));
            if (limits.Take(limit, "ana").Refusal is not { } refused)
                passed.Add(clock.GetUtcNow());
            else if (random.Next(3) == 0)
            {
                clock.Advance(refused.RetryAfter!.Value);
                Assert.Null(limits.Take(limit, "ana").Refusal);
                passed.Add(clock.GetUtcNow());
            }
        }

        for (var i = permits; i < passed.Count; i++)
            Assert.True(passed[i] - passed[i - permits] >= limit.Window, $"{permits + 1} within {passed[i] - passed[i - permits]}");
    }

    [Fact]
    public void A_dear_try_takes_all_its_permits_or_none()
    {
        var limits = new RateLimits(clock);
        Assert.Equal(1, limits.Take(ThreeAMinute, LimitKey.Account(7), 2).Remaining);
        Assert.NotNull(limits.Take(ThreeAMinute, LimitKey.Account(7), 2).Refusal);
        Assert.Null(limits.Take(ThreeAMinute, LimitKey.Account(7)).Refusal);
    }

    [Fact]
    public void Counting_a_key_that_is_known_makes_no_garbage()
    {
        var limit = ThreeAMinute with { Permits = 1_000_000 };
        var limits = new RateLimits(clock);
        for (var i = 0; i < 1000; i++)
            limits.Take(limit, LimitKey.Account(7));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            limits.Take(limit, LimitKey.Account(7));

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
