using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

/// <summary>Two servers at one Redis count together; without Redis each counts for itself, and nobody waits.</summary>
public sealed class SharedLimitTests
{
    private static readonly (string, string) BehindProxy = ("Listen:KnownProxies", "127.0.0.1");

    [Theory, EachDatabase]
    public async Task What_one_server_counted_the_other_knows(Database database)
    {
        var address = Environment.GetEnvironmentVariable("STOA_TEST_REDIS");
        Assert.SkipWhen(string.IsNullOrEmpty(address), "STOA_TEST_REDIS is not set");
        await using var fresh = new FreshDatabase(database);
        (string, string)[] settings = [BehindProxy, ("Redis:Url", $"redis://{address}"), ("Redis:Prefix", Guid.NewGuid().ToString("N")), ("Accounts:LogInsPerAddressPerMinute", "6"),
            ("Accounts:AdminSecretKey", "the-key-of-the-desk-0123456789"), ("PasswordReset:MaxPerHour", "3")];
        await using var one = StoaServer.On(fresh.Target.Connection, database, settings);
        await using var two = StoaServer.On(fresh.Target.Connection, database, settings);
        StoaServer[] both = [one, two];

        // The connection is made in the background; until then each server counts for itself.
        await Eventually.GetAsync(
            () => KnowsAsync(both), static knows => knows, static _ => "the servers never counted together");

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => LogInAsync(both[i % 2], "2001:db8:1:2", i)));
        Assert.Equal((6, 34), (answers.Count(static a => a.Status == 401), answers.Count(static a => a.Status == 429)));
        Assert.All(answers.Where(static a => a.Status == 429), static a => a.IsRefusal(429, "rate.logins"));
        Assert.Equal(401, (await LogInAsync(two, "2001:db8:1:3", 0)).Status);

        using var stranger = From(one, "203.0.113.9");
        using var elsewhere = From(two, "203.0.113.10");
        for (var i = 0; i < 3; i++)
            (await (i % 2 == 0 ? stranger : elsewhere).PostAsync("/auth/forgot-password", new { email = "ana@example.org" })).Is(200);
        (await stranger.PostAsync("/auth/forgot-password", new { email = "ana@example.org" })).IsRefusal(429, "rate.password_resets");
        (await elsewhere.PostAsync("/auth/forgot-password", new { email = "ana@example.org" })).IsRefusal(429, "rate.password_resets");
    }

    [Theory, EachDatabase]
    public async Task A_Redis_that_goes_away_stops_nobody_and_this_server_counts_on(Database database)
    {
        var address = Environment.GetEnvironmentVariable("STOA_TEST_REDIS");
        Assert.SkipWhen(string.IsNullOrEmpty(address), "STOA_TEST_REDIS is not set");
        using var relay = new TcpRelay(address);
        await using var stoa = StoaServer.Start(
            database, null, BehindProxy, ("Redis:Url", $"redis://{relay.Address}"), ("Redis:Prefix", Guid.NewGuid().ToString("N")), ("Accounts:LogInsPerAddressPerMinute", "4"));
        using var ana = await stoa.RegisterAsync("ana");
        for (var i = 0; i < 2; i++)
            Assert.Equal(401, (await LogInAsync(stoa, "2001:db8:1:2", i)).Status);

        relay.Cut();

        for (var i = 2; i < 4; i++)
            Assert.Equal(401, (await LogInAsync(stoa, "2001:db8:1:2", i)).Status);
        (await LogInAsync(stoa, "2001:db8:1:2", 5)).IsRefusal(429, "rate.logins");
        using var owner = From(stoa, "203.0.113.7");
        (await owner.PostAsync("/auth/login", new { username = ana.Name, password = "correct-horse" })).Is(200);
    }

    /// <summary>Whether six tries at one server leave none at the other.</summary>
    private static async Task<bool> KnowsAsync(StoaServer[] both)
    {
        var network = $"2001:db8:{Random.Shared.Next(1, 0xFFFF):x}:{Random.Shared.Next(1, 0xFFFF):x}";
        for (var i = 0; i < 6; i++)
            await LogInAsync(both[0], network, i);
        return (await LogInAsync(both[1], network, 7)).Status == 429;
    }

    private static async Task<Answer> LogInAsync(StoaServer stoa, string network, int i)
    {
        using var one = From(stoa, $"{network}::{i + 1:x}");
        return await one.PostAsync("/auth/login", new { username = StoaServer.Unique("nobody"), password = "guess" });
    }

    private static Person From(StoaServer stoa, string address)
    {
        var person = stoa.Stranger();
        person.UseHeader("X-Forwarded-For", address);
        return person;
    }
}
