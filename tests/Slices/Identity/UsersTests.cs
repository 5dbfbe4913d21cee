using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

public sealed class UsersTests
{
    [Theory, EachDatabase]
    [Requirement("S1-17")]
    [Requirement("S1-18")]
    [Requirement("S1-19")]
    [Requirement("S1-87")]
    public async Task Superusers_list_read_make_and_change_accounts(Database database)
    {
        var stoa = StoaServer.For(database);
        using var root = await stoa.SuperuserAsync();
        var name = StoaServer.Unique("made");

        var made = (await root.PostAsync("/auth/users", new { username = name, email = $"{name}@example.org", password = "secret-1" })).Is(201).Body;
        var id = made.GetProperty("id").GetInt64();
        (await root.PutAsync($"/auth/users/{id}", new { full_name = "Made Up" })).Is(200);

        Assert.False(made.TryGetProperty("access_token", out _));
        Assert.Equal("Made Up", (await root.GetAsync($"/auth/users/{id}")).Is(200).Body.GetProperty("full_name").GetString());
        Assert.Equal(1, (await root.GetAsync("/auth/users?limit=1")).Is(200).Body.GetArrayLength());
        Assert.NotEqual((await root.GetAsync("/auth/users?limit=1")).Text, (await root.GetAsync("/auth/users?limit=1&skip=1")).Text);
        (await root.GetAsync("/auth/users/999999999")).IsRefusal(404, "user.not_found");
        (await root.PostAsync("/auth/users", new { username = name, email = "x@example.org", password = "secret-1" })).IsRefusal(400, "auth.username_taken");
        (await root.PutAsync($"/auth/users/{id}", new { username = root.Name })).IsRefusal(400, "auth.username_taken");
        using var person = stoa.Stranger();
        (await person.PostAsync("/auth/login", new { username = name, password = "secret-1" })).Is(200);
    }

    [Theory, EachDatabase]
    public async Task Everybody_else_is_refused_on_every_route(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync();
        using var stranger = stoa.Stranger();

        foreach (var path in (string[])["/auth/users", "/auth/users/1", "/auth/users/1/roles", "/auth/roles", "/api/auth/users"])
        {
            (await ana.GetAsync(path)).IsRefusal(403, "auth.forbidden");
            (await stranger.GetAsync(path)).IsRefusal(401, "auth.required");
        }

        (await ana.PostAsync("/auth/users", new { username = "x", email = "x@example.org", password = "secret-1" })).IsRefusal(403, "auth.forbidden");
        (await ana.PutAsync($"/auth/users/{ana.Id}/superuser", new { is_superuser = true })).IsRefusal(403, "auth.forbidden");
        (await ana.PutAsync("/auth/users/1/disable")).IsRefusal(403, "auth.forbidden");
        (await ana.DeleteAsync("/auth/users/1")).IsRefusal(403, "auth.forbidden");
        (await ana.PostAsync("/auth/roles", new { name = "x" })).IsRefusal(403, "auth.forbidden");
    }

    [Theory, EachDatabase]
    [Requirement("S1-21")]
    [Requirement("S1-22")]
    public async Task A_disabled_account_can_neither_call_nor_sign_in_until_it_is_enabled(Database database)
    {
        var stoa = StoaServer.For(database);
        using var root = await stoa.SuperuserAsync();
        using var ana = await stoa.RegisterAsync("disabled", "my-password");

        (await root.PutAsync($"/auth/users/{ana.Id}/disable")).Is(200);

        (await ana.GetAsync("/auth/me")).IsRefusal(401, "auth.session_ended");
        (await ana.PostAsync("/auth/refresh", new { refresh_token = ana.RefreshToken })).IsRefusal(401, "auth.refresh_invalid");
        (await ana.PostAsync("/auth/login", new { username = ana.Name, password = "my-password" })).IsRefusal(403, "auth.disabled");
        (await ana.PostAsync("/auth/login", new { username = ana.Name, password = "not-mine" })).IsRefusal(401, "auth.credentials");
        (await root.PutAsync($"/auth/users/{ana.Id}/enable")).Is(200);
        (await ana.PostAsync("/auth/login", new { username = ana.Name, password = "my-password" })).Is(200);
        (await root.PutAsync($"/auth/users/{root.Id}/disable")).IsRefusal(400, "user.own_account");
    }

