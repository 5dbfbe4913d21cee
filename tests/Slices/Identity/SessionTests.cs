using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

public sealed class SessionTests
{
    [Theory, EachDatabase]
    [Requirement("S1-8")]
    [Requirement("S1-9")]
    public async Task Signing_in_answers_tokens_and_all_ten_members_of_the_account(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync("login", "my-password");
        using var client = stoa.Stranger();

        var answer = (await client.PostAsync("/auth/login", new { username = ana.Name, password = "my-password" })).Is(200);

        Assert.Equal("bearer", answer.Body.GetProperty("token_type").GetString());
        Assert.Equal(
            ["bio", "created_at", "email", "full_name", "id", "is_active", "is_superuser", "phone_number", "updated_at", "username"],
            answer.Body.GetProperty("user").EnumerateObject().Select(static m => m.Name).Order());
        client.SignIn(answer);
        Assert.Equal(ana.Id, (await client.GetAsync("/auth/me")).Is(200).Body.GetProperty("id").GetInt64());
    }

    [Theory, EachDatabase]
    public async Task Unknown_name_and_wrong_password_get_the_same_answer(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync();
        using var client = stoa.Stranger();

        var wrong = await client.PostAsync("/auth/login", new { username = ana.Name, password = "not-mine" });
        var unknown = await client.PostAsync("/auth/login", new { username = "nobody-at-all", password = "not-mine" });

        wrong.IsRefusal(401, "auth.credentials");
        unknown.IsRefusal(401, "auth.credentials");
        Assert.Equal(wrong.Body.GetProperty("detail").GetString(), unknown.Body.GetProperty("detail").GetString());
    }

    [Theory, EachDatabase]
    [Requirement("S1-14")]
    public async Task The_own_account_needs_a_token(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync();

        Assert.Equal(ana.Name, (await ana.GetAsync("/auth/me")).Is(200).Body.GetProperty("username").GetString());
        ana.UseToken(null);
        var refused = (await ana.GetAsync("/auth/me")).IsRefusal(401, "auth.required");
        Assert.Equal("Bearer", refused.Headers["WWW-Authenticate"]);
    }

    [Theory, EachDatabase]
    public async Task Tokens_that_are_not_ours_are_refused(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync();
        var parts = ana.Token.Split('.');
        var unsigned = Convert.ToBase64String("""{"alg":"none","typ":"JWT"}"""u8).TrimEnd('=');
        string[] bad =
        [
            "x", "x.y.z", $"{parts[0]}.{parts[1]}", $"{parts[0]}.{parts[1]}.", $"{ana.Token}x", $"{ana.Token}.x",
            $"{unsigned}.{parts[1]}.", $"{unsigned}.{parts[1]}.{parts[2]}", $"{parts[0]}.{parts[1]}x.{parts[2]}",
            $"{parts[0]}.{parts[1]}.{(parts[2][0] == 'A' ? 'B' : 'A')}{parts[2][1..]}", new string('a', 9000), ana.RefreshToken,
        ];

        foreach (var token in bad)
        {
            ana.UseToken(token);
            (await ana.GetAsync("/auth/me")).IsRefusal(401, "auth.token_invalid");
        }
    }

    [Theory, EachDatabase]
    [Requirement("S1-1")]
    public async Task An_access_token_lives_thirty_minutes(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var ana = await stoa.RegisterAsync();

        clock.Advance(TimeSpan.FromMinutes(30));
        (await ana.GetAsync("/auth/me")).Is(200); // within the allowed skew of 30 s
        clock.Advance(TimeSpan.FromSeconds(31));

        (await ana.GetAsync("/auth/me")).IsRefusal(401, "auth.token_expired");
    }

    [Theory, EachDatabase]
    [Requirement("S1-10")]
    [Requirement("S1-11")]
    public async Task Refreshing_gives_new_tokens_and_spends_the_old_one(Database database)
    {
        using var ana = await StoaServer.For(database).RegisterAsync();
        var spent = ana.RefreshToken;

        var answer = (await ana.PostAsync("/auth/refresh", new { refresh_token = spent })).Is(200);

        Assert.NotEqual(spent, answer.Body.GetProperty("refresh_token").GetString());
        ana.SignIn(answer);
        (await ana.GetAsync("/auth/me")).Is(200);
    }

    [Theory, EachDatabase]
    [Requirement("S1-2")]
    public async Task A_refresh_token_lives_seven_days(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var ana = await stoa.RegisterAsync();
        using var ben = await stoa.RegisterAsync();

        clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(1));
        (await ana.PostAsync("/auth/refresh", new { refresh_token = ana.RefreshToken })).Is(200);
        clock.Advance(TimeSpan.FromMinutes(1));

        (await ben.PostAsync("/auth/refresh", new { refresh_token = ben.RefreshToken })).IsRefusal(401, "auth.refresh_expired");
    }

    [Theory, EachDatabase]
    public async Task A_made_up_refresh_token_is_refused(Database database)
    {
        using var stranger = StoaServer.For(database).Stranger();

        (await stranger.PostAsync("/auth/refresh", new { refresh_token = "made-up" })).IsRefusal(401, "auth.refresh_invalid");
        (await stranger.PostAsync("/auth/refresh", new { })).IsRefusal(422, "validation.failed");
    }

    [Theory, EachDatabase]
    [Requirement("S1-12")]
    public async Task Logging_out_ends_the_tokens_of_this_session_at_once_and_no_others(Database database)
    {
        var stoa = StoaServer.For(database);
        using var phone = await stoa.RegisterAsync("two-devices", "my-password");
        using var laptop = stoa.Stranger();
        laptop.SignIn((await laptop.PostAsync("/auth/login", new { username = phone.Name, password = "my-password" })).Is(200));

        (await phone.PostAsync("/auth/logout", new { refresh_token = phone.RefreshToken })).Is(200);

        (await phone.GetAsync("/auth/me")).IsRefusal(401, "auth.session_ended");
        (await phone.PostAsync("/auth/refresh", new { refresh_token = phone.RefreshToken })).IsRefusal(401, "auth.refresh_invalid");
        (await laptop.GetAsync("/auth/me")).Is(200);
    }

    [Theory, EachDatabase]
    [Requirement("S1-13")]
    public async Task Logging_out_everywhere_ends_every_session(Database database)
    {
        var stoa = StoaServer.For(database);
        using var phone = await stoa.RegisterAsync("all-devices", "my-password");
        using var laptop = stoa.Stranger();
        laptop.SignIn((await laptop.PostAsync("/auth/login", new { username = phone.Name, password = "my-password" })).Is(200));

        (await phone.PostAsync("/auth/logout-all", null)).Is(200);

        (await phone.GetAsync("/auth/me")).IsRefusal(401, "auth.session_ended");
        (await laptop.GetAsync("/auth/me")).IsRefusal(401, "auth.session_ended");
        (await laptop.PostAsync("/auth/refresh", new { refresh_token = laptop.RefreshToken })).IsRefusal(401, "auth.refresh_invalid");
    }
}
