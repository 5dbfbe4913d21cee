using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Slices.Identity;

/// <summary>Whoever has one IPv6 network has one share, at every door; and behind a proxy nobody named nobody is taken for the owner.</summary>
public sealed class NetworkLimitTests
{
    private static readonly (string, string) BehindProxy = ("Listen:KnownProxies", "127.0.0.1");

    [Theory, EachDatabase]
    public async Task Reset_mails_and_reset_tokens_are_counted_by_network(Database database)
    {
        await using var stoa = StoaServer.Start(
            database, new ManualClock(), BehindProxy, ("PasswordReset:MaxPerClientPerHour", "3"), ("PasswordReset:MaxTokensPerClientPerHour", "4"));
        async Task<int[]> AskAsync(string network, int count, Func<Person, int, Task<Answer>> ask) => await Task.WhenAll(Enumerable.Range(0, count).Select(async i =>
        {
            using var one = From(stoa, $"{network}::{i + 1:x}");
            return (await ask(one, i)).Status;
        }));

        var mails = await AskAsync("2001:db8:1:2", 60, static (one, i) => one.PostAsync("/auth/forgot-password", new { email = $"person-{i}@example.org" }));
        var tokens = await AskAsync("2001:db8:1:2", 60, static (one, _) => one.PostAsync("/auth/validate-reset-token", new { token = MailedLink.NewToken() }));

        Assert.Equal((3, 57), (mails.Count(static s => s == 200), mails.Count(static s => s == 429)));
        Assert.Equal((4, 56), (tokens.Count(static s => s == 400), tokens.Count(static s => s == 429)));
        Assert.Equal(200, Assert.Single(await AskAsync("2001:db8:1:3", 1, static (one, _) => one.PostAsync("/auth/forgot-password", new { email = "person@example.org" }))));
        Assert.Equal(400, Assert.Single(await AskAsync("2001:db8:1:3", 1, static (one, _) => one.PostAsync("/auth/validate-reset-token", new { token = MailedLink.NewToken() }))));
    }

    [Theory, EachDatabase]
    public async Task Sockets_that_have_not_signed_in_have_a_share_for_each_network_at_the_servers_own_endpoint(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, BehindProxy, ("SocketIO:MaxUnadmittedPerNetwork", "5"));
        async Task<int[]> OpenAsync(string network, int count) => await Task.WhenAll(Enumerable.Range(0, count).Select(async i =>
        {
            using var one = From(stoa, $"{network}::{i + 1:x}");
            return (await one.GetAsync("/socket.io/?EIO=4&transport=polling")).Status;
        }));

        var crowd = await OpenAsync("2001:db8:7:1", 20);

        Assert.Equal(5, crowd.Count(static s => s == 200));
        Assert.DoesNotContain(await OpenAsync("2001:db8:7:2", 2), static s => s != 200);

