using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Stoa.Server.Hosting.Security;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

/// <summary>What must not happen unseen is seen: each kind leaves every part that the list names for it.</summary>
public sealed class SecurityEventTests
{
    private const string Password = "my-password";
    private const string DeskKey = "the-desks-own-key-0123456789";

    /// <summary>What makes it happen, through a door; answers the target's id as the trail has it.</summary>
    private delegate Task<long> Act(Stage stage);

    private static readonly Dictionary<SecurityEvent, Act> Acts = new()
    {
        [SecurityEvents.PasswordChanged] = On(static s => s.Ana.PutAsync("/auth/me/password", new { current_password = Password, new_password = "another-password" })),
        [SecurityEvents.PasswordReset] = OnAsync(static async s => await s.Stranger.PostAsync("/auth/reset-password", new { token = await s.Stoa.ResetTokenAsync(s.Ana), new_password = "another-password" })),
        [SecurityEvents.UnprovedVoided] = async static s =>
        {
            using var fresh = await s.Stoa.RegisterAsync("fresh", Password);
            (await fresh.PutAsync("/auth/me/phone", new { phone_number = $"+1777{fresh.Id:D6}" })).Is(200);
            (await s.Stranger.PostAsync("/auth/reset-password", new { token = await s.Stoa.ResetTokenAsync(fresh), new_password = "another-password" })).Is(200);
            return fresh.Id;
        },
        [SecurityEvents.EmailChangeAsked] = On(static s => s.AskForEmailAsync()),
        [SecurityEvents.EmailChanged] = OnAsync(static async s =>
        {
            await s.AskForEmailAsync();
            return await s.Stranger.PostAsync("/auth/me/email/confirm", new { token = (await s.Stoa.MailsToAsync(s.NewAddress))[0].Token });
        }),
        [SecurityEvents.EmailChangeUndone] = OnAsync(static async s =>
        {
            await s.AskForEmailAsync();
            return await s.Stranger.PostAsync("/auth/me/email/undo", new { token = (await s.Stoa.MailsToAsync(s.Address))[0].Token });
        }),
        [SecurityEvents.PhoneChanged] = On(static s => s.Ana.PutAsync("/auth/me/phone", new { phone_number = s.NewNumber() })),
        [SecurityEvents.PhoneProved] = async static s =>
        {
            await TwilioServer.ProveNumberAsync(s.Ana, s.NewNumber());
            return s.Ana.Id;
        },
        [SecurityEvents.MfaOn] = OnAsync(static s => s.EnrolAsync()),
        [SecurityEvents.MfaOff] = OnAsync(static async s =>
        {
            await s.EnrolAsync();
            return await s.Ana.PostAsync("/auth/totp/disable", new { password = Password });
        }),
        [SecurityEvents.MfaRemoved] = OnAsync(static async s =>
        {
            await s.EnrolAsync();
            return await s.Root.DeleteAsync($"/auth/users/{s.Ana.Id}/totp");
        }),
        [SecurityEvents.RecoveryCodesRenewed] = OnAsync(static async s =>
        {
            await s.EnrolAsync();
            return await s.Ana.PostAsync("/auth/totp/recovery-codes", new { password = Password });
        }),
        [SecurityEvents.PasskeyAdded] = OnAsync(static s => s.AddPasskeyAsync()),
        [SecurityEvents.PasskeyRemoved] = OnAsync(static async s => await s.Ana.DeleteAsync($"/auth/passkeys/{(await s.AddPasskeyAsync()).Body.GetProperty("id").GetInt64()}")),
        [SecurityEvents.RolesChanged] = async static s =>
        {
            await s.Stoa.GiveRoleAsync(s.Root, s.Ana, "moderator");
            return s.Ana.Id;
        },
        [SecurityEvents.SuperuserChanged] = On(static s => s.Root.PutAsync($"/auth/users/{s.Ana.Id}/superuser", new { is_superuser = true })),
        [SecurityEvents.Disabled] = On(static s => s.Root.PutAsync($"/auth/users/{s.Ana.Id}/disable")),
        [SecurityEvents.Enabled] = On(static s => s.Root.PutAsync($"/auth/users/{s.Ana.Id}/enable")),
        [SecurityEvents.Suspended] = On(static s => s.Root.PostAsync($"/api/admin/users/{s.Ana.Id}/suspend", new { reason = "x" })),
        [SecurityEvents.SuspensionLifted] = OnAsync(static async s =>
        {
            (await s.Root.PostAsync($"/api/admin/users/{s.Ana.Id}/suspend", new { reason = "x" })).Is(200);
            return await s.Root.PostAsync($"/api/admin/users/{s.Ana.Id}/unsuspend", null);
        }),
        [SecurityEvents.Deleted] = On(static s => s.Root.DeleteAsync($"/auth/users/{s.Ana.Id}")),
        [SecurityEvents.DeletedSelf] = On(static s => s.Ana.PostAsync("/auth/me/delete", new { password = Password })),
        [SecurityEvents.WrongDeskKey] = async static s =>
        {
            (await s.Stranger.PostAsync("/api/admin/login", new { adminKey = "a wrong one" })).IsRefusal(403, "auth.key_wrong");
            return 0;
        },
        [SecurityEvents.ReadAccounts] = On(static s => s.Root.GetAsync($"/auth/users/{s.Ana.Id}")),
        [SecurityEvents.ReadInbox] = On(static s => s.Root.GetAsync($"/api/admin/conversations/{s.Ana.Id}/messages")),
        [SecurityEvents.ReadThreads] = OfAll(static s => s.Root.GetAsync("/api/admin/messages/threads")),
        [SecurityEvents.ReadOriginals] = OfAll(static s => s.Root.GetAsync("/api/admin/messages/moderation")),
        [SecurityEvents.ReadResets] = OfAll(static s => s.Root.GetAsync("/auth/admin/password-reset-tokens")),
        [SecurityEvents.ReadReports] = OfAll(static s => s.Root.GetAsync("/reports/admin/all")),
        [SecurityEvents.SignedIn] = On(static s => s.Stranger.PostAsync("/auth/login", new { username = s.Ana.Name, password = Password })),
        [SecurityEvents.SignInRefused] = async static s =>
        {
            (await s.Stranger.PostAsync("/auth/login", new { username = s.Ana.Name, password = "wrong" })).IsRefusal(401, "auth.credentials");
            return s.Ana.Id;
        },
        [SecurityEvents.RightsRefused] = async static s =>
        {
            (await s.Ana.GetAsync("/auth/users")).IsRefusal(403, "auth.forbidden");
            return s.Ana.Id;
        },
    };

