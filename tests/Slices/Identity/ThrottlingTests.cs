using System.Globalization;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

/// <summary>Guessing is slow, for strangers; the owner gets in; nobody learns which names exist.</summary>
public sealed class ThrottlingTests
{
    private static readonly (string, string)[] BehindProxy = [("Listen:KnownProxies", "127.0.0.1")];

    [Theory, EachDatabase]
    public async Task One_address_tries_one_account_ten_times_a_minute(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var ana = await stoa.RegisterAsync("limited", "my-password");
        using var client = stoa.Stranger();

        for (var i = 0; i < 10; i++)
            (await client.PostAsync("/auth/login", new { username = ana.Name, password = "my-password" })).Is(200);
        var refused = (await client.PostAsync("/auth/login", new { username = ana.Name.ToUpperInvariant(), password = "my-password" })).IsRefusal(429, "rate.logins");

        (await client.PostAsync("/api/v1/auth/login", new { identifier = ana.Name, password = "my-password" })).IsRefusal(429, "rate.logins");
        (await client.PostRawAsync("/auth/token", $"username={ana.Name}&password=x", "application/x-www-form-urlencoded")).IsRefusal(429, "rate.logins");
        clock.Advance(TimeSpan.FromSeconds(int.Parse(refused.Headers["Retry-After"], CultureInfo.InvariantCulture)));
        (await client.PostAsync("/auth/login", new { username = ana.Name, password = "my-password" })).Is(200);
    }

    [Theory, EachDatabase]
    public async Task Guesses_wait_longer_and_longer_known_name_or_not_while_the_owner_gets_in(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock, [.. BehindProxy, ("Accounts:LogInsPerMinute", "1000000")]);
        using var owner = stoa.Stranger();
        owner.UseHeader("X-Forwarded-For", "203.0.113.7");
        var name = StoaServer.Unique("guessed");
        (await owner.PostAsync("/auth/register", new { username = name, email = $"{name}@example.org", password = "my-password" })).Is(201);
        using var thief = stoa.Stranger();
        thief.UseHeader("X-Forwarded-For", "198.51.100.9");
        var waits = new List<int>();

        for (var round = 0; round < 9; round++)
        {
            for (var free = 0; free < (round == 0 ? 5 : 1); free++)
            {
                var answers = await GuessAsync(thief, name);
                Assert.All(answers, static a => a.IsRefusal(401, "auth.credentials"));
            }

            var paused = await GuessAsync(thief, name);
            Assert.All(paused, static a => a.IsRefusal(429, "auth.paused"));
            Assert.Equal(paused[0].Headers["Retry-After"], paused[1].Headers["Retry-After"]);
            Assert.Equal(paused[0].Body.GetProperty("detail").GetString(), paused[1].Body.GetProperty("detail").GetString());
            waits.Add(int.Parse(paused[0].Headers["Retry-After"], CultureInfo.InvariantCulture));
            (await thief.PostAsync("/auth/login", new { username = name, password = "my-password" })).IsRefusal(429, "auth.paused");
            clock.Advance(TimeSpan.FromSeconds(waits[^1]));
        }

