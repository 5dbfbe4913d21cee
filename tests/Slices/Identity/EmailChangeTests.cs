using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

/// <summary>An owner changes the address: proof at the new one, a say for the old one.</summary>
public sealed class EmailChangeTests
{
    private const string Password = "my-password";

    [Theory, EachDatabase]
    public async Task Another_address_counts_once_it_is_proved_and_both_are_told(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await (await stoa.RegisterAsync("moving", Password)).ProveEmailAsync();
        var (old, next) = ($"{ana.Name}@example.org", $"{StoaServer.Unique("moved")}@example.org");

        (await ana.PostAsync("/auth/me/email", new { email = next, password = "wrong" })).IsRefusal(400, "auth.password_wrong");
        (await ana.PostAsync("/auth/me/email", new { email = old.ToUpperInvariant(), password = Password })).IsRefusal(400, "email.unchanged");
        (await ana.PostAsync("/auth/me/email", new { email = next, password = Password })).Is(200);
        Assert.Equal(old, await EmailAsync(ana));
        using var stranger = stoa.Stranger();
        var token = (await stoa.MailsToAsync(next))[0].Token;
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => stranger.PostAsync("/auth/me/email/confirm", new { token })));

        Assert.Single(answers, static a => a.Status == 200);
        Assert.All(answers.Where(static a => a.Status != 200), static a => a.IsRefusal(400, "email.change_invalid"));
        Assert.Equal(next, await EmailAsync(ana));
        (await stoa.MailsToAsync(next, 2))[1].Says("the e-mail address was changed");
        (await stoa.MailsToAsync(old, 2))[1].Says("the e-mail address was changed");
        (await ana.PostAsync("/auth/totp", new { password = Password })).Is(200); // it is proved
    }

    [Theory, EachDatabase]
    public async Task The_old_address_takes_it_back_for_seven_days_whatever_came_after(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await (await stoa.RegisterAsync("robbed", Password)).ProveEmailAsync();
        var (old, next, last) = ($"{ana.Name}@example.org", $"{StoaServer.Unique("thief")}@example.org", $"{StoaServer.Unique("thief")}@example.org");
        using var stranger = stoa.Stranger();
        await ChangeAsync(stoa, ana, next);
        await ChangeAsync(stoa, ana, last);
        var app = new AuthenticatorApp((await ana.PostAsync("/auth/totp", new { password = Password })).Is(200).Body.GetProperty("otpauth_uri").GetString()!, TimeProvider.System);
        (await ana.PostAsync("/auth/totp/confirm", new { code = app.Code() })).Is(200);

        // Nobody keeps the owner out by taking the address that is free now.
        (await stranger.PostAsync("/auth/register", new { username = StoaServer.Unique("squatter"), email = old, password = Password })).IsRefusal(400, "auth.email_taken");
        var undo = (await stoa.MailsToAsync(old))[0].Token;
        (await stranger.PostAsync("/auth/me/email/undo", new { token = undo })).Is(200);

        (await ana.GetAsync("/auth/me")).IsRefusal(401, "auth.session_ended");
        (await stranger.PostAsync("/auth/me/email/undo", new { token = undo })).IsRefusal(400, "email.change_invalid");
        ana.SignIn((await ana.PostAsync("/auth/login", new { username = ana.Name, password = Password })).Is(200)); // the thief's authenticator is gone
        Assert.Equal(old, await EmailAsync(ana));
        (await stranger.PostAsync("/auth/register", new { username = StoaServer.Unique("later"), email = next, password = Password })).Is(201);
        await Eventually.GetAsync(() => stoa.MailsTo(old), static m => m.Exists(static one => one.Subject.StartsWith("Reset your password", StringComparison.Ordinal)), static _ => "no reset link");
    }

    [Theory, EachDatabase]
    public async Task A_change_that_waits_is_stopped_from_the_old_address_and_void_after_a_day(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var ana = await (await stoa.RegisterAsync("stopping", Password)).ProveEmailAsync();
        using var stranger = stoa.Stranger();
        (await ana.PostAsync("/auth/me/email", new { email = "one@example.org", password = Password })).Is(200);
        var first = await TokenAsync(stoa, clock, "one@example.org");
        (await stranger.PostAsync("/auth/me/email/undo", new { token = await TokenAsync(stoa, clock, $"{ana.Name}@example.org") })).Is(200);
        (await stranger.PostAsync("/auth/me/email/confirm", new { token = first })).IsRefusal(400, "email.change_invalid");

        ana.SignIn((await ana.PostAsync("/auth/login", new { username = ana.Name, password = Password })).Is(200));
        (await ana.PostAsync("/auth/me/email", new { email = "two@example.org", password = Password })).Is(200);
        var second = await TokenAsync(stoa, clock, "two@example.org");
        clock.Advance(TimeSpan.FromHours(25));
        (await stranger.PostAsync("/auth/me/email/confirm", new { token = second })).IsRefusal(400, "email.change_invalid");
    }

    [Theory, EachDatabase]
    public async Task Of_many_who_want_one_address_one_gets_it(Database database)
    {
        var stoa = StoaServer.For(database);
        var wanted = $"{StoaServer.Unique("wanted")}@example.org";
        using var stranger = stoa.Stranger();
        var tokens = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            using var one = await (await stoa.RegisterAsync("wanting", Password)).ProveEmailAsync();
            (await one.PostAsync("/auth/me/email", new { email = wanted, password = Password })).Is(200);
            tokens.Add((await stoa.MailsToAsync(wanted, i + 1))[i].Token);
        }

        var answers = await Task.WhenAll(tokens.Select(token => stranger.PostAsync("/auth/me/email/confirm", new { token })));

        Assert.Single(answers, static a => a.Status == 200);
        Assert.All(answers.Where(static a => a.Status != 200), static a => a.IsRefusal(400, "auth.email_taken"));
    }

    private static async Task ChangeAsync(StoaServer stoa, Person person, string next)
    {
        (await person.PostAsync("/auth/me/email", new { email = next, password = Password })).Is(200);
        using var stranger = stoa.Stranger();
        (await stranger.PostAsync("/auth/me/email/confirm", new { token = (await stoa.MailsToAsync(next))[0].Token })).Is(200);
    }

    private static async Task<string> TokenAsync(StoaServer stoa, ManualClock clock, string address) => (await Eventually.GetAsync(
        () =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            return stoa.MailsTo(address).Find(static m => m.Subject.Contains("new e-mail address", StringComparison.Ordinal) || m.Subject.Contains("about to change", StringComparison.Ordinal));
        },
        static m => m is not null, _ => $"no mail to {address}"))!.Token;

    private static async Task<string> EmailAsync(Person person) => (await person.GetAsync("/auth/me")).Is(200).Body.GetProperty("email").GetString()!;
}
