using System.Text.Json;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

public sealed class RestrictionTests
{
    [Theory, EachDatabase]
    [Requirement("S0-44")]
    public async Task Every_administrators_route_refuses_everybody_else(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync();
        using var stranger = stoa.Stranger();

        foreach (var path in (string[])["messaging-ban", "messaging/ban", "messaging/unban", "messaging/warn", "suspend", "unsuspend"])
        {
            var refused = (await ana.PostAsync($"/api/admin/users/1/{path}", new { reason = "x" })).IsRefusal(403, "auth.forbidden");
            Assert.Equal("Admin access required", refused.Body.GetProperty("detail").GetString());
            (await stranger.PostAsync($"/api/admin/users/1/{path}", new { reason = "x" })).IsRefusal(401, "auth.required");
        }

        (await ana.GetAsync("/api/admin/users/1/restrictions")).IsRefusal(403, "auth.forbidden");
        (await ana.GetAsync("/api/admin/audit")).IsRefusal(403, "auth.forbidden");
        (await stranger.GetAsync("/api/admin/audit")).IsRefusal(401, "auth.required");
        (await ana.GetAsync("/auth/users")).IsRefusal(403, "auth.forbidden");
    }

    [Theory, EachDatabase]
    [Requirement("S0-47")]
    public async Task A_messaging_ban_needs_a_reason_and_keeps_who_why_and_until_when(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var root = await stoa.SuperuserAsync();
        using var ana = await stoa.RegisterAsync();
        var users = $"/api/admin/users/{ana.Id}";

        (await root.PostAsync($"{users}/messaging-ban", null)).IsRefusal(400, "restriction.reason_missing");
        (await root.PostAsync($"{users}/messaging-ban", new { reason = new string('x', 501) })).IsRefusal(400, "restriction.reason_missing");
        (await root.PostAsync($"{users}/messaging-ban", new { reason = "x", duration_days = 0 })).IsRefusal(400, "restriction.duration_invalid");
        (await root.PostAsync("/api/admin/users/999999999/messaging-ban", new { reason = "x" })).IsRefusal(404, "user.not_found");
        (await root.PostAsync($"/api/admin/users/{root.Id}/messaging-ban", new { reason = "x" })).IsRefusal(400, "user.own_account");
        Assert.True((await root.PostAsync($"{users}/messaging-ban?reason=Spam", null)).Is(200).Body.GetProperty("ok").GetBoolean());
        (await root.PostAsync($"{users}/messaging/ban", new { reason = "More spam", duration_days = 3 })).Is(200);
        (await root.PostAsync($"{users}/messaging/warn", new { reason = "Rude" })).Is(200);

        var all = (await root.GetAsync($"{users}/restrictions")).Is(200).Body.GetProperty("restrictions").EnumerateArray().ToList();
        Assert.Equal(["Rude", "More spam", "Spam"], all.Select(static r => r.GetProperty("reason").GetString()));
        Assert.Equal(["warning", "messaging_ban", "messaging_ban"], all.Select(static r => r.GetProperty("kind").GetString()));
        Assert.All(all, r => Assert.Equal(root.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), r.GetProperty("imposed_by").GetString()));
        Assert.Equal(clock.GetUtcNow().AddDays(3), all[1].GetProperty("until").GetDateTimeOffset(), TimeSpan.FromMilliseconds(1));
        Assert.Equal(JsonValueKind.Null, all[2].GetProperty("until").ValueKind);
    }

    [Theory, EachDatabase]
    [Requirement("S0-47")]
    public async Task The_longest_ban_in_force_counts_and_lifting_ends_all_of_them(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var root = await stoa.SuperuserAsync();
        using var ana = await stoa.RegisterAsync();
        var users = $"/api/admin/users/{ana.Id}";

        (await root.PostAsync($"{users}/messaging/ban", new { reason = "long", duration_days = 5 })).Is(200);
        (await root.PostAsync($"{users}/messaging/ban", new { reason = "short", duration_days = 1 })).Is(200);
        Assert.Equal(clock.GetUtcNow().AddDays(5), (await stoa.BannedUntilAsync(ana))!.Value, TimeSpan.FromMilliseconds(1));
        (await root.PostAsync($"{users}/messaging/unban", null)).Is(200);

        Assert.Null(await stoa.BannedUntilAsync(ana));
        (await root.PostAsync($"{users}/messaging/unban", null)).IsRefusal(404, "restriction.not_found");
        var lifted = (await root.GetAsync($"{users}/restrictions?limit=1")).Is(200).Body.GetProperty("restrictions");
        Assert.Equal(1, lifted.GetArrayLength());
        Assert.NotEqual(JsonValueKind.Null, lifted[0].GetProperty("lifted_at").ValueKind);
        Assert.Equal(1, (await root.GetAsync($"{users}/restrictions?before={lifted[0].GetProperty("id").GetString()}")).Is(200).Body.GetProperty("restrictions").GetArrayLength());
    }

    [Theory, EachDatabase]
    [Requirement("S3-59")]
    public async Task A_suspension_ends_sessions_at_once_tells_why_at_the_log_in_and_ends_by_itself(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var root = await stoa.SuperuserAsync();
        using var ana = await stoa.RegisterAsync("suspended", "my-password");
        using var client = stoa.Stranger();

        foreach (var (member, misspelt) in new (string, object)[]
        {
            ("until", new { reason = "x", until = "2027-01-01" }), ("duration_days", new { reason = "x", durationDays = 2 }), ("days", new { reason = "x", days = 2 }),
        })
        {
            var unknown = (await root.PostAsync($"/api/admin/users/{ana.Id}/suspend", misspelt)).IsRefusal(400, "validation.failed").Body;
            Assert.Equal(member, unknown.GetProperty("errors").EnumerateObject().Single().Name);
        }

        (await root.PostAsync($"/api/admin/users/{ana.Id}/suspend", new { reason = "Under investigation", duration_days = 2 })).Is(200);

        (await ana.GetAsync("/auth/me")).IsRefusal(401, "auth.session_ended");
        (await ana.PostAsync("/auth/refresh", new { refresh_token = ana.RefreshToken })).IsRefusal(401, "auth.refresh_invalid");
        var refused = (await client.PostAsync("/auth/login", new { username = ana.Name, password = "my-password" })).IsRefusal(403, "auth.suspended").Body;
        Assert.Equal("Under investigation", refused.GetProperty("reason").GetString());
        Assert.Equal(clock.GetUtcNow(), refused.GetProperty("suspendedAt").GetDateTimeOffset(), TimeSpan.FromMilliseconds(1));
        Assert.Equal(clock.GetUtcNow().AddDays(2), refused.GetProperty("suspendedUntil").GetDateTimeOffset(), TimeSpan.FromMilliseconds(1));
        (await client.PostAsync("/auth/login", new { username = ana.Name, password = "a guess" })).IsRefusal(401, "auth.credentials");

        clock.Advance(TimeSpan.FromDays(2));
        (await client.PostAsync("/auth/login", new { username = ana.Name, password = "my-password" })).Is(200);
    }

    [Theory, EachDatabase]
    public async Task A_suspension_is_lifted_before_its_time_and_a_lifted_one_lets_in(Database database)
    {
        var stoa = StoaServer.For(database);
        using var root = await stoa.SuperuserAsync();
        using var ana = await stoa.RegisterAsync("lifted", "my-password");
        using var client = stoa.Stranger();
        (await root.PostAsync($"/api/admin/users/{ana.Id}/suspend", new { reason = "mistake" })).Is(200);
        (await client.PostAsync("/auth/login", new { username = ana.Name, password = "my-password" })).IsRefusal(403, "auth.suspended");

        (await root.PostAsync($"/api/admin/users/{ana.Id}/unsuspend", null)).Is(200);

        (await client.PostAsync("/auth/login", new { username = ana.Name, password = "my-password" })).Is(200);
    }

    [Theory, EachDatabase]
    [Requirement("S1-6")]
    public async Task Role_admin_may_restrict_but_not_superusers_and_loses_the_right_with_the_role(Database database)
    {
        var stoa = StoaServer.For(database);
        using var root = await stoa.SuperuserAsync();
        using var boss = await stoa.RegisterAsync("boss");
        using var ana = await stoa.RegisterAsync();
        (await boss.PostAsync($"/api/admin/users/{ana.Id}/messaging/warn", new { reason = "x" })).IsRefusal(403, "auth.forbidden");

        await stoa.GiveRoleAsync(root, boss, "admin");

        (await boss.PostAsync($"/api/admin/users/{ana.Id}/messaging/warn", new { reason = "x" })).Is(200);
        (await boss.PostAsync($"/api/admin/users/{root.Id}/suspend", new { reason = "x" })).IsRefusal(403, "restriction.superuser");
        (await boss.GetAsync("/auth/users")).IsRefusal(403, "auth.forbidden");
        (await root.PutAsync($"/auth/users/{boss.Id}/roles", new { role_ids = Array.Empty<long>() })).Is(200);
        (await boss.PostAsync($"/api/admin/users/{ana.Id}/messaging/warn", new { reason = "x" })).IsRefusal(403, "auth.forbidden");
    }

    [Theory, EachDatabase]
    public async Task Bans_imposed_at_once_are_all_kept(Database database)
    {
        var stoa = StoaServer.For(database);
        using var root = await stoa.SuperuserAsync();
        using var ana = await stoa.RegisterAsync();

        var answers = await Task.WhenAll(Enumerable.Range(1, 30).Select(days =>
            root.PostAsync($"/api/admin/users/{ana.Id}/messaging/ban", new { reason = $"{days}", duration_days = days })));

        Assert.All(answers, static a => a.Is(200));
        var longest = answers.Max(static a => a.Body.GetProperty("restriction").GetProperty("until").GetDateTimeOffset());
        Assert.Equal(longest, (await stoa.BannedUntilAsync(ana))!.Value, TimeSpan.FromMilliseconds(1));
    }
}
