using Microsoft.EntityFrameworkCore;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

/// <summary>Whoever registers somebody else's address gets nothing that its owner would not find and take away.</summary>
public sealed class UnprovedAddressTests
{
    private const string Password = "my-password";

    [Theory, EachDatabase]
    public async Task Until_the_address_is_proved_no_authenticator_and_no_passkey_is_taken(Database database)
    {
        var stoa = StoaServer.For(database);
        using var eve = await stoa.RegisterAsync("unproved", Password);

        (await eve.PostAsync("/auth/totp", new { password = Password })).IsRefusal(403, "auth.email_unproved");
        (await eve.PostAsync("/auth/totp/confirm", new { code = "123456" })).IsRefusal(403, "auth.email_unproved");
        (await eve.PostAsync("/auth/passkeys/options", new { password = Password })).IsRefusal(403, "auth.email_unproved");

        await eve.ProveEmailAsync();
        (await eve.PostAsync("/auth/totp", new { password = Password })).Is(200);
        (await eve.PostAsync("/auth/passkeys/options", new { password = Password })).Is(200);
    }

    [Theory, EachDatabase]
    public async Task Who_the_command_line_made_a_superuser_is_vouched_for(Database database)
    {
        var stoa = StoaServer.For(database);
        var name = StoaServer.Unique("vouched");
        await stoa.CreateAdminAsync(name, Password);
        using var root = stoa.Stranger();
        root.SignIn((await root.PostAsync("/auth/login", new { username = name, password = Password })).Is(200));

        (await root.PostAsync("/auth/totp", new { password = Password })).Is(200);
    }

    [Theory, EachDatabase]
    public async Task A_reset_that_proves_the_address_voids_whatever_was_set_before_and_says_so(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock, ("Sms:AuthToken", TwilioServer.Token));
        using var eve = await stoa.RegisterAsync("hijacked", Password);
        var (app, key) = await WithEverythingAsync(stoa, eve, clock);
        using var __ = key;
        await SetVerifiedAsync(stoa, eve, false); // as an older version let it come about

        using var owner = stoa.Stranger();
        (await owner.PostAsync("/auth/reset-password", new { token = await stoa.ResetTokenAsync(eve), new_password = "the-owners-own" })).Is(200);

        owner.SignIn((await owner.PostAsync("/auth/login", new { username = eve.Name, password = "the-owners-own" })).Is(200));
        Assert.Empty((await owner.GetAsync("/auth/passkeys")).Is(200).Body.EnumerateArray());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await owner.GetAsync("/auth/me")).Is(200).Body.GetProperty("phone_number").ValueKind);
        using var thief = stoa.Stranger();
        var begun = (await thief.PostAsync("/auth/passkeys/sign-in/options", null)).Is(200).Body;
        (await thief.PostAsync("/auth/passkeys/sign-in", new { passkey_token = begun.GetProperty("passkey_token").GetString(), credential = key.Get(begun.GetProperty("options")) }))
            .IsRefusal(401, "auth.passkey_invalid");
        Assert.NotNull(app);
        var mail = await Eventually.GetAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(100));
                return stoa.MailsTo($"{eve.Name}@example.org").Find(static m => m.Subject.Contains("was changed", StringComparison.Ordinal));
            },
            static m => m is not null, static _ => "no letter");
        Assert.Contains("passkeys", mail!.Text, StringComparison.Ordinal);
    }

    [Theory, EachDatabase]
    public async Task A_forgotten_password_does_not_take_the_second_step_of_a_proved_account_away(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock, ("Sms:AuthToken", TwilioServer.Token));
        using var ana = await stoa.RegisterAsync("forgetful", Password);
        var (_, key) = await WithEverythingAsync(stoa, ana, clock);
        using var __ = key;

        using var stranger = stoa.Stranger();
        (await stranger.PostAsync("/auth/reset-password", new { token = await stoa.ResetTokenAsync(ana), new_password = "the-owners-own" })).Is(200);

        (await stranger.PostAsync("/auth/login", new { username = ana.Name, password = "the-owners-own" })).IsRefusal(401, "auth.mfa_required");
        Assert.Equal(1, await stoa.AskAsync(db => db.Passkeys.CountAsync(p => p.UserId == ana.Id, TestContext.Current.CancellationToken)));
        Assert.True(await stoa.AskAsync(db => db.Users.AnyAsync(u => u.Id == ana.Id && u.PhoneVerifiedAt != null, TestContext.Current.CancellationToken)));
    }

    [Theory, EachDatabase]
    public async Task Mails_to_an_address_that_nobody_proved_repeat_a_name_once_and_no_number_to_call(Database database)
    {
        var stoa = StoaServer.For(database);
        using var eve = stoa.Stranger();
        var name = StoaServer.Unique("spam");
        var calls = new { username = name, email = $"{name}@example.org", password = Password, full_name = "Bank, call +49 151 23456789" };
        eve.SignIn((await eve.PostAsync("/auth/register", calls)).Is(201));
        (await eve.PostAsync("/api/v1/users/me/verify-email", null)).Is(200);
        (await eve.PutAsync("/auth/me", new { full_name = "Buy at Eves" })).Is(200);
        (await eve.PostAsync("/api/v1/users/me/verify-email", null)).Is(200);
        (await eve.PutAsync("/auth/me/password", new { current_password = Password, new_password = "another-password" })).Is(200);

        var mails = await stoa.MailsToAsync($"{name}@example.org", 3);

        Assert.All(stoa.MailsTo($"{name}@example.org"), static m => Assert.DoesNotContain("151", m.Text + m.Html + m.Subject, StringComparison.Ordinal));
        Assert.All(mails, static m => Assert.DoesNotContain("Eves", m.Text + m.Html, StringComparison.Ordinal));
    }

    private static async Task<(AuthenticatorApp App, SecurityKey Key)> WithEverythingAsync(StoaServer stoa, Person person, ManualClock clock)
    {
        await person.ProveEmailAsync();
        await TwilioServer.ProveNumberAsync(person, "+15550123");
        var key = new SecurityKey(stoa.Address.GetLeftPart(UriPartial.Authority));
        var begun = (await person.PostAsync("/auth/passkeys/options", new { password = Password })).Is(200).Body;
        (await person.PostAsync("/auth/passkeys", new { passkey_token = begun.GetProperty("passkey_token").GetString(), credential = key.Create(begun.GetProperty("options")) })).Is(201);
        var app = new AuthenticatorApp((await person.PostAsync("/auth/totp", new { password = Password })).Is(200).Body.GetProperty("otpauth_uri").GetString()!, clock);
        (await person.PostAsync("/auth/totp/confirm", new { code = app.Code() })).Is(200);
        return (app, key);
    }

    private static Task<int> SetVerifiedAsync(StoaServer stoa, Person person, bool isVerified) => stoa.AskAsync(db => db.WriteAsync(
        () => db.Users.Where(u => u.Id == person.Id).ExecuteUpdateAsync(
            u => u.SetProperty(x => x.EmailVerifiedAt, isVerified ? DateTimeOffset.UtcNow : null), TestContext.Current.CancellationToken), TestContext.Current.CancellationToken));
}
