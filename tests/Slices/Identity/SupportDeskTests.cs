using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

/// <summary>The support desk's key: only where it is set, and only for what it is for.</summary>
public sealed class SupportDeskTests
{
    private const string Key = "a-key-of-enough-letters-to-be-no-guess-1";

    [Theory, EachDatabase]
    public async Task Without_the_setting_no_key_is_right(Database database)
    {
        using var client = StoaServer.For(database).Stranger();

        (await client.PostAsync("/api/admin/login", new { adminKey = Key })).IsRefusal(401, "auth.key_missing");
        (await client.PostAsync("/api/admin/login", new { adminKey = "" })).IsRefusal(401, "auth.key_missing");
        client.UseHeader("x-admin-key", Key);
        (await client.GetAsync("/api/admin/audit")).IsRefusal(401, "auth.required");
        (await client.PostAsync("/api/admin/users/1/suspend", new { reason = "x" })).IsRefusal(401, "auth.required");
        using var ana = await StoaServer.For(database).RegisterAsync();
        ana.UseHeader("x-admin-key", Key);
        (await ana.PostAsync("/api/admin/users/1/suspend", new { reason = "x" })).IsRefusal(403, "auth.forbidden");
    }

    [Theory, EachDatabase]
    [Requirement("S3-59")]
    public async Task With_the_key_one_acts_as_the_desk_without_it_not_at_all(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("Accounts:AdminSecretKey", Key));
        using var root = await stoa.SuperuserAsync();
        using var ana = await stoa.RegisterAsync();
        using var desk = stoa.Stranger();
        var path = $"/api/admin/users/{ana.Id}/suspend";

        (await desk.PostAsync(path, new { reason = "x" })).IsRefusal(401, "auth.required");
        desk.UseHeader("x-admin-key", Key[1..]);
        (await desk.PostAsync(path, new { reason = "x" })).IsRefusal(403, "auth.key_wrong");
        desk.UseHeader("x-admin-key", Key);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => desk.PostAsync(path, new { reason = "x" })));

        var by = answers.Select(static a => a.Is(200).Body.GetProperty("restriction").GetProperty("imposed_by").GetString()).Distinct().ToList();
        var account = Assert.Single(by);
        Assert.Equal(account, (await root.GetAsync($"/api/admin/audit?target_id={ana.Id}&target_type=user&limit=1")).Is(200).Body.GetProperty("entries")[0].GetProperty("actor_id").GetString());
        (await desk.PostAsync($"/api/admin/users/{root.Id}/suspend", new { reason = "x" })).IsRefusal(403, "restriction.superuser");

        // A person's own token beside the key: an administrator stays himself, anybody else acts as the desk.
        root.UseHeader("x-admin-key", Key);
        Assert.NotEqual(account, (await root.PostAsync(path, new { reason = "x" })).Is(200).Body.GetProperty("restriction").GetProperty("imposed_by").GetString());
        using var ben = await stoa.RegisterAsync();
        ben.UseHeader("x-admin-key", Key);
        Assert.Equal(account, (await ben.PostAsync(path, new { reason = "x" })).Is(200).Body.GetProperty("restriction").GetProperty("imposed_by").GetString());
        ben.UseHeader("x-admin-key", "wrong");
        (await ben.PostAsync(path, new { reason = "x" })).IsRefusal(403, "auth.forbidden");
    }

    [Theory, EachDatabase]
    public async Task Nobody_signs_in_as_the_desk(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("Accounts:AdminSecretKey", Key));
        using var client = stoa.Stranger();
        client.UseHeader("x-admin-key", Key);
        (await client.PostAsync("/api/admin/users/999999/suspend", new { reason = "x" })).IsRefusal(404, "user.not_found");

        foreach (var name in (string[])["Support desk", "support-desk@invalid"])
        {
            foreach (var password in (string[])["x", "nobody's password"])
                (await client.PostAsync("/auth/login", new { username = name, password })).IsRefusal(401, "auth.credentials");
            (await client.PostAsync("/auth/register", new { username = name, email = "a@example.org", password = "secret-1" })).Is(name.Contains('@', StringComparison.Ordinal) ? 400 : 422);
        }
    }

    [Theory, EachDatabase]
    public async Task The_key_is_tried_at_the_log_in_and_opens_nothing_that_administrators_alone_may(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("Accounts:AdminSecretKey", Key));
        using var client = stoa.Stranger();

        var right = (await client.PostAsync("/api/admin/login", new { adminKey = Key })).Is(200).Body;
        (await client.PostAsync("/api/admin/login", new { adminKey = Key + "x" })).IsRefusal(403, "auth.key_wrong");
        (await client.PostAsync("/api/admin/login", new { })).IsRefusal(401, "auth.key_missing");

        Assert.True(right.GetProperty("success").GetBoolean());
        Assert.True(right.GetProperty("data").GetProperty("authenticated").GetBoolean());
        Assert.Equal(Key, right.GetProperty("data").GetProperty("adminKey").GetString());
        client.UseHeader("x-admin-key", Key);
        (await client.GetAsync("/api/admin/audit")).IsRefusal(401, "auth.required");
        (await client.GetAsync("/auth/users")).IsRefusal(401, "auth.required");
        (await client.GetAsync("/auth/me")).IsRefusal(401, "auth.required");
    }
}
