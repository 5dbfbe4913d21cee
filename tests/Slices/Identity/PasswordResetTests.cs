using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

public sealed class PasswordResetTests
{
    [Theory, EachDatabase(""), EachDatabase("/api")]
    [Requirement("S2-13", "S2-14", "S2-22", "S2-25", "S2-26", "S2-40", "S2-45", "S4-127", "S4-138")]
    public async Task A_forgotten_password_is_replaced_through_the_mailed_link_and_every_session_ends(Database database, string prefix)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync("forgetful", "old-password");
        using var stranger = stoa.Stranger();

        var asked = (await stranger.PostAsync($"{prefix}/auth/forgot-password", new { email = MailOf(ana) })).Is(200);
        Assert.True(asked.Body.GetProperty("success").GetBoolean());
        Assert.NotEqual("", asked.Body.GetProperty("message").GetString());
        Assert.Contains("no-store", asked.Headers["Cache-Control"], StringComparison.Ordinal);

        var mail = (await stoa.MailsToAsync(MailOf(ana)))[0];
        Assert.Contains($"http://localhost:3000/auth/reset-password?token={mail.Token}", mail.Text, StringComparison.Ordinal);
        Assert.Contains($"href=\"http://localhost:3000/auth/reset-password?token={mail.Token}\"", mail.Html, StringComparison.Ordinal);
        Assert.Equal(64, mail.Token.Length);

        var reset = (await stranger.PostAsync($"{prefix}/auth/reset-password", new { token = mail.Token, new_password = "new-password" })).Is(200);
        Assert.True(reset.Body.GetProperty("success").GetBoolean());

