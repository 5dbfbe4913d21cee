using Stoa.Server.Identity.TwoFactor;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

/// <summary>Signing in with a second step, played by an authenticator app of the test's own.</summary>
public sealed class TwoFactorTests
{
    private const string Password = "my-password";

    [Theory, EachDatabase]
    public async Task Powers_that_wait_for_a_second_step_are_there_when_it_is_and_go_with_it(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock, ("Accounts:SecondStepRoles", "super_admin,moderator"));
        using var root = await stoa.SuperuserAsync();

        (await root.GetAsync("/auth/users")).IsRefusal(403, "auth.second_step_needed");
        (await root.GetAsync("/auth/me")).Is(200);
        await root.ProveEmailAsync();
        var app = new AuthenticatorApp((await root.PostAsync("/auth/totp", new { password = "correct-horse" })).Is(200).Body.GetProperty("otpauth_uri").GetString()!, clock);
        (await root.PostAsync("/auth/totp/confirm", new { code = app.Code() })).Is(200);
        clock.Advance(TimeSpan.FromSeconds(2));
        (await root.GetAsync("/auth/users")).Is(200);
        (await root.PostAsync("/auth/totp/disable", new { password = "correct-horse" })).Is(200);
        clock.Advance(TimeSpan.FromSeconds(2));
        (await root.GetAsync("/auth/users")).IsRefusal(403, "auth.second_step_needed");
    }

    [Theory, EachDatabase]
    public async Task Enrolling_needs_the_password_and_a_code_and_changes_nothing_before(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var ana = await (await stoa.RegisterAsync("totp", Password)).ProveEmailAsync();

        (await ana.PostAsync("/auth/totp", new { password = "wrong" })).IsRefusal(400, "auth.password_wrong");
        (await ana.PostAsync("/auth/totp/confirm", new { code = "123456" })).IsRefusal(400, "mfa.code_wrong");
        (await ana.PostAsync("/auth/totp/disable", new { password = Password })).IsRefusal(404, "mfa.not_enrolled");
        (await ana.PostAsync("/auth/totp/recovery-codes", new { password = Password })).IsRefusal(404, "mfa.not_enrolled");
        var first = (await ana.PostAsync("/auth/totp", new { password = Password })).Is(200).Body.GetProperty("secret").GetString()!;
        var second = (await ana.PostAsync("/auth/totp", new { password = Password })).Is(200).Body;
        Assert.Equal(200, (await LogInAsync(stoa, ana)).Status);
        var app = new AuthenticatorApp(second.GetProperty("otpauth_uri").GetString()!, clock);
        Assert.Equal("Stoa", app.Issuer);

        (await ana.PostAsync("/auth/totp/confirm", new { code = new AuthenticatorApp($"otpauth://totp/x?secret={first}", clock).Code() })).IsRefusal(400, "mfa.code_wrong");
        var codes = (await ana.PostAsync("/auth/totp/confirm", new { code = app.Code() })).Is(200).Body.GetProperty("recovery_codes");

        Assert.Equal(10, codes.EnumerateArray().Select(static c => c.GetString()).Distinct().Count());
        (await ana.PostAsync("/auth/totp", new { password = Password })).IsRefusal(409, "mfa.enrolled");
        var text = await stoa.AskAsync(async db =>
            string.Join('\n', db.Authenticators.Select(static a => a.SealedSecret)) + string.Join('\n', db.RecoveryCodes.Select(static c => c.CodeHash)));
        Assert.DoesNotContain(second.GetProperty("secret").GetString()!, text, StringComparison.Ordinal);
        Assert.All(codes.EnumerateArray(), c => Assert.DoesNotContain(c.GetString()!, text, StringComparison.Ordinal));
    }

    [Theory]
    [EachDatabase("{0} {1}")]
    [EachDatabase(" {0}-{1} ")]
    [EachDatabase("{0}\u00A0{1}")]
    [EachDatabase("arabic")]
    public async Task A_code_is_taken_as_apps_show_it_and_phones_type_it(Database database, string shown)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var ana = await stoa.RegisterAsync("totp", Password);
        var (app, _) = await EnrolAsync(ana, clock);
        clock.Advance(Totp.Step);
        var code = app.Code();
        var typed = shown == "arabic"
            ? string.Concat(code.Select(static c => (char)('\u0660' + (c - '0'))))
            : string.Format(System.Globalization.CultureInfo.InvariantCulture, shown, code[..3], code[3..]);
        var token = (await LogInAsync(stoa, ana)).IsRefusal(401, "auth.mfa_required").Body.GetProperty("mfa_token").GetString()!;

        (await stoa.Stranger().PostAsync("/auth/mfa", new { mfa_token = token, code = $"{code}{code[0]}" })).IsRefusal(401, "mfa.code_wrong");
        (await stoa.Stranger().PostAsync("/auth/mfa", new { mfa_token = token, code = typed })).Is(200);
    }

    [Theory, EachDatabase]
    public async Task Signing_in_takes_two_steps_and_the_token_of_the_first_is_good_for_nothing_else(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var ana = await stoa.RegisterAsync("totp", Password);
        var (app, _) = await EnrolAsync(ana, clock);
        clock.Advance(Totp.Step);

        (await LogInAsync(stoa, ana, "wrong")).IsRefusal(401, "auth.credentials");
        var asked = (await LogInAsync(stoa, ana)).IsRefusal(401, "auth.mfa_required").Body;
        var token = asked.GetProperty("mfa_token").GetString()!;
        Assert.True(asked.GetProperty("mfa_required").GetBoolean());
        Assert.False(asked.TryGetProperty("access_token", out _));
        using var client = stoa.Stranger();
        client.UseToken(token);
        (await client.GetAsync("/auth/me")).IsRefusal(401, "auth.token_invalid");
        (await client.PostAsync("/auth/refresh", new { refresh_token = token })).IsRefusal(401, "auth.refresh_invalid");
        (await client.PostAsync("/auth/mfa", new { mfa_token = "made up", code = app.Code() })).IsRefusal(401, "auth.mfa_invalid");
        (await client.PostAsync("/auth/mfa", new { mfa_token = ana.Token, code = app.Code() })).Is(422);
        (await client.PostAsync("/auth/mfa", new { mfa_token = token, code = "000000" })).IsRefusal(401, "mfa.code_wrong");
        client.SignIn((await client.PostAsync("/auth/mfa", new { mfa_token = token, code = app.Code() })).Is(200));

        Assert.Equal(ana.Id, (await client.GetAsync("/auth/me")).Is(200).Body.GetProperty("id").GetInt64());
        (await client.PostAsync("/auth/mfa", new { mfa_token = token, code = app.Code() })).IsRefusal(401, "auth.mfa_invalid");
        foreach (var body in (object[])[new { email = $"{ana.Name}@example.org", password = Password }, new { identifier = ana.Name, password = Password }])
            (await client.PostAsync("/api/auth/login", body)).IsRefusal(401, "auth.mfa_required");
        (await client.PostRawAsync("/auth/token", $"username={ana.Name}&password={Password}", "application/x-www-form-urlencoded")).IsRefusal(401, "auth.mfa_required");
    }

    [Theory, EachDatabase]
    public async Task A_code_lets_in_once_and_never_an_older_one_after_it(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var ana = await stoa.RegisterAsync("totp", Password);
        var (app, _) = await EnrolAsync(ana, clock);
        clock.Advance(Totp.Step * 3);
        var (previous, current, next, stale) = (app.Code(-1), app.Code(), app.Code(1), app.Code(-2));

        Assert.Equal(401, (await SecondStepAsync(stoa, ana, stale)).Status);
        Assert.Equal(200, (await SecondStepAsync(stoa, ana, current)).Status);
        (await SecondStepAsync(stoa, ana, current)).IsRefusal(401, "mfa.code_wrong");
        (await SecondStepAsync(stoa, ana, previous)).IsRefusal(401, "mfa.code_wrong");
        Assert.Equal(200, (await SecondStepAsync(stoa, ana, next)).Status);
    }

    [Theory, EachDatabase]
    public async Task Of_fifty_uses_of_one_code_at_once_one_is_let_in(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock, ("Accounts:LogInsPerMinute", "1000"));
        using var ana = await stoa.RegisterAsync("totp", Password);
        var (app, recovery) = await EnrolAsync(ana, clock);
        clock.Advance(Totp.Step);
        foreach (var code in (string[])[app.Code(), recovery[0]])
        {
            var tokens = new List<string>();
            for (var i = 0; i < 50; i++)
                tokens.Add((await LogInAsync(stoa, ana)).IsRefusal(401, "auth.mfa_required").Body.GetProperty("mfa_token").GetString()!);
            using var client = stoa.Stranger();

            var answers = await Task.WhenAll(tokens.Select(token => client.PostAsync("/auth/mfa", new { mfa_token = token, code })));

            Assert.Single(answers, static a => a.Status == 200);
            Assert.All(answers.Where(static a => a.Status != 200), static a => Assert.Contains(a.Status, (int[])[401, 429]));
            clock.Advance(TimeSpan.FromMinutes(16));
        }
    }

    [Theory, EachDatabase]
    public async Task Recovery_codes_let_in_once_each_and_new_ones_replace_them(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock, ("Accounts:LogInsPerMinute", "1000"));
        using var ana = await stoa.RegisterAsync("totp", Password);
        var (_, codes) = await EnrolAsync(ana, clock);

        Assert.Equal(200, (await SecondStepAsync(stoa, ana, codes[0].ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal))).Status);
        (await SecondStepAsync(stoa, ana, codes[0])).IsRefusal(401, "mfa.code_wrong");
        (await ana.PostAsync("/auth/totp/recovery-codes", new { password = "wrong" })).IsRefusal(400, "auth.password_wrong");
        var renewed = (await ana.PostAsync("/auth/totp/recovery-codes", new { password = Password })).Is(200).Body.GetProperty("recovery_codes")[0].GetString()!;
        (await SecondStepAsync(stoa, ana, codes[1])).IsRefusal(401, "mfa.code_wrong");
        Assert.Equal(200, (await SecondStepAsync(stoa, ana, renewed)).Status);
    }

    [Theory, EachDatabase]
    public async Task Wrong_codes_void_the_token_and_make_the_account_wait(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var ana = await stoa.RegisterAsync("totp", Password);
        var (app, _) = await EnrolAsync(ana, clock);
        clock.Advance(Totp.Step);
        var token = (await LogInAsync(stoa, ana)).Body.GetProperty("mfa_token").GetString();
        using var client = stoa.Stranger();

        for (var i = 0; i < 5; i++)
            (await client.PostAsync("/auth/mfa", new { mfa_token = token, code = "000000" })).IsRefusal(401, "mfa.code_wrong");
        (await client.PostAsync("/auth/mfa", new { mfa_token = token, code = app.Code() })).IsRefusal(401, "auth.mfa_invalid");
        var paused = (await SecondStepAsync(stoa, ana, app.Code())).IsRefusal(429, "auth.paused");
        clock.Advance(TimeSpan.FromSeconds(int.Parse(paused.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(200, (await SecondStepAsync(stoa, ana, app.Code())).Status);

        var old = (await LogInAsync(stoa, ana)).Body.GetProperty("mfa_token").GetString();
        clock.Advance(TimeSpan.FromMinutes(5));
        (await client.PostAsync("/auth/mfa", new { mfa_token = old, code = app.Code() })).IsRefusal(401, "auth.mfa_invalid");
    }

    [Theory, EachDatabase]
    public async Task The_owner_or_a_superuser_takes_the_second_step_away(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var root = await stoa.SuperuserAsync();
        using var ana = await stoa.RegisterAsync("totp", Password);
        using var ben = await stoa.RegisterAsync("totp", Password);
        await EnrolAsync(ana, clock);
        await EnrolAsync(ben, clock);

        (await ana.PostAsync("/auth/totp/disable", new { password = "wrong" })).IsRefusal(400, "auth.password_wrong");
        (await ana.PostAsync("/auth/totp/disable", new { password = Password })).Is(200);
        (await ana.DeleteAsync($"/auth/users/{ben.Id}/totp")).IsRefusal(403, "auth.forbidden");
        (await root.DeleteAsync($"/auth/users/{ben.Id}/totp")).Is(200);
        (await root.DeleteAsync($"/auth/users/{ben.Id}/totp")).IsRefusal(404, "mfa.not_enrolled");
        (await root.DeleteAsync("/auth/users/999999999/totp")).IsRefusal(404, "user.not_found");

        (await LogInAsync(stoa, ana)).Is(200);
        (await LogInAsync(stoa, ben)).Is(200);
        Assert.Equal("user.mfa_removed", (await root.GetAsync($"/api/admin/audit?target_id={ben.Id}")).Is(200).Body.GetProperty("entries")[0].GetProperty("action").GetString());
    }

    private static async Task<(AuthenticatorApp App, List<string> RecoveryCodes)> EnrolAsync(Person person, TimeProvider clock)
    {
        await person.ProveEmailAsync();
        var app = new AuthenticatorApp((await person.PostAsync("/auth/totp", new { password = Password })).Is(200).Body.GetProperty("otpauth_uri").GetString()!, clock);
        var codes = (await person.PostAsync("/auth/totp/confirm", new { code = app.Code() })).Is(200).Body.GetProperty("recovery_codes");
        return (app, [.. codes.EnumerateArray().Select(static c => c.GetString()!)]);
    }

    private static async Task<Answer> LogInAsync(StoaServer stoa, Person person, string password = Password)
    {
        using var client = stoa.Stranger();
        return await client.PostAsync("/auth/login", new { username = person.Name, password });
    }

    private static async Task<Answer> SecondStepAsync(StoaServer stoa, Person person, string code)
    {
        var token = (await LogInAsync(stoa, person)).IsRefusal(401, "auth.mfa_required").Body.GetProperty("mfa_token").GetString();
        using var client = stoa.Stranger();
        return await client.PostAsync("/auth/mfa", new { mfa_token = token, code });
    }
}