    [Theory, EachDatabase]
    [Requirement("S1-23")]
    public async Task The_superuser_flag_is_set_by_body_by_query_or_toggled_and_bites_at_once(Database database)
    {
        var stoa = StoaServer.For(database);
        using var root = await stoa.SuperuserAsync();
        using var ana = await stoa.RegisterAsync();
        var path = $"/auth/users/{ana.Id}/superuser";
        (await ana.GetAsync("/auth/users")).Is(403);

        (await root.PutAsync(path, new { is_superuser = true })).Is(200);
        (await ana.GetAsync("/auth/users")).Is(200);
        (await root.PutAsync($"{path}?is_superuser=false")).Is(200);
        (await ana.GetAsync("/auth/users")).Is(403);
        (await root.PutAsync(path)).Is(200);
        (await ana.GetAsync("/auth/users")).Is(200);
        (await root.PutAsync($"/auth/users/{root.Id}/superuser")).IsRefusal(400, "user.own_account");
    }

    [Theory, EachDatabase]
    public async Task Of_two_superusers_who_demote_each_other_one_remains(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        for (var round = 0; round < 5; round++)
        {
            using var one = await stoa.SuperuserAsync();
            using var other = await stoa.SuperuserAsync();

            var answers = await Task.WhenAll(
                one.PutAsync($"/auth/users/{other.Id}/superuser", new { is_superuser = false }),
                other.PutAsync($"/auth/users/{one.Id}/superuser", new { is_superuser = false }));

            var survivor = answers[0].Status == 200 ? one : other;
            Assert.Contains(answers, static a => a.Status == 200);
            Assert.Contains(answers, static a => a.Status != 200);
            (await survivor.GetAsync("/auth/users")).Is(200);
            (await survivor.DeleteAsync($"/auth/users/{(survivor == one ? other : one).Id}")).Is(200);
            await stoa.DemoteAsync(survivor);
        }
    }

    [Theory, EachDatabase]
    [Requirement("S1-20")]
    public async Task A_deleted_account_is_gone_and_its_messages_stay_without_a_name(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var root = await stoa.SuperuserAsync();
        var (ana, ben) = await stoa.TwoPeopleAsync();
        await ana.WriteToAsync(ben, "remember me");
        var id = await ben.ConversationWithAsync(ana);

        (await root.DeleteAsync($"/auth/users/{root.Id}")).IsRefusal(400, "user.own_account");
        (await root.DeleteAsync($"/auth/users/{ana.Id}")).Is(200);

        (await ana.GetAsync("/auth/me")).IsRefusal(401, "auth.session_ended");
        (await root.GetAsync($"/auth/users/{ana.Id}")).IsRefusal(404, "user.not_found");
        (await root.DeleteAsync($"/auth/users/{ana.Id}")).IsRefusal(404, "user.not_found");
        clock.Advance(TimeSpan.FromSeconds(11)); // names beside messages may be ten seconds old
        var message = (await ben.GetAsync($"/api/conversations/{id}/messages")).Is(200).Body.GetProperty("data").GetProperty("messages")[0];
        Assert.Equal("remember me", message.GetProperty("content").GetString());
        Assert.DoesNotContain(ana.Name, message.GetRawText(), StringComparison.Ordinal);
        using var successor = stoa.Stranger();
        (await successor.PostAsync("/auth/register", new { username = ana.Name, email = $"{ana.Name}@example.org", password = "secret-1" })).Is(201);
    }

    [Theory, EachDatabase]
    [Requirement("S1-24")]
    [Requirement("S1-25")]
    [Requirement("S1-28")]
    [Requirement("S1-29")]
    [Requirement("S1-30")]
    public async Task Roles_are_made_assigned_and_deleted(Database database)
    {
        var stoa = StoaServer.For(database);
        using var root = await stoa.SuperuserAsync();
        using var ana = await stoa.RegisterAsync();
        var name = StoaServer.Unique("role");

        var role = (await root.PostAsync("/auth/roles", new { name, description = "For tests" })).Is(201).Body.GetProperty("id").GetInt64();
        (await root.PostAsync("/auth/roles", new { name })).IsRefusal(400, "role.exists");
        Assert.Contains(name, (await root.GetAsync("/auth/roles")).Is(200).Text, StringComparison.Ordinal);

        (await root.PutAsync($"/auth/users/{ana.Id}/roles", new { role_ids = new[] { role, role } })).Is(200);
        (await root.PutAsync($"/auth/users/{ana.Id}/roles", new { role_ids = new[] { 999_999_999L } })).IsRefusal(404, "role.not_found");
        (await root.PutAsync("/auth/users/999999999/roles", new { role_ids = new[] { role } })).IsRefusal(404, "user.not_found");
        Assert.Equal(name, Assert.Single((await root.GetAsync($"/auth/users/{ana.Id}/roles")).Is(200).Body.EnumerateArray()).GetProperty("name").GetString());

        (await root.DeleteAsync($"/auth/roles/{role}")).Is(200);
        (await root.DeleteAsync($"/auth/roles/{role}")).IsRefusal(404, "role.not_found");
        Assert.Empty((await root.GetAsync($"/auth/users/{ana.Id}/roles")).Is(200).Body.EnumerateArray());
    }
}
