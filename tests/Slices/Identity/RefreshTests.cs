using Microsoft.EntityFrameworkCore;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

/// <summary>A refresh token is spent once; a retry is told apart from a theft (contract E.9.17).</summary>
public sealed class RefreshTests
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    [Theory, EachDatabase]
    public async Task Two_tabs_that_renew_at_once_both_go_on_in_the_same_session(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var ana = await stoa.RegisterAsync();

        var first = (await RefreshAsync(ana, ana.RefreshToken)).Is(200);
        clock.Advance(Retry);
        var second = (await RefreshAsync(ana, ana.RefreshToken)).Is(200);

        Assert.NotEqual(Next(first), Next(second));
        foreach (var answer in (Answer[])[first, second])
        {
            ana.UseToken(answer.Body.GetProperty("access_token").GetString());
            (await ana.GetAsync("/auth/me")).Is(200);
        }

        Assert.Single((await ana.GetAsync("/auth/sessions")).Is(200).Body.EnumerateArray());

        // At the next renewal they are at once again.
        (await RefreshAsync(ana, Next(second))).Is(200);
        (await RefreshAsync(ana, Next(first))).Is(200);
        (await ana.GetAsync("/auth/me")).Is(200);
    }

    [Theory, EachDatabase]
    public async Task Whose_answer_was_lost_asks_again_and_goes_on(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var ana = await stoa.RegisterAsync();
        (await RefreshAsync(ana, ana.RefreshToken)).Is(200);

        var token = Next((await RefreshAsync(ana, ana.RefreshToken)).Is(200));
        for (var i = 0; i < 3; i++)
        {
            clock.Advance(TimeSpan.FromMinutes(25));
            token = Next((await RefreshAsync(ana, token)).Is(200));
        }
    }

    [Theory]
    [EachDatabase(false)]
    [EachDatabase(true)]
    public async Task A_spent_token_that_comes_back_late_or_after_its_successor_was_used_ends_the_session(Database database, bool isLate)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var ana = await stoa.RegisterAsync();
        var spent = ana.RefreshToken;
        ana.SignIn((await RefreshAsync(ana, spent)).Is(200));

        if (isLate)
            clock.Advance(Retry + TimeSpan.FromMilliseconds(1));
        else
            ana.SignIn((await RefreshAsync(ana, ana.RefreshToken)).Is(200));

        (await RefreshAsync(ana, spent)).IsRefusal(401, "auth.refresh_reused");
        (await ana.GetAsync("/auth/me")).IsRefusal(401, "auth.session_ended");
        (await RefreshAsync(ana, ana.RefreshToken)).IsRefusal(401, "auth.refresh_invalid");
    }

    [Theory, EachDatabase]
    public async Task A_thief_who_was_first_within_the_ten_seconds_is_noticed_at_the_next_renewal(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var ana = await stoa.RegisterAsync();
        var stolen = Next((await RefreshAsync(ana, ana.RefreshToken)).Is(200));
        var own = Next((await RefreshAsync(ana, ana.RefreshToken)).Is(200));

        clock.Advance(TimeSpan.FromMinutes(20));
        (await RefreshAsync(ana, stolen)).Is(200);
        clock.Advance(TimeSpan.FromMinutes(5));

        (await RefreshAsync(ana, own)).IsRefusal(401, "auth.refresh_reused");
        Assert.False(await stoa.AskAsync(db => db.Sessions.AnyAsync(s => s.UserId == ana.Id && s.IsActive, TestContext.Current.CancellationToken)));
    }

    [Theory, EachDatabase]
    [Requirement("S1-11")]
    [Requirement("S1-85")]
    public async Task Of_two_hundred_refreshes_of_one_token_at_once_all_stay_in_one_family(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var ana = await stoa.RegisterAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => RefreshAsync(ana, ana.RefreshToken)));

        Assert.All(answers, static a => a.Is(200));
        Assert.Equal(200, answers.Select(Next).Distinct().Count());
        Assert.Equal(1, await stoa.AskAsync(db => db.Sessions.CountAsync(s => s.UserId == ana.Id, TestContext.Current.CancellationToken)));
        (await RefreshAsync(ana, Next(answers[7]))).Is(200);
        clock.Advance(Retry + TimeSpan.FromSeconds(1));
        (await RefreshAsync(ana, Next(answers[8]))).IsRefusal(401, "auth.refresh_reused");
        ana.UseToken(answers[9].Body.GetProperty("access_token").GetString());
        (await ana.GetAsync("/auth/me")).IsRefusal(401, "auth.session_ended");
    }

    [Theory, EachDatabase]
    public async Task A_session_grows_no_older_than_is_set_however_often_it_is_refreshed(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock, ("Sessions:MaxAge", "10.00:00:00"));
        using var ana = await stoa.RegisterAsync();

        clock.Advance(TimeSpan.FromDays(6));
        ana.SignIn((await RefreshAsync(ana, ana.RefreshToken)).Is(200));
        clock.Advance(TimeSpan.FromDays(4) - TimeSpan.FromMinutes(1));
        ana.SignIn((await RefreshAsync(ana, ana.RefreshToken)).Is(200));
        (await ana.GetAsync("/auth/me")).Is(200);
        clock.Advance(TimeSpan.FromMinutes(1));

        (await ana.GetAsync("/auth/me")).IsRefusal(401, "auth.session_ended");
        (await RefreshAsync(ana, ana.RefreshToken)).IsRefusal(401, "auth.refresh_expired");
    }

    [Theory, EachDatabase]
    public async Task An_access_token_renews_itself_in_the_marketplaces_sessions_alone(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync("renews", "my-password");
        using var page = stoa.Stranger();
        using var planner = stoa.Stranger();
        var email = $"{ana.Name}@example.org";
        page.UseToken((await page.PostAsync("/api/auth/login", new { email, password = "my-password" })).Is(200).Body.GetProperty("access_token").GetString());
        planner.UseToken((await planner.PostAsync("/api/v1/auth/login", new { identifier = email, password = "my-password" })).Is(200).Body.GetProperty("token").GetString());

        (await page.PostRawAsync("/api/auth/refresh", "")).Is(200);
        (await ana.PostRawAsync("/api/auth/refresh", "")).IsRefusal(401, "auth.refresh_invalid");
        (await planner.PostRawAsync("/api/auth/refresh", "")).IsRefusal(401, "auth.refresh_invalid");
        (await ana.GetAsync("/auth/me")).Is(200);
    }

    private static Task<Answer> RefreshAsync(Person person, string token) => person.PostAsync("/auth/refresh", new { refresh_token = token });

    private static string Next(Answer answer) => answer.Body.GetProperty("refresh_token").GetString()!;
}