    // Made to happen by the command line: tests/Cluster/RotateKeyTests.
    private static readonly SecurityEvent[] OfCommands = [SecurityEvents.KeyRotated, SecurityEvents.KeysRetired];

    [Fact]
    public void Every_event_of_the_list_is_made_to_happen_here() =>
        Assert.Empty(SecurityEvents.All.Except(Acts.Keys).Except(OfCommands).Select(static e => e.Name));

    [Theory, EachDatabase]
    public async Task Each_leaves_a_row_a_line_with_its_origin_and_the_mails_it_owes(Database database)
    {
        await using var stoa = StoaServer.Start(
            database, null, ("Accounts:AdminSecretKey", DeskKey), ("Sms:AuthToken", TwilioServer.Token), ("Accounts:LogInsPerMinute", "1000"));
        using var root = await stoa.SuperuserAsync();
        foreach (var (what, act) in Acts)
        {
            using var stage = new Stage(stoa, root, await (await stoa.RegisterAsync("watched", Password)).ProveEmailAsync());

            var target = await act(stage);

            var line = (await stoa.LogAsync("auth", $"{what.Name} ")).Split('\n').Last(l => l.Contains($"{what.Name} ", StringComparison.Ordinal));
            Assert.Contains("address=127.0.0.1", line, StringComparison.Ordinal);
            var rows = await stoa.AskAsync(db => db.Audit.CountAsync(e => e.Action == what.Name && e.TargetId == target, TestContext.Current.CancellationToken));
            Assert.True(rows > 0 == what.IsAudited, $"{what.Name}: {rows} rows");
            await MailsAsync(what, stage);
        }
    }