        // Who signs in gives the place back at once.
        using var ana = await stoa.RegisterAsync("ana");
        await using var socket = await LiveSocket.ConnectAsync(ana);
    }

    [Theory, EachDatabase]
    public async Task Whoever_presents_invented_tokens_and_codes_is_slowed_down_at_every_door(Database database)
    {
        await using var stoa = StoaServer.Start(database, new ManualClock(), BehindProxy, ("Accounts:CredentialsPerAddressPerMinute", "10"));
        using var thief = From(stoa, "198.51.100.9");
        var doors = Doors(thief);

        foreach (var door in doors)
            Assert.NotEqual(429, (await door()).Status);
        foreach (var door in doors)
            (await door()).IsRefusal(429, "rate.requests");

        using var owner = From(stoa, "203.0.113.7");
        var name = StoaServer.Unique("owner");
        owner.SignIn((await owner.PostAsync("/auth/register", new { username = name, email = $"{name}@example.org", password = "my-password" })).Is(201));
        (await owner.PostAsync("/auth/refresh", new { refresh_token = owner.RefreshToken })).Is(200);
    }

    [Theory, EachDatabase]
    public async Task Invented_tokens_never_wait_for_the_turn_to_write(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        using var thief = stoa.Stranger();
        var (begun, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var scope = stoa.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<StoaDb>();
        var writing = db.WriteAsync(
            async () =>
            {
                begun.SetResult();
                await end.Task;
                return 0;
            },
            TestContext.Current.CancellationToken);
        await begun.Task;

        // Forgotten passwords are not among them: each is a mail, which is written down.
        foreach (var door in Doors(thief).Skip(1))
            Assert.InRange((await door()).Status, 400, 422);

        end.SetResult();
        await writing;
    }

    [Theory, EachDatabase]
    public async Task Behind_a_proxy_nobody_named_guesses_wait_although_the_owner_came_from_there(Database database)
    {
        await using var stoa = StoaServer.Start(database, new ManualClock());
        using var owner = From(stoa, "203.0.113.7");
        var name = StoaServer.Unique("owner");
        (await owner.PostAsync("/auth/register", new { username = name, email = $"{name}@example.org", password = "my-password" })).Is(201);
        using var thief = From(stoa, "198.51.100.9");
        using var other = stoa.Stranger();
        other.UseHeader("Forwarded", "for=198.51.100.9");

        for (var i = 0; i < LogInFailures.FreeTries; i++)
            (await thief.PostAsync("/auth/login", new { username = name, password = $"guess {i}" })).IsRefusal(401, "auth.credentials");

        (await thief.PostAsync("/auth/login", new { username = name, password = "guess" })).IsRefusal(429, "auth.paused");
        (await other.PostAsync("/auth/login", new { username = name, password = "guess" })).IsRefusal(429, "auth.paused");
        using var direct = stoa.Stranger();
        (await direct.PostAsync("/auth/login", new { username = name, password = "my-password" })).Is(200);
    }

    [Theory, EachDatabase]
    public async Task Behind_a_named_proxy_the_owner_is_known_whatever_else_the_proxy_says(Database database)
    {
        await using var stoa = StoaServer.Start(database, new ManualClock(), BehindProxy);
        using var owner = From(stoa, "203.0.113.7");
        owner.UseHeader("Forwarded", "for=203.0.113.7");
        var name = StoaServer.Unique("owner");
        (await owner.PostAsync("/auth/register", new { username = name, email = $"{name}@example.org", password = "my-password" })).Is(201);
        using var thief = From(stoa, "198.51.100.9");

        for (var i = 0; i < LogInFailures.FreeTries; i++)
            (await thief.PostAsync("/auth/login", new { username = name, password = $"guess {i}" })).IsRefusal(401, "auth.credentials");

        (await thief.PostAsync("/auth/login", new { username = name, password = "my-password" })).IsRefusal(429, "auth.paused");
        (await owner.PostAsync("/auth/login", new { username = name, password = "my-password" })).Is(200);
    }

    [Theory, EachDatabase]
    public async Task While_one_network_fills_the_queue_others_get_in(Database database)
    {
        await using var stoa = StoaServer.Start(
            database, null, BehindProxy, ("Passwords:HashingThreads", "1"), ("Passwords:QueueLength", "32"), ("Passwords:BcryptRounds", "9"));
        using var owner = From(stoa, "203.0.113.7");
        var name = StoaServer.Unique("owner");
        (await owner.PostAsync("/auth/register", new { username = name, email = $"{name}@example.org", password = "my-password" })).Is(201);

        var storm = Enumerable.Range(0, 200).Select(async i =>
        {
            using var thief = From(stoa, "198.51.100.9");
            return (await thief.PostAsync("/auth/login", new { username = $"name-{i}", password = "guess" })).Status;
        }).ToList();
        await Task.WhenAny(storm);
        using var elsewhere = From(stoa, "203.0.113.99");
        var answers = await Task.WhenAll(
            owner.PostAsync("/auth/login", new { username = name, password = "my-password" }),
            elsewhere.PostAsync("/auth/login", new { username = name, password = "my-password" }));

        Assert.All(answers, static a => a.Is(200));
        Assert.Contains(429, await Task.WhenAll(storm));
    }

    /// <summary>Where strangers present what they may have invented; the first writes whatever it is given.</summary>
    private static List<Func<Task<Answer>>> Doors(Person stranger) =>
    [
        () => stranger.PostAsync("/auth/forgot-password", new { email = $"{Guid.NewGuid():N}@example.org" }),
        () => stranger.PostAsync("/auth/refresh", new { refresh_token = MailedLink.NewToken() }),
        () => stranger.PostAsync("/api/auth/refresh", new { refresh_token = MailedLink.NewToken() }),
        () => stranger.PostAsync("/auth/mfa", new { mfa_token = "invented", code = "123456" }),
        () => stranger.PostAsync("/auth/passkeys/sign-in", new { passkey_token = "invented", credential = new { id = "x" } }),
        () => stranger.PostAsync("/auth/reset-password", new { token = MailedLink.NewToken(), new_password = "new-password" }),
        () => stranger.PostAsync("/auth/validate-reset-token", new { token = MailedLink.NewToken() }),
        () => stranger.GetAsync($"/auth/validate-reset-token/{MailedLink.NewToken()}"),
        () => stranger.PostAsync($"/auth/validate-reset-token/{MailedLink.NewToken()}", null),
        () => stranger.PostAsync($"/api/v1/users/verify-email/{MailedLink.NewToken()}", null),
    ];

    private static Person From(StoaServer stoa, string address)
    {
        var person = stoa.Stranger();
        person.UseHeader("X-Forwarded-For", address);
        return person;
    }
}