        (await ana.GetAsync("/auth/me")).IsRefusal(401, "auth.session_ended");
        (await ana.PostAsync("/auth/refresh", new { refresh_token = ana.RefreshToken })).Is(401);
        (await stranger.PostAsync("/auth/login", new { username = ana.Name, password = "old-password" })).IsRefusal(401, "auth.credentials");
        (await stranger.PostAsync("/auth/login", new { username = ana.Name, password = "new-password" })).Is(200);
        Assert.Contains("was changed", (await stoa.MailsToAsync(MailOf(ana), 2))[1].Subject, StringComparison.Ordinal);
        (await stranger.PostAsync($"{prefix}/auth/reset-password", new { token = mail.Token, new_password = "third-password" })).IsRefusal(400, "auth.reset_invalid");
    }

    [Theory, EachDatabase]
    [Requirement("S2-24")]
    public async Task An_unknown_address_gets_the_same_answer_and_no_mail(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync();
        using var stranger = stoa.Stranger();
        var nobody = $"{StoaServer.Unique("nobody")}@example.org";

        var unknown = (await stranger.PostAsync("/auth/forgot-password", new { email = nobody })).Is(200);
        var known = (await stranger.PostAsync("/auth/forgot-password", new { email = MailOf(ana) })).Is(200);

        Assert.Equal(known.Text, unknown.Text);
        await stoa.MailsToAsync(MailOf(ana)); // the row of the other one came before
        Assert.Empty(stoa.MailsTo(nobody));
        Assert.False(await AskAsync(stoa, db => db.Mails.AnyAsync(m => m.Address == nobody)), "what a stranger typed is not kept");
    }

    [Theory, EachDatabase]
    [Requirement("S2-15")]
    public async Task Looking_at_a_token_does_not_use_it_up_and_shows_no_whole_address(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync("looked-at");
        using var stranger = stoa.Stranger();
        var token = await AskedAsync(stoa, ana);

        foreach (var answer in (Answer[])[
            await stranger.GetAsync($"/auth/validate-reset-token/{token}"),
            await stranger.PostAsync($"/api/auth/validate-reset-token/{token}", null),
            await stranger.PostAsync("/auth/validate-reset-token", new { token })])
        {
            answer.Is(200);
            Assert.True(answer.Body.GetProperty("success").GetBoolean());
            Assert.True(answer.Body.GetProperty("valid").GetBoolean());
            Assert.True(answer.Body.GetProperty("user_exists").GetBoolean());
            Assert.Equal("l***@e***.org", answer.Body.GetProperty("email").GetString());
            Assert.EndsWith("Z", answer.Body.GetProperty("expires_at").GetString(), StringComparison.Ordinal);
            Assert.Contains("no-store", answer.Headers["Cache-Control"], StringComparison.Ordinal);
        }

        (await stranger.PostAsync("/auth/reset-password", new { token, new_password = "new-password" })).Is(200);
        var used = (await stranger.GetAsync($"/auth/validate-reset-token/{token}")).IsRefusal(400, "auth.reset_invalid");
        Assert.Equal("Invalid or expired reset token", used.Body.GetProperty("detail").GetString());
        Assert.Contains("no-store", used.Headers["Cache-Control"], StringComparison.Ordinal);
    }

    [Theory, EachDatabase]
    [Requirement("S2-20", "S2-23")]
    public async Task A_newer_link_voids_the_older_one(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync();
        using var stranger = stoa.Stranger();

        var older = await AskedAsync(stoa, ana);
        var newer = await AskedAsync(stoa, ana, 2);

        Assert.NotEqual(older, newer);
        (await stranger.PostAsync("/auth/reset-password", new { token = older, new_password = "new-password" })).IsRefusal(400, "auth.reset_invalid");
        (await stranger.PostAsync("/auth/reset-password", new { token = newer, new_password = "new-password" })).Is(200);
    }

    [Theory, EachDatabase]
    [Requirement("S2-21")]
    public async Task A_link_is_good_for_one_hour(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var ana = await stoa.RegisterAsync();
        using var stranger = stoa.Stranger();
        (await stranger.PostAsync("/auth/forgot-password", new { email = MailOf(ana) })).Is(200);
        clock.Advance(TimeSpan.FromSeconds(1));
        var token = (await stoa.MailsToAsync(MailOf(ana)))[0].Token;

        clock.Advance(TimeSpan.FromMinutes(59));
        (await stranger.GetAsync($"/auth/validate-reset-token/{token}")).Is(200);
        clock.Advance(TimeSpan.FromMinutes(1));

        (await stranger.GetAsync($"/auth/validate-reset-token/{token}")).IsRefusal(400, "auth.reset_invalid");
        (await stranger.PostAsync("/auth/reset-password", new { token, new_password = "new-password" })).IsRefusal(400, "auth.reset_invalid");
    }

    [Theory, EachDatabase]
    [Requirement("S2-22")]
    public async Task Of_two_hundred_resets_with_one_token_at_once_exactly_one_succeeds(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("Passwords:QueueLength", "1000"));
        using var ana = await stoa.RegisterAsync();
        using var stranger = stoa.Stranger();
        var token = await AskedAsync(stoa, ana);

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
            (Password: $"password-{i}", Answer: await stranger.PostAsync("/auth/reset-password", new { token, new_password = $"password-{i}" }))));

        var winner = Assert.Single(answers, static a => a.Answer.Status == 200);
        Assert.All(answers.Where(a => a != winner), static a => a.Answer.IsRefusal(400, "auth.reset_invalid"));
        (await stranger.PostAsync("/auth/login", new { username = ana.Name, password = winner.Password })).Is(200);
        Assert.Equal(1, await AskAsync(stoa, db => db.Audit.CountAsync(e => e.Action == "password_reset.used" && e.TargetId == ana.Id)));
    }

    [Theory, EachDatabase]
    [Requirement("S2-32")]
    public async Task The_fourth_request_within_an_hour_is_refused_whether_or_not_there_is_an_account(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var ana = await stoa.RegisterAsync();
        using var stranger = stoa.Stranger();

        foreach (var email in (string[])[MailOf(ana), "nobody@example.org"])
        {
            for (var i = 0; i < 3; i++)
                (await stranger.PostAsync("/auth/forgot-password", new { email })).Is(200);
            var refused = (await stranger.PostAsync("/auth/forgot-password", new { email = email.ToUpperInvariant() })).IsRefusal(429, "rate.password_resets");
            Assert.Equal("3600", refused.Headers["Retry-After"]);
        }

        clock.Advance(TimeSpan.FromHours(1));
        (await stranger.PostAsync("/auth/forgot-password", new { email = MailOf(ana) })).Is(200);
    }

    [Theory, EachDatabase]
    [Requirement("S2-32")]
    public async Task One_network_address_cannot_ask_for_everybody_nor_try_tokens_for_ever(Database database)
    {
        await using var stoa = StoaServer.Start(
            database, null, ("Listen:KnownProxies", "127.0.0.1"), ("PasswordReset:MaxPerClientPerHour", "5"), ("PasswordReset:MaxTokensPerClientPerHour", "4"));
        using var stranger = stoa.Stranger();
        stranger.UseHeader("X-Forwarded-For", "203.0.113.5");

        for (var i = 0; i < 5; i++)
            (await stranger.PostAsync("/auth/forgot-password", new { email = $"person-{i}@example.org" })).Is(200);
        (await stranger.PostAsync("/auth/forgot-password", new { email = "person-6@example.org" })).IsRefusal(429, "rate.password_resets");

        for (var i = 0; i < 4; i++)
            (await stranger.GetAsync($"/auth/validate-reset-token/{MailedLink.NewToken()}")).IsRefusal(400, "auth.reset_invalid");
        (await stranger.GetAsync($"/auth/validate-reset-token/{MailedLink.NewToken()}")).IsRefusal(429, "rate.reset_tokens");
        (await stranger.PostAsync("/auth/reset-password", new { token = MailedLink.NewToken(), new_password = "new-password" })).IsRefusal(429, "rate.reset_tokens");
    }

    [Theory, EachDatabase]
    [Requirement("S2-43")]
    public async Task Bodies_that_do_not_fit_are_refused_by_name(Database database)
    {
        using var stranger = StoaServer.For(database).Stranger();
        var token = new string('x', 64);

        (await stranger.PostAsync("/auth/forgot-password", new { email = "no-address" })).IsRefusal(422, "validation.failed");
        (await stranger.PostAsync("/auth/forgot-password", new { email = "ana@example.org\r\nBcc: all@example.org" })).IsRefusal(422, "validation.failed");
        (await stranger.PostAsync("/auth/forgot-password", new { })).IsRefusal(422, "validation.failed");
        (await stranger.PostRawAsync("/auth/forgot-password", "{")).IsRefusal(400, "request.malformed");
        (await stranger.PostAsync("/auth/reset-password", new { token = "short", new_password = "long-enough" })).IsRefusal(422, "validation.failed");
        (await stranger.PostAsync("/auth/reset-password", new { token, new_password = "short" })).IsRefusal(422, "validation.failed");
        (await stranger.PostAsync("/auth/reset-password", new { token, new_password = new string('x', 129) })).IsRefusal(422, "validation.failed");
        (await stranger.PostAsync("/auth/reset-password", new { new_password = "long-enough" })).IsRefusal(422, "validation.failed");
        (await stranger.PostAsync("/auth/reset-password", new { token, new_password = "long-enough" })).IsRefusal(400, "auth.reset_invalid");
        (await stranger.GetAsync($"/auth/validate-reset-token/{new string('y', 5000)}")).IsRefusal(400, "auth.reset_invalid");
        (await stranger.GetAsync("/auth/validate-reset-token/%00%0d%0a")).Is(400);
    }

    [Theory, EachDatabase]
    [Requirement("S2-2", "S2-33")]
    public async Task Requests_and_uses_are_in_the_audit_trail_and_no_token_is_in_the_record(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync();
        using var stranger = stoa.Stranger();

        var token = await AskedAsync(stoa, ana);
        var kept = await AskAsync(stoa, db => db.PasswordResets.SingleAsync(r => r.UserId == ana.Id));
        Assert.Equal(MailedLink.HashOf(token), kept.TokenHash);
        Assert.All(await AskAsync(stoa, db => db.Mails.ToListAsync()), m => Assert.DoesNotContain(token, $"{m.Content} {m.LastError}", StringComparison.Ordinal));

        (await stranger.PostAsync("/auth/reset-password", new { token, new_password = "new-password" })).Is(200);
        Assert.Equal(
            ["password_reset.requested", "password_reset.used"],
            await AskAsync(stoa, db => db.Audit.Where(e => e.TargetId == ana.Id && e.TargetType == "user").OrderBy(e => e.Id).Select(e => e.Action).ToListAsync()));
    }

    [Theory, EachDatabase]
    public async Task A_link_dies_with_the_address_it_was_sent_to_and_with_the_account(Database database)
    {
        var stoa = StoaServer.For(database);
        using var root = await stoa.SuperuserAsync();
        using var ana = await stoa.RegisterAsync();
        using var ben = await stoa.RegisterAsync();
        using var stranger = stoa.Stranger();
        var (anas, bens) = (await AskedAsync(stoa, ana), await AskedAsync(stoa, ben));

        (await root.PutAsync($"/auth/users/{ana.Id}", new { email = $"{StoaServer.Unique("elsewhere")}@example.org" })).Is(200);
        (await root.PutAsync($"/auth/users/{ben.Id}/disable")).Is(200);

        (await stranger.PostAsync("/auth/reset-password", new { token = anas, new_password = "new-password" })).IsRefusal(400, "auth.reset_invalid");
        (await stranger.PostAsync("/auth/reset-password", new { token = bens, new_password = "new-password" })).IsRefusal(400, "auth.reset_invalid");
    }

    [Theory, EachDatabase]
    [Requirement("S2-16", "S2-17", "S2-42")]
    public async Task Administrators_see_resets_without_their_tokens_and_clean_up(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock, ("Tokens:AccessLifetime", "1.00:00:00"));
        using var admin = await stoa.RegisterAsync("admin");
        using var ana = await stoa.RegisterAsync("ana");
        using var ben = await stoa.RegisterAsync("ben");
        await HoldAsync(stoa, admin, "admin");
        using var stranger = stoa.Stranger();
        foreach (var person in (Person[])[ana, ben])
        {
            (await stranger.PostAsync("/auth/forgot-password", new { email = MailOf(person) })).Is(200);
            clock.Advance(TimeSpan.FromMinutes(2));
            await stoa.MailsToAsync(MailOf(person));
        }

        var list = (await admin.GetAsync("/auth/admin/password-reset-tokens?limit=1")).Is(200);
        Assert.Equal(1, list.Body.GetProperty("count").GetInt32());
        Assert.Equal(2, list.Body.GetProperty("total").GetInt32());
        var row = list.Body.GetProperty("tokens")[0];
        Assert.Equal((ben.Id, ben.Name, MailOf(ben)), (row.GetProperty("user_id").GetInt64(), row.GetProperty("username").GetString(), row.GetProperty("email").GetString()));
        Assert.False(row.GetProperty("used").GetBoolean());
        var token = stoa.MailsTo(MailOf(ben))[^1].Token;
        Assert.DoesNotContain(token[..8], list.Text, StringComparison.Ordinal);
        Assert.StartsWith("****", row.GetProperty("token").GetString(), StringComparison.Ordinal);
        Assert.Equal(ana.Id, (await admin.GetAsync("/api/auth/admin/password-reset-tokens?limit=1&offset=1")).Is(200).Body.GetProperty("tokens")[0].GetProperty("user_id").GetInt64());
        (await admin.GetAsync("/auth/admin/password-reset-tokens?limit=-5&offset=-1")).Is(200);
        (await admin.GetAsync("/auth/admin/password-reset-tokens?limit=x")).IsRefusal(422, "validation.failed");

        clock.Advance(TimeSpan.FromMinutes(59)); // ana's hour is over, ben's is not
        var cleaned = (await admin.DeleteAsync("/auth/admin/cleanup-expired-tokens")).Is(200);
        Assert.Equal(1, cleaned.Body.GetProperty("deleted_count").GetInt32());
        Assert.Equal(ben.Id, (await AskAsync(stoa, db => db.PasswordResets.SingleAsync())).UserId);
        Assert.Equal(1, await AskAsync(stoa, db => db.Audit.CountAsync(e => e.Action == "password_resets.cleaned" && e.ActorId == admin.Id)));
    }

    [Theory, EachDatabase]
    [Requirement("S2-16", "S2-17")]
    public async Task Nobody_else_sees_or_removes_resets(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync();
        using var stranger = stoa.Stranger();

        (await ana.GetAsync("/auth/admin/password-reset-tokens")).IsRefusal(403, "auth.forbidden");
        (await ana.DeleteAsync("/auth/admin/cleanup-expired-tokens")).IsRefusal(403, "auth.forbidden");
        (await stranger.GetAsync("/auth/admin/password-reset-tokens")).IsRefusal(401, "auth.required");
        (await stranger.DeleteAsync("/auth/admin/cleanup-expired-tokens")).IsRefusal(401, "auth.required");
        foreach (var role in (string[])["super_admin", "moderator"])
        {
            using var holder = await stoa.RegisterAsync();
            await HoldAsync(stoa, holder, role);
            (await holder.GetAsync("/auth/admin/password-reset-tokens")).Is(role == "moderator" ? 403 : 200);
        }
    }

    [Theory, EachDatabase]
    public async Task Links_that_have_been_over_for_a_day_are_removed_by_themselves(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var ana = await stoa.RegisterAsync();
        using var stranger = stoa.Stranger();
        (await stranger.PostAsync("/auth/forgot-password", new { email = MailOf(ana) })).Is(200);
        clock.Advance(TimeSpan.FromSeconds(1));
        await stoa.MailsToAsync(MailOf(ana));

        clock.Advance(TimeSpan.FromHours(24));
        Assert.Equal(1, await AskAsync(stoa, db => db.PasswordResets.CountAsync()));
        clock.Advance(TimeSpan.FromHours(1.5));

        await Eventually.GetAsync(() => AskAsync(stoa, db => db.PasswordResets.CountAsync()), static count => count == 0, static count => $"{count} left");
    }

    [Theory, EachDatabase]
    public async Task A_token_in_a_path_is_not_in_the_logs_even_when_requests_are_logged(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("Logging:LogLevel:Microsoft.AspNetCore", "Debug"));
        using var stranger = stoa.Stranger();
        var token = MailedLink.NewToken();

        (await stranger.GetAsync($"/auth/validate-reset-token/{token}")).Is(400);
        (await stranger.PostAsync($"/api/v1/users/verify-email/{token}", null)).Is(400);

        var lines = await Eventually.GetAsync(() => Read(Path.Combine(stoa.Folder, "logs")), static all => all.Contains("/users/verify-email/***", StringComparison.Ordinal), static all => all);
        Assert.Contains("/auth/validate-reset-token/***", lines, StringComparison.Ordinal);
        Assert.DoesNotContain(token, lines, StringComparison.Ordinal);
    }

    private static string Read(string folder) => string.Concat(Directory.GetFiles(folder).Select(static path =>
    {
        using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return file.ReadToEnd();
    }));

    private static string MailOf(Person person) => $"{person.Name}@example.org";

    /// <summary>Asks for a link and returns the token of the mail, the account's <paramref name="count"/>th.</summary>
    private static async Task<string> AskedAsync(StoaServer stoa, Person person, int count = 1)
    {
        using var stranger = stoa.Stranger();
        (await stranger.PostAsync("/auth/forgot-password", new { email = MailOf(person) })).Is(200);
        return (await stoa.MailsToAsync(MailOf(person), count))[count - 1].Token;
    }

    private static async Task HoldAsync(StoaServer stoa, Person person, string roleName)
    {
        using var root = await stoa.SuperuserAsync();
        var role = await AskAsync(stoa, db => db.Roles.SingleOrDefaultAsync(r => r.Name == roleName));
        var id = role?.Id ?? (await root.PostAsync("/auth/roles", new { name = roleName })).Is(201).Body.GetProperty("id").GetInt64();
        (await root.PutAsync($"/auth/users/{person.Id}/roles", new { role_ids = new[] { id } })).Is(200);
    }

    private static async Task<T> AskAsync<T>(StoaServer stoa, Func<StoaDb, Task<T>> question)
    {
        await using var scope = stoa.Services.CreateAsyncScope();
        return await question(scope.ServiceProvider.GetRequiredService<StoaDb>());
    }
}
