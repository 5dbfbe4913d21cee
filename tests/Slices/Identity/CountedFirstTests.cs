using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

/// <summary>A try is counted before it is looked at: whoever tries a thousand at once is no faster than one after the other.</summary>
public sealed class CountedFirstTests
{
    private const string Password = "my-password";
    private const int FreeTries = 5;
    private static readonly (string, string) BehindProxy = ("Listen:KnownProxies", "127.0.0.1");
    private static readonly (string, string) AnyNumber = ("Accounts:LogInsPerMinute", "1000000");

    [Theory, EachDatabase]
    public async Task Of_sixty_wrong_passwords_at_once_five_are_looked_at_and_the_owner_gets_in(Database database)
    {
        await using var stoa = StoaServer.Start(database, new ManualClock(), BehindProxy, AnyNumber);
        using var owner = From(stoa, "203.0.113.7");
        var name = await RegisterAsync(owner, "guessed");
        var unknown = StoaServer.Unique("nobody");

        foreach (var guessed in (string[])[name, unknown])
        {
            var answers = await AtOnceAsync(60, async i =>
            {
                using var thief = From(stoa, $"198.51.100.{i}");
                return await thief.PostAsync("/auth/login", new { username = guessed, password = $"guess {i}" });
            });

            Assert.Equal(FreeTries, answers.Count(static a => a.Status == 401));
            Assert.All(answers.Where(static a => a.Status != 401), static a => a.IsRefusal(429, "auth.paused"));
        }

        using var stranger = From(stoa, "198.51.100.200");
        (await stranger.PostAsync("/auth/login", new { username = name, password = Password })).IsRefusal(429, "auth.paused");
        (await owner.PostAsync("/auth/login", new { username = name, password = Password })).Is(200);
        (await stranger.PostAsync("/auth/login", new { username = name, password = Password })).Is(200);
    }

    [Theory, EachDatabase]
    public async Task Sixty_addresses_of_one_IPv6_network_are_one_who_tries(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock, BehindProxy, ("Accounts:LogInsPerMinute", "3"));
        using var owner = From(stoa, "203.0.113.7");
        var name = await RegisterAsync(owner, "guessed");

        var answers = await AtOnceAsync(60, async i =>
        {
            using var thief = From(stoa, $"2001:db8:1:2::{i:x}");
            return await thief.PostAsync("/auth/login", new { username = name, password = $"guess {i}" });
        });

