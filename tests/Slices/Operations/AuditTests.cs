using System.Globalization;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Operations;

public sealed class AuditTests
{
    [Theory, EachDatabase]
    public async Task Every_act_on_an_account_is_in_the_trail_newest_first_with_before_and_after(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        using var root = await stoa.SuperuserAsync();
        using var ana = await stoa.RegisterAsync();
        (await root.PutAsync($"/auth/users/{ana.Id}", new { full_name = "Ana" })).Is(200);
        (await root.PutAsync($"/auth/users/{ana.Id}/superuser", new { is_superuser = true })).Is(200);
        (await root.PutAsync($"/auth/users/{ana.Id}/disable")).Is(200);
        (await root.PutAsync($"/auth/users/{ana.Id}/enable")).Is(200);
        await stoa.GiveRoleAsync(root, ana, "astrologer");
        (await root.PostAsync($"/api/admin/users/{ana.Id}/messaging/ban", new { reason = "Said why: my secret words" })).Is(200);
        (await root.PostAsync($"/api/admin/users/{ana.Id}/messaging/unban", null)).Is(200);
        (await root.PostAsync($"/api/admin/users/{ana.Id}/suspend", new { reason = "x", duration_days = 1 })).Is(200);
        (await root.DeleteAsync($"/auth/users/{ana.Id}")).Is(200);

        var entries = (await root.GetAsync($"/api/admin/audit?target_type=user&target_id={ana.Id}")).Is(200).Body.GetProperty("entries").EnumerateArray().ToList();

        Assert.Equal(
            ["user.deleted", "restriction.suspension.imposed", "restriction.messaging_ban.lifted", "restriction.messaging_ban.imposed", "user.roles", "user.enabled", "user.disabled", "user.superuser", "user.updated"],
            entries.Select(static e => e.GetProperty("action").GetString()));
        Assert.All(entries, e => Assert.Equal(root.Id.ToString(CultureInfo.InvariantCulture), e.GetProperty("actor_id").GetString()));
        var disabled = entries[6];
        Assert.Equal("active, superuser", disabled.GetProperty("before").GetString());
        Assert.Equal("disabled, superuser", disabled.GetProperty("after").GetString());
        Assert.DoesNotContain("secret words", string.Concat(entries.Select(static e => e.GetRawText())), StringComparison.Ordinal);
        Assert.DoesNotContain(ana.Name, string.Concat(entries.Select(static e => e.GetRawText())), StringComparison.Ordinal);
    }

    [Theory, EachDatabase]
    public async Task The_trail_is_filtered_and_read_page_by_page_without_gaps(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        using var root = await stoa.SuperuserAsync();
        using var boss = await stoa.RegisterAsync();
        using var ana = await stoa.RegisterAsync();
        await stoa.GiveRoleAsync(root, boss, "admin");
        for (var i = 0; i < 7; i++)
            (await (i % 2 == 0 ? root : boss).PostAsync($"/api/admin/users/{ana.Id}/messaging/warn", new { reason = $"{i}" })).Is(200);

        var read = new List<string>();
        for (var next = ""; ;)
        {
            var page = (await boss.GetAsync($"/api/admin/audit?action=restriction.warning.imposed&limit=3{next}")).Is(200).Body;
            read.AddRange(page.GetProperty("entries").EnumerateArray().Select(static e => e.GetProperty("id").GetString()!));
            if (page.GetProperty("next_before").ValueKind == System.Text.Json.JsonValueKind.Null)
                break;
            next = $"&before={page.GetProperty("next_before").GetString()}";
        }

        Assert.Equal(7, read.Distinct().Count());
        Assert.Equal(read.OrderByDescending(static id => long.Parse(id, CultureInfo.InvariantCulture)), read);
        Assert.Equal(3, (await root.GetAsync($"/api/admin/audit?actor={boss.Id}")).Is(200).Body.GetProperty("entries").GetArrayLength());
        Assert.Equal(1, (await root.GetAsync("/api/admin/audit?limit=-5")).Is(200).Body.GetProperty("entries").GetArrayLength());
        Assert.Equal(0, (await root.GetAsync("/api/admin/audit?action=no.such")).Is(200).Body.GetProperty("entries").GetArrayLength());
        (await root.GetAsync("/api/admin/audit?actor=x")).IsRefusal(400, "validation.failed");
    }
}