    [Theory, EachDatabase]
    public async Task A_console_that_refreshes_itself_writes_one_row_in_ten_minutes(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var root = await stoa.SuperuserAsync();
        using var ana = await stoa.RegisterAsync("read");
        for (var i = 0; i < 5; i++)
            (await root.GetAsync($"/auth/users/{ana.Id}")).Is(200);
        Assert.Equal(1, await RowsAsync());

        clock.Advance(TimeSpan.FromMinutes(10));
        (await root.GetAsync($"/auth/users/{ana.Id}")).Is(200);
        Assert.Equal(2, await RowsAsync());

        Task<int> RowsAsync() => stoa.AskAsync(db => db.Audit.CountAsync(e => e.Action == "read.accounts" && e.TargetId == ana.Id && e.ActorId == root.Id, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Every_route_by_which_administrators_read_says_whether_it_shows_what_is_others()
    {
        var stoa = StoaServer.For(Database.Sqlite);
        var silent = stoa.Routes().Where(static r => r.IsForAdministrators && r.Methods.Contains("GET") && !r.IsMarked).Select(static r => r.Pattern).Distinct();
        Assert.Empty(silent);
    }

    private static Act On(Func<Stage, Task<Answer>> act) => async s =>
    {
        (await act(s)).Is(200);
        return s.Ana.Id;
    };

    private static Act OnAsync(Func<Stage, Task<Answer>> act) => async s =>
    {
        Assert.InRange((await act(s)).Status, 200, 201);
        return s.Ana.Id;
    };

    private static Act OfAll(Func<Stage, Task<Answer>> act) => async s =>
    {
        (await act(s)).Is(200);
        return 0;
    };

    private static async Task MailsAsync(SecurityEvent what, Stage stage)
    {
        var readers = what.Mail switch
        {
            TellsByMail.Owner => [stage.Address],
            TellsByMail.OldAndNewAddress when what == SecurityEvents.EmailChanged => [stage.Address, stage.NewAddress],
            TellsByMail.OldAndNewAddress => [stage.Address],
            _ => (string[])[],
        };
        foreach (var reader in readers)
        {
            await Eventually.GetAsync(
                () => stage.Stoa.MailsTo(reader), mails => mails.Exists(m => m.Text.ReplaceLineEndings(" ").Contains(what.Sentence!, StringComparison.Ordinal)),
                mails => $"no mail about {what.Name} to {reader}: {string.Join(", ", mails.Select(static m => m.Subject))}");
        }
    }

    /// <summary>Who takes part.</summary>
    private sealed class Stage(StoaServer stoa, Person root, Person ana) : IDisposable
    {
        public StoaServer Stoa { get; } = stoa;

        public Person Root { get; } = root;

        public Person Ana { get; } = ana;

        public Person Stranger { get; } = stoa.Stranger();

        public string Address { get; } = $"{ana.Name}@example.org";

        public string NewAddress { get; } = $"new-{ana.Name}@example.org";

        public string NewNumber() => string.Create(CultureInfo.InvariantCulture, $"+1555{200_000 + Ana.Id}");

        public Task<Answer> AskForEmailAsync() => Ana.PostAsync("/auth/me/email", new { email = NewAddress, password = Password });

        public async Task<Answer> EnrolAsync()
        {
            var app = new AuthenticatorApp((await Ana.PostAsync("/auth/totp", new { password = Password })).Is(200).Body.GetProperty("otpauth_uri").GetString()!, TimeProvider.System);
            return (await Ana.PostAsync("/auth/totp/confirm", new { code = app.Code() })).Is(200);
        }

        public async Task<Answer> AddPasskeyAsync()
        {
            using var key = new SecurityKey(Stoa.Address.GetLeftPart(UriPartial.Authority));
            var begun = (await Ana.PostAsync("/auth/passkeys/options", new { password = Password })).Is(200).Body;
            return (await Ana.PostAsync("/auth/passkeys", new { passkey_token = begun.GetProperty("passkey_token").GetString(), credential = key.Create(begun.GetProperty("options")) })).Is(201);
        }

        public void Dispose()
        {
            Ana.Dispose();
            Stranger.Dispose();
        }
    }
}
