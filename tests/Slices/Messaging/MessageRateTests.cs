using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>How often somebody may send.</summary>
public sealed class MessageRateTests
{
    [Theory, EachDatabase]
    [Requirement("S1-82", "S3-63")]
    public async Task Ten_a_minute_pass_over_all_doors_together_and_the_log_warns_before_the_limit(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock, ("RateLimit:MessagesPerMinute", "10"));
        var (root, ana, ben) = (await stoa.SuperuserAsync(), await stoa.RegisterAsync("ana"), await stoa.RegisterAsync("ben"));

        for (var i = 0; i < 5; i++)
        {
            await ana.WriteToAsync(ben, "by mailbox");
            (await ana.PostAsync("/api/conversations/admin/messages", new { content = "to the desk" })).Is(201);
            if (i == 2)
                Assert.DoesNotContain("messages.rate_", await stoa.LogAsync("messages", "messages.sent"), StringComparison.Ordinal);
        }

        var refused = await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = "one more" });
        refused.IsRefusal(429, "rate.messages");
        Assert.Equal("60", refused.Headers["Retry-After"]);
        (await ana.PostAsync("/api/conversations/admin/messages", new { content = "one more" })).IsRefusal(429, "rate.messages");
        await ben.WriteToAsync(ana, "others are not counted");
        for (var i = 0; i < 12; i++)
            await root.WriteToAsync(ben, "nor is an administrator");

        var log = await stoa.LogAsync("messages", $"messages.rate_reached user={ana.Id} of=10");
        var near = log.IndexOf($"messages.rate_near user={ana.Id} remaining=2 of=10", StringComparison.Ordinal);
        Assert.InRange(near, 0, log.IndexOf("messages.rate_reached", StringComparison.Ordinal));
        clock.Advance(TimeSpan.FromMinutes(1));
        await ana.WriteToAsync(ben, "a minute later");
    }
}