        Assert.Equal(3, answers.Count(static a => a.Status == 401));
        Assert.All(answers.Where(static a => a.Status != 401), static a => a.IsRefusal(429, "rate.logins"));
        using var neighbour = From(stoa, "2001:db8:1:3::1");
        (await neighbour.PostAsync("/auth/login", new { username = name, password = Password })).Is(200);
    }

    [Theory, EachDatabase]
    public async Task Right_passwords_at_once_count_as_no_failures(Database database)
    {
        await using var stoa = StoaServer.Start(database, new ManualClock(), BehindProxy, AnyNumber);
        using var owner = From(stoa, "203.0.113.7");
        var name = await RegisterAsync(owner, "busy");

        var answers = await AtOnceAsync(30, _ => owner.PostAsync("/auth/login", new { username = name, password = Password }));

        Assert.All(answers, static a => a.Is(200));
        using var stranger = From(stoa, "198.51.100.9");
        for (var i = 0; i < FreeTries; i++)
            (await stranger.PostAsync("/auth/login", new { username = name, password = "guess" })).IsRefusal(401, "auth.credentials");
        (await stranger.PostAsync("/auth/login", new { username = name, password = "guess" })).IsRefusal(429, "auth.paused");
    }

    [Theory, EachDatabase]
    public async Task Of_a_thousand_codes_at_once_five_are_looked_at(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock, AnyNumber, ("Passwords:QueueLength", "1000"));
        using var ana = await stoa.RegisterAsync("totp", Password);
        var app = await EnrolAsync(ana, clock);
        clock.Advance(TimeSpan.FromSeconds(90));
        var tokens = await AtOnceAsync(200, async _ => (await ana.PostAsync("/auth/login", new { username = ana.Name, password = Password }))
            .IsRefusal(401, "auth.mfa_required").Body.GetProperty("mfa_token").GetString()!);

        // Five for each first step, as many as it takes; some look like recovery codes.
        var answers = await AtOnceAsync(1000, i => ana.PostAsync("/auth/mfa", new { mfa_token = tokens[i % tokens.Length], code = i % 2 == 0 ? "no-one" : $"AAAAA-{i:D5}" }));

        Assert.Equal(FreeTries, answers.Count(static a => a.Status == 401 && a.Body.GetProperty("code").GetString() == "mfa.code_wrong"));
        Assert.All(answers.Where(static a => a.Status != 401), static a => a.IsRefusal(429, "auth.paused"));

        clock.Advance(TimeSpan.FromSeconds(15));
        var fresh = (await ana.PostAsync("/auth/login", new { username = ana.Name, password = Password })).Body.GetProperty("mfa_token").GetString();
        (await ana.PostAsync("/auth/mfa", new { mfa_token = fresh, code = app.Code() })).Is(200);
    }

    [Theory, EachDatabase]
    public async Task Of_a_hundred_passwords_or_first_codes_with_a_stolen_token_at_once_five_are_looked_at(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock, ("Passwords:QueueLength", "1000"));
        using var ana = await (await stoa.RegisterAsync("stolen", Password)).ProveEmailAsync();
        (await ana.PostAsync("/auth/totp", new { password = Password })).Is(200);

        var codes = await AtOnceAsync(100, _ => ana.PostAsync("/auth/totp/confirm", new { code = "no-one" }));
        var passwords = await AtOnceAsync(100, i => ana.PutAsync("/auth/me/password", new { current_password = $"guess {i}", new_password = "new-password" }));

        foreach (var answers in (Answer[][])[codes, passwords])
        {
            Assert.Equal(FreeTries, answers.Count(static a => a.Status == 400));
            Assert.All(answers.Where(static a => a.Status != 400), static a => a.IsRefusal(429, "auth.paused"));
        }

        clock.Advance(TimeSpan.FromSeconds(15));
        (await ana.PutAsync("/auth/me/password", new { current_password = Password, new_password = "new-password" })).Is(200);
    }

    [Theory, EachDatabase]
    public async Task A_try_that_was_not_looked_at_is_given_back(Database database)
    {
        await using var stoa = StoaServer.Start(
            database, null, BehindProxy, AnyNumber, ("Passwords:QueueLength", "1"), ("Passwords:HashingThreads", "1"), ("Passwords:BcryptRounds", "8"));
        using var stranger = From(stoa, "198.51.100.9");
        var name = StoaServer.Unique("nobody");
        var lookedAt = 0;

        for (var round = 0; round < 3; round++)
        {
            var answers = await AtOnceAsync(FreeTries, _ => stranger.PostAsync("/auth/login", new { username = name, password = "guess" }));
            lookedAt += answers.Count(static a => a.Status == 401);
            Assert.All(answers.Where(static a => a.Status != 401), a => Assert.Contains(a.Body.GetProperty("code").GetString(), (string?[])["auth.busy", "auth.paused"]));
            var failures = await stoa.AskAsync(db => Task.FromResult(db.LogInFailures.Sum(static f => f.Count)));
            Assert.Equal(lookedAt, failures);
        }
    }

    [Theory, EachDatabase]
    public async Task Of_many_desk_keys_at_once_from_one_network_ten_are_looked_at(Database database)
    {
        const string Key = "the-key-of-the-desk-0123456789";
        await using var stoa = StoaServer.Start(database, new ManualClock(), BehindProxy, ("Accounts:AdminSecretKey", Key));

        var answers = await AtOnceAsync(60, async i =>
        {
            using var thief = From(stoa, $"2001:db8:1:2::{i:x}");
            return await thief.PostAsync("/api/admin/login", new { adminKey = $"guess {i}" });
        });

        Assert.All(answers, static a => a.IsRefusal(403, "auth.key_wrong"));
        using var late = From(stoa, "2001:db8:1:2:ffff::1");
        (await late.PostAsync("/api/admin/login", new { adminKey = Key })).IsRefusal(403, "auth.key_wrong");
        late.UseHeader("x-admin-key", Key);
        (await late.PostAsync("/api/admin/users/999999/suspend", new { reason = "x" })).IsRefusal(403, "auth.key_wrong");
        using var desk = From(stoa, "203.0.113.7");
        for (var i = 0; i < 12; i++)
            (await desk.PostAsync("/api/admin/login", new { adminKey = Key })).Is(200);
    }

    private static Person From(StoaServer stoa, string address)
    {
        var person = stoa.Stranger();
        person.UseHeader("X-Forwarded-For", address);
        return person;
    }

    private static async Task<string> RegisterAsync(Person person, string name)
    {
        var unique = StoaServer.Unique(name);
        (await person.PostAsync("/auth/register", new { username = unique, email = $"{unique}@example.org", password = Password })).Is(201);
        return unique;
    }

    private static async Task<AuthenticatorApp> EnrolAsync(Person person, ManualClock clock)
    {
        await person.ProveEmailAsync();
        var app = new AuthenticatorApp((await person.PostAsync("/auth/totp", new { password = Password })).Is(200).Body.GetProperty("otpauth_uri").GetString()!, clock);
        (await person.PostAsync("/auth/totp/confirm", new { code = app.Code() })).Is(200);
        return app;
    }

    private static Task<T[]> AtOnceAsync<T>(int count, Func<int, Task<T>> one) => Task.WhenAll(Enumerable.Range(0, count).Select(one));
}