        Assert.Equal([15, 30, 60, 120, 240, 480, 900, 900, 900], waits);
        Assert.All(await GuessAsync(thief, name), static a => a.IsRefusal(401, "auth.credentials"));
        (await thief.PostAsync("/auth/login", new { username = name, password = "my-password" })).IsRefusal(429, "auth.paused");
        (await owner.PostAsync("/auth/login", new { username = name, password = "my-password" })).Is(200);
        Assert.Equal(401, (await thief.PostAsync("/auth/login", new { username = name, password = "guess" })).Status);
    }

    [Theory, EachDatabase]
    public async Task The_wait_outlives_a_restart(Database database)
    {
        await using var fresh = new FreshDatabase(database);
        await using (var first = StoaServer.On(fresh.Target.Connection, database, [.. BehindProxy]))
        {
            using var thief = first.Stranger();
            for (var i = 0; i < 5; i++)
                (await thief.PostAsync("/auth/login", new { username = "nobody", password = "guess" })).IsRefusal(401, "auth.credentials");
        }

        await using var second = StoaServer.On(fresh.Target.Connection, database, [.. BehindProxy]);
        using var again = second.Stranger();
        (await again.PostAsync("/auth/login", new { username = "nobody", password = "guess" })).IsRefusal(429, "auth.paused");
    }

    [Theory, EachDatabase]
    public async Task Sign_ups_and_log_ins_are_counted_by_address_and_IPv6_by_network(Database database)
    {
        await using var stoa = StoaServer.Start(
            database, null, [.. BehindProxy, ("Accounts:RegistrationsPerAddressPerHour", "3"), ("Accounts:LogInsPerAddressPerMinute", "4")]);
        async Task<int> RegisterFrom(string address)
        {
            using var client = stoa.Stranger();
            client.UseHeader("X-Forwarded-For", address);
            var name = StoaServer.Unique("flood");
            return (await client.PostAsync("/auth/register", new { username = name, email = $"{name}@example.org", password = "secret-1" })).Status;
        }

        for (var i = 0; i < 3; i++)
            Assert.Equal(201, await RegisterFrom($"2001:db8:1:2::{i}"));
        Assert.Equal(429, await RegisterFrom("2001:db8:1:2:ffff::1"));
        Assert.Equal(201, await RegisterFrom("2001:db8:1:3::1"));
        Assert.Equal(201, await RegisterFrom("203.0.113.1"));
        for (var i = 0; i < 5; i++)
            Assert.Equal(201, await RegisterFrom("127.0.0.1"));

        using var sprayer = stoa.Stranger();
        sprayer.UseHeader("X-Forwarded-For", "203.0.113.2");
        for (var i = 0; i < 4; i++)
            (await sprayer.PostAsync("/auth/login", new { username = $"name-{i}", password = "guess" })).IsRefusal(401, "auth.credentials");
        (await sprayer.PostAsync("/auth/login", new { username = "name-5", password = "guess" })).IsRefusal(429, "rate.logins");
    }

    [Theory, EachDatabase]
    public async Task An_address_in_a_header_counts_only_from_a_named_proxy(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync("forged");
        using var client = stoa.Stranger();
        client.UseHeader("X-Forwarded-For", "203.0.113.77");
        client.SignIn((await client.PostAsync("/auth/login", new { username = ana.Name, password = "correct-horse" })).Is(200));
        Assert.Equal("127.0.0.1", (await client.GetAsync("/auth/sessions")).Is(200).Body[0].GetProperty("ip_address").GetString());

        await using var behind = StoaServer.Start(database, null, BehindProxy);
        using var ben = await behind.RegisterAsync("honest");
        using var proxied = behind.Stranger();
        proxied.UseHeader("X-Forwarded-For", "10.0.0.66, 203.0.113.77");
        proxied.SignIn((await proxied.PostAsync("/auth/login", new { username = ben.Name, password = "correct-horse" })).Is(200));
        Assert.Equal("203.0.113.77", (await proxied.GetAsync("/auth/sessions")).Is(200).Body[0].GetProperty("ip_address").GetString());
    }

    [Theory, EachDatabase]
    public async Task A_stolen_token_cannot_guess_the_password_behind_it(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var ana = await (await stoa.RegisterAsync("stolen", "my-password")).ProveEmailAsync();

        for (var i = 0; i < 5; i++)
            (await ana.PutAsync("/auth/me/password", new { current_password = $"guess {i}", new_password = "new-password" })).IsRefusal(400, "auth.password_wrong");
        (await ana.PutAsync("/auth/me/password", new { current_password = "my-password", new_password = "new-password" })).IsRefusal(429, "auth.paused");
        (await ana.PostAsync("/auth/totp", new { password = "my-password" })).IsRefusal(429, "auth.paused");
        clock.Advance(TimeSpan.FromSeconds(15));
        (await ana.PutAsync("/auth/me/password", new { current_password = "my-password", new_password = "new-password" })).Is(200);
    }

    [Theory, EachDatabase]
    [Requirement("S1-7")]
    public async Task Of_two_hundred_registrations_of_one_name_at_once_one_wins_and_the_rest_are_refused(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("Passwords:QueueLength", "1000"));
        using var stranger = stoa.Stranger();
        var name = StoaServer.Unique("race");

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i =>
            stranger.PostAsync("/auth/register", new { username = i % 2 == 0 ? name : name.ToUpperInvariant(), email = $"{name}-{i}@example.org", password = "secret-1" })));

        Assert.Single(answers, static a => a.Status == 201);
        Assert.All(answers.Where(static a => a.Status != 201), static a => a.IsRefusal(400, "auth.username_taken"));
        var key = Stoa.Core.Accounts.User.KeyOf(name);
        Assert.Equal(1, await stoa.AskAsync(db => Task.FromResult(db.Users.Count(u => u.UsernameKey == key))));
    }

    private static async Task<Answer[]> GuessAsync(Person thief, string name) =>
    [
        await thief.PostAsync("/auth/login", new { username = name, password = "guess" }),
        await thief.PostAsync("/auth/login", new { username = $"no-{name}", password = "guess" }),
    ];
}
