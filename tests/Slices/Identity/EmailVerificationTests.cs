using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

[Requirement("S4-128")]
public sealed class EmailVerificationTests
{
    [Theory, EachDatabase]
    [Requirement("S4-125")]
    public async Task A_new_account_is_welcomed_with_the_link_that_verifies_its_address(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync("welcome");
        using var stranger = stoa.Stranger();
        var welcome = (await WelcomeAsync(stoa, ana))[0];
        Assert.Equal("Welcome to Stoa", welcome.Subject);
        Assert.Null(await VerifiedAsync(stoa, ana));

        var answer = (await stranger.PostAsync($"/api/v1/users/verify-email/{welcome.Token}", null)).Is(200);

        Assert.Contains("no-store", answer.Headers["Cache-Control"], StringComparison.Ordinal);
        Assert.NotNull(await VerifiedAsync(stoa, ana));
        (await stranger.PostAsync($"/api/v1/users/verify-email/{welcome.Token}", null)).IsRefusal(400, "email.verification_invalid");
        (await ana.PostAsync("/api/v1/users/me/verify-email", null)).IsRefusal(400, "email.already_verified");
    }

    [Theory, EachDatabase]
    public async Task A_link_asked_for_voids_the_older_one_and_of_fifty_uses_one_counts(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync();
        using var stranger = stoa.Stranger();
        var welcome = (await WelcomeAsync(stoa, ana))[0];

        (await ana.PostAsync("/api/v1/users/me/verify-email", null)).Is(200);
        var link = (await stoa.MailsToAsync(MailOf(ana)))[0];
        Assert.Contains($"/verify-email?token={link.Token}", link.Html, StringComparison.Ordinal);
        (await stranger.PostAsync($"/api/v1/users/verify-email/{welcome.Token}", null)).IsRefusal(400, "email.verification_invalid");

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => stranger.PostAsync($"/api/v1/users/verify-email/{link.Token}", null)));
        Assert.Single(answers, static a => a.Status == 200);
        Assert.All(answers.Where(static a => a.Status != 200), static a => a.IsRefusal(400, "email.verification_invalid"));
    }

    [Theory, EachDatabase]
    public async Task A_link_is_good_for_twenty_four_hours(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var ana = await stoa.RegisterAsync();
        using var ben = await stoa.RegisterAsync();
        using var stranger = stoa.Stranger();
        clock.Advance(TimeSpan.FromSeconds(1));
        var (anas, bens) = ((await WelcomeAsync(stoa, ana))[0].Token, (await WelcomeAsync(stoa, ben))[0].Token);

        clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        (await stranger.PostAsync($"/api/v1/users/verify-email/{anas}", null)).Is(200);
        clock.Advance(TimeSpan.FromSeconds(2));
        (await stranger.PostAsync($"/api/v1/users/verify-email/{bens}", null)).IsRefusal(400, "email.verification_invalid");
    }

    [Theory, EachDatabase]
    public async Task Another_address_has_to_be_verified_anew_and_its_old_links_are_void(Database database)
    {
        var stoa = StoaServer.For(database);
        using var root = await stoa.SuperuserAsync();
        using var ana = await stoa.RegisterAsync();
        using var ben = await stoa.RegisterAsync();
        using var stranger = stoa.Stranger();
        (await stranger.PostAsync($"/api/v1/users/verify-email/{(await WelcomeAsync(stoa, ana))[0].Token}", null)).Is(200);
        var bens = (await WelcomeAsync(stoa, ben))[0].Token;

        (await root.PutAsync($"/auth/users/{ana.Id}", new { email = MailOf(ana).ToUpperInvariant() })).Is(200);
        Assert.NotNull(await VerifiedAsync(stoa, ana)); // the same address, written otherwise
        foreach (var person in (Person[])[ana, ben])
            (await root.PutAsync($"/auth/users/{person.Id}", new { email = $"{StoaServer.Unique("moved")}@example.org" })).Is(200);

        Assert.Null(await VerifiedAsync(stoa, ana));
        (await stranger.PostAsync($"/api/v1/users/verify-email/{bens}", null)).IsRefusal(400, "email.verification_invalid");
    }

    [Theory, EachDatabase]
    public async Task What_is_no_link_is_refused_and_mails_are_asked_for_three_times_an_hour(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync();
        using var stranger = stoa.Stranger();

        (await stranger.PostAsync("/api/v1/users/me/verify-email", null)).IsRefusal(401, "auth.required");
        (await stranger.PostAsync($"/api/v1/users/verify-email/{MailedLink.NewToken()}", null)).IsRefusal(400, "email.verification_invalid");
        (await stranger.PostAsync("/api/v1/users/verify-email/x", null)).IsRefusal(400, "email.verification_invalid");
        for (var i = 0; i < 3; i++)
            (await ana.PostAsync("/api/v1/users/me/verify-email", null)).Is(200);
        (await ana.PostAsync("/api/v1/users/me/verify-email", null)).IsRefusal(429, "rate.email_verifications");
    }

    [Theory, EachDatabase]
    public async Task Resetting_the_password_verifies_the_address_because_the_link_came_from_there(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync();
        using var stranger = stoa.Stranger();
        (await stranger.PostAsync("/auth/forgot-password", new { email = MailOf(ana) })).Is(200);

        (await stranger.PostAsync("/auth/reset-password", new { token = (await stoa.MailsToAsync(MailOf(ana)))[0].Token, new_password = "new-password" })).Is(200);

        Assert.NotNull(await VerifiedAsync(stoa, ana));
    }

    private static string MailOf(Person person) => $"{person.Name}@example.org";

    private static Task<List<WrittenMail>> WelcomeAsync(StoaServer stoa, Person person) =>
        Eventually.GetAsync(() => stoa.MailsTo(MailOf(person)), static mails => mails.Count > 0, static _ => "no welcome mail");

    private static async Task<DateTimeOffset?> VerifiedAsync(StoaServer stoa, Person person)
    {
        await using var scope = stoa.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<StoaDb>().Users.Where(u => u.Id == person.Id).Select(u => u.EmailVerifiedAt).SingleAsync();
    }
}
