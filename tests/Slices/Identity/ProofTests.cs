using Stoa.Server.Identity.TwoFactor;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

/// <summary>What was proven before the account changed opens nothing after it.</summary>
public sealed class ProofTests
{
    private const string Password = "my-password";
    private const int Resets = 500;
    private const int Accounts = 5;
    private static readonly (string, string)[] Unlimited =
    [
        ("Accounts:LogInsPerMinute", "1000000"), ("Accounts:LogInsPerAddressPerMinute", "1000000"), ("PasswordReset:MaxTokensPerClientPerHour", "1000000"),
        ("Passwords:QueueLength", "1000"),
    ];

    [Theory, EachDatabase]
    public async Task Of_log_ins_with_the_old_password_raced_with_five_hundred_resets_none_is_alive_afterwards(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, Unlimited);

        var opened = await Task.WhenAll(Enumerable.Range(0, Accounts).Select(_ => RaceAsync(stoa, Resets / Accounts)));

        // The test means nothing unless old passwords still opened something.
        Assert.InRange(opened.Sum(), 1, int.MaxValue);
    }

    [Theory]
    [EachDatabase("reset")]
    [EachDatabase("change")]
    [EachDatabase("disable")]
    [EachDatabase("suspend")]
    [EachDatabase("log out everywhere")]
    public async Task A_first_step_leads_nowhere_after(Database database, string act)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var root = await stoa.SuperuserAsync();
        using var ana = await stoa.RegisterAsync("two-steps", Password);
        var app = await EnrolAsync(ana, clock);
        var begun = await FirstStepAsync(stoa, ana);

        await ActAsync(stoa, root, ana, act);

        using var client = stoa.Stranger();
        (await client.PostAsync("/auth/mfa", new { mfa_token = begun, code = app.Code() })).IsRefusal(401, "auth.mfa_invalid");
    }

    [Theory, EachDatabase]
    public async Task A_first_step_is_good_as_long_as_nothing_but_roles_changed(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var root = await stoa.SuperuserAsync();
        using var ana = await stoa.RegisterAsync("two-steps", Password);
        var app = await EnrolAsync(ana, clock);
        var begun = await FirstStepAsync(stoa, ana);

        await stoa.GiveRoleAsync(root, ana, "moderator");

        using var client = stoa.Stranger();
        (await client.PostAsync("/auth/mfa", new { mfa_token = begun, code = app.Code() })).Is(200);
    }

    [Theory, EachDatabase]
    public async Task Who_is_suspended_between_the_steps_is_told_so_and_gets_no_tokens(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var root = await stoa.SuperuserAsync();
        using var ana = await stoa.RegisterAsync("two-steps", Password);
        var app = await EnrolAsync(ana, clock);
        var begun = await FirstStepAsync(stoa, ana);
        (await root.PostAsync($"/api/admin/users/{ana.Id}/suspend", new { reason = "rude", duration_days = 1 })).Is(200);

        using var client = stoa.Stranger();
        (await client.PostAsync("/auth/mfa", new { mfa_token = begun, code = app.Code() })).IsRefusal(403, "auth.suspended");
    }

    [Theory, EachDatabase]
    public async Task A_passkey_begun_under_the_old_password_is_not_kept(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await (await stoa.RegisterAsync("passkey", Password)).ProveEmailAsync();
        using var key = new SecurityKey($"http://localhost:{stoa.Address.Port}");
        var begun = (await ana.PostAsync("/auth/passkeys/options", new { password = Password })).Is(200).Body;

        (await ana.PutAsync("/auth/me/password", new { current_password = Password, new_password = "another-password" })).Is(200);

        (await ana.PostAsync("/auth/passkeys", new { passkey_token = begun.GetProperty("passkey_token").GetString(), credential = key.Create(begun.GetProperty("options")) }))
            .IsRefusal(400, "passkey.invalid");
        (await ana.PostAsync("/auth/passkeys/options", new { password = "another-password" })).Is(200);
    }

    [Theory, EachDatabase]
    public async Task A_changed_password_ends_the_other_sessions_and_their_refresh_tokens_with_it_and_keeps_this_one(Database database)
    {
        var stoa = StoaServer.For(database);
        using var phone = await stoa.RegisterAsync("two-devices", Password);
        using var laptop = stoa.Stranger();
        laptop.SignIn((await laptop.PostAsync("/auth/login", new { username = phone.Name, password = Password })).Is(200));

        (await phone.PutAsync("/auth/me/password", new { current_password = Password, new_password = "another-password" })).Is(200);

        (await laptop.GetAsync("/auth/me")).IsRefusal(401, "auth.session_ended");
        (await laptop.PostAsync("/auth/refresh", new { refresh_token = laptop.RefreshToken })).IsRefusal(401, "auth.refresh_invalid");
        phone.SignIn((await phone.PostAsync("/auth/refresh", new { refresh_token = phone.RefreshToken })).Is(200));
        (await phone.PutAsync("/auth/me/password", new { current_password = "another-password", new_password = Password })).Is(200);
        Assert.Single((await phone.GetAsync("/auth/sessions")).Is(200).Body.EnumerateArray());
    }

    /// <summary>Resets one account so often, while others sign in with what was its password until then; how many of those got in.</summary>
    private static async Task<int> RaceAsync(StoaServer stoa, int times)
    {
        using var owner = await stoa.RegisterAsync("raced", "password-0");
        var opened = 0;
        for (var i = 0; i < times; i++)
        {
            var reset = new { token = await stoa.ResetTokenAsync(owner), new_password = $"password-{i + 1}" };
            var tries = Enumerable.Range(0, 4).Select(_ => LogInAsync(stoa, owner, $"password-{i}")).ToList();

            // Half of the time one is through before, so that something was opened that must end.
            if (i % 2 == 0)
                await tries[0];
            var changed = owner.PostAsync("/auth/reset-password", reset);
            tries.AddRange(Enumerable.Range(0, 4).Select(_ => LogInAsync(stoa, owner, $"password-{i}")));
            (await changed).Is(200);
            foreach (var answer in await Task.WhenAll(tries))
            {
                if (answer.Status != 200)
                {
                    answer.IsRefusal(401, "auth.credentials");
                    continue;
                }

                opened++;
                owner.UseToken(answer.Body.GetProperty("access_token").GetString());
                (await owner.GetAsync("/auth/me")).IsRefusal(401, "auth.session_ended");
                (await owner.PostAsync("/auth/refresh", new { refresh_token = answer.Body.GetProperty("refresh_token").GetString() })).IsRefusal(401, "auth.refresh_invalid");
            }
        }

        return opened;
    }

    private static async Task<Answer> LogInAsync(StoaServer stoa, Person person, string password)
    {
        using var client = stoa.Stranger();
        return await client.PostAsync("/auth/login", new { username = person.Name, password });
    }

    private static async Task ActAsync(StoaServer stoa, Person root, Person person, string act)
    {
        switch (act)
        {
            case "reset":
                (await stoa.Stranger().PostAsync("/auth/reset-password", new { token = await stoa.ResetTokenAsync(person), new_password = "another-password" })).Is(200);
                break;
            case "change":
                (await person.PutAsync("/auth/me/password", new { current_password = Password, new_password = "another-password" })).Is(200);
                break;
            case "disable":
                (await root.PutAsync($"/auth/users/{person.Id}/disable")).Is(200);
                (await root.PutAsync($"/auth/users/{person.Id}/enable")).Is(200);
                break;
            case "suspend":
                (await root.PostAsync($"/api/admin/users/{person.Id}/suspend", new { reason = "rude", duration_days = 1 })).Is(200);
                (await root.PostAsync($"/api/admin/users/{person.Id}/unsuspend", null)).Is(200);
                break;
            default:
                (await person.PostAsync("/auth/logout-all", null)).Is(200);
                break;
        }
    }

    private static async Task<AuthenticatorApp> EnrolAsync(Person person, ManualClock clock)
    {
        await person.ProveEmailAsync();
        var app = new AuthenticatorApp((await person.PostAsync("/auth/totp", new { password = Password })).Is(200).Body.GetProperty("otpauth_uri").GetString()!, clock);
        (await person.PostAsync("/auth/totp/confirm", new { code = app.Code() })).Is(200);
        clock.Advance(Totp.Step);
        return app;
    }

    private static async Task<string> FirstStepAsync(StoaServer stoa, Person person) =>
        (await LogInAsync(stoa, person, Password)).IsRefusal(401, "auth.mfa_required").Body.GetProperty("mfa_token").GetString()!;
}
