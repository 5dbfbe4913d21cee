using System.Text.Json;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

public sealed class ProfileTests
{
    [Theory, EachDatabase]
    [Requirement("S4-54")]
    [Requirement("S4-55")]
    public async Task People_read_and_change_their_whole_profile(Database database)
    {
        using var ana = await StoaServer.For(database).RegisterAsync();

        var empty = (await ana.GetAsync("/api/v1/users/me")).Is(200).Body;
        var changed = (await ana.PutAsync("/api/v1/users/me", new
        {
            first_name = "Ana", last_name = "Bauer", bio = "Likes the sea", location = "Lisbon", website = "https://example.org/ana", birth_date = "1990-02-28",
            skills_interests = new[] { "sailing", "chess" }, learning_goals = new[] { "knots" }, preferred_difficulty = "Beginner", timezone = "Europe/Lisbon",
            privacy_settings = new { hide_stats = true },
        })).Is(200).Body;
        var kept = (await ana.PutAsync("/api/v1/users/me", new { location = "", learning_goals = Array.Empty<string>() })).Is(200).Body.GetProperty("profile");

        Assert.Equal(empty.GetProperty("profile").GetRawText(), empty.GetProperty("user").GetRawText());
        Assert.Equal(empty.GetProperty("user").GetProperty("_id").GetString(), empty.GetProperty("user").GetProperty("user_id").GetString());
        Assert.Equal("Ana Bauer", changed.GetProperty("profile").GetProperty("full_name").GetString());
        Assert.Equal("1990-02-28", kept.GetProperty("birth_date").GetString());
        Assert.Equal("sailing", kept.GetProperty("skills_interests")[0].GetString());
        Assert.Equal(0, kept.GetProperty("learning_goals").GetArrayLength());
        Assert.False(kept.TryGetProperty("location", out _));
        Assert.True(kept.GetProperty("privacy_settings").GetProperty("hide_stats").GetBoolean());
        Assert.Equal("Ana Bauer", (await ana.GetAsync("/auth/me")).Is(200).Body.GetProperty("full_name").GetString());
        Assert.False(string.IsNullOrEmpty(changed.GetProperty("message").GetString()));
    }

    [Theory, EachDatabase]
    [Requirement("S4-55")]
    [Requirement("S4-107")]
    public async Task What_does_not_fit_is_refused_and_named(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();

        foreach (var (member, value) in new (string, object)[]
        {
            ("username", "ab"), ("username", new string('x', 31)), ("username", "a b c"), ("bio", new string('x', 501)), ("location", new string('x', 101)),
            ("website", "javascript:alert(1)"), ("birth_date", "28.02.1990"), ("skills_interests", Enumerable.Repeat("x", 21)), ("learning_goals", new[] { "" }),
            ("preferred_difficulty", "Expert"), ("timezone", "Europe Lisbon"), ("timezone", "posixrules"), ("timezone", "right/Europe/Lisbon"), ("timezone", "localtime"),
        })
        {
            var refused = (await ana.PutAsync("/api/v1/users/me", new Dictionary<string, object> { [member] = value })).IsRefusal(400, "validation.failed");
            Assert.Equal(member, refused.Body.GetProperty("errors").EnumerateObject().Single().Name);
        }

        foreach (var date in (string[])["2999-01-01", "1899-12-31"])
            (await ana.PutAsync("/api/v1/users/me", new { birth_date = date })).IsRefusal(400, "profile.birth_date_invalid");
        (await ana.PutAsync("/api/v1/users/me", new { website = "HTTPS://EXAMPLE.COM", timezone = "Asia/Kolkata" })).Is(200);
        (await ana.PutAsync("/api/v1/users/me", new { username = "somebody@example.org" })).IsRefusal(400, "auth.username_invalid");
        var name = $"n{ana.Id}x{Environment.ProcessId}";
        (await ana.PutAsync("/api/v1/users/me", new { username = name })).Is(200);
        (await ben.PutAsync("/api/v1/users/me", new { username = name.ToUpperInvariant() })).IsRefusal(400, "auth.username_taken");
    }

    [Theory, EachDatabase]
    [Requirement("S4-56")]
    [Requirement("S4-116")]
    public async Task Others_see_what_the_privacy_settings_leave(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        (await ana.PutAsync("/api/v1/users/me", new { full_name = "Ana", bio = "Sea", birth_date = "1990-02-28", skills_interests = new[] { "sailing" } })).Is(200);

        var open = await SeenAsync(ben, ana);
        (await ana.PutAsync("/api/v1/users/me/privacy", new { hide_skills = true })).Is(200);
        var hidden = await SeenAsync(ben, ana);
        (await ana.PutAsync("/api/v1/users/me/privacy", new { is_private = true, hide_skills = false })).Is(200);
        var closed = await SeenAsync(ben, ana);

        Assert.Equal("sailing", open.GetProperty("skills_interests")[0].GetString());
        foreach (var never in (string[])["email", "birth_date", "privacy_settings"])
            Assert.False(open.TryGetProperty(never, out _), never);
        Assert.False(hidden.TryGetProperty("skills_interests", out _));
        Assert.Equal("Sea", hidden.GetProperty("bio").GetString());
        Assert.Equal(["_id", "created_at", "id", "is_private", "user_id", "username"], closed.EnumerateObject().Select(static m => m.Name).Order());
        Assert.Equal("Sea", (await ana.GetAsync($"/api/v1/users/{ana.Id}")).Is(200).Body.GetProperty("profile").GetProperty("bio").GetString());
        (await ben.GetAsync("/api/v1/users/999999999")).IsRefusal(404, "user.not_found");
        using var stranger = stoa.Stranger();
        (await stranger.GetAsync($"/api/v1/users/{ana.Id}")).IsRefusal(401, "auth.required");
        (await stranger.GetAsync("/api/v1/users/me")).IsRefusal(401, "auth.required");
        (await stranger.PutAsync("/api/v1/users/me/privacy", new { })).IsRefusal(401, "auth.required");
    }

    [Theory, EachDatabase]
    [Requirement("S4-56")]
    public async Task The_search_shows_no_more_than_the_profile_does(Database database)
    {
        var stoa = StoaServer.For(database);
        using var root = await stoa.SuperuserAsync();
        var (ana, ben) = await stoa.TwoPeopleAsync();
        (await ana.PutAsync("/auth/me", new { full_name = "Viola Geheim" })).Is(200);
        async Task<System.Text.Json.JsonElement> FoundAsync() =>
            (await ben.GetAsync($"/api/v1/users/search?query={ana.Name}")).Is(200).Body;
        Assert.Contains("Viola Geheim", (await FoundAsync()).GetRawText(), StringComparison.Ordinal);

        (await ana.PutAsync("/api/v1/users/me/privacy", new { is_private = true })).Is(200);
        Assert.DoesNotContain("Viola", (await FoundAsync()).GetRawText(), StringComparison.Ordinal);
        Assert.Equal(1, (await FoundAsync()).GetProperty("total_count").GetInt32());
        await ana.WriteToAsync(ben, "hello");
        Assert.DoesNotContain("Viola", (await ben.GetAsync("/auth/conversations")).Is(200).Text, StringComparison.Ordinal);

        (await root.PostAsync($"/api/admin/users/{ana.Id}/suspend", new { reason = "spam", duration_days = 1 })).Is(200);
        Assert.Equal(0, (await FoundAsync()).GetProperty("total_count").GetInt32());
        (await ben.GetAsync($"/api/v1/users/{ana.Id}")).IsRefusal(404, "user.not_found");
    }

    [Theory, EachDatabase]
    public async Task An_account_at_rest_is_gone_for_others_and_wakes_when_its_owner_signs_in(Database database)
    {
        var stoa = StoaServer.For(database);
        using var root = await stoa.SuperuserAsync();
        using var ana = await stoa.RegisterAsync("resting", "my-password");
        using var ben = await stoa.RegisterAsync();

        (await ana.PostAsync("/api/v1/users/me/deactivate", null)).Is(200);

        (await ana.GetAsync("/api/v1/users/me")).IsRefusal(401, "auth.session_ended");
        (await ben.GetAsync($"/api/v1/users/{ana.Id}")).IsRefusal(404, "user.not_found");
        Assert.Equal(0, (await ben.GetAsync($"/api/v1/users/search?query={ana.Name}")).Is(200).Body.GetProperty("total_count").GetInt32());
        (await ana.PostAsync("/auth/login", new { username = ana.Name, password = "wrong" })).IsRefusal(401, "auth.credentials");
        ana.SignIn((await ana.PostAsync("/auth/login", new { username = ana.Name, password = "my-password" })).Is(200));
        (await ben.GetAsync($"/api/v1/users/{ana.Id}")).Is(200);

        (await ana.PostAsync("/api/v1/users/me/deactivate", null)).Is(200);
        (await root.PutAsync($"/auth/users/{ana.Id}/disable")).Is(200);
        (await ana.PostAsync("/auth/login", new { username = ana.Name, password = "my-password" })).IsRefusal(403, "auth.disabled");
    }

    [Theory, EachDatabase]
    public async Task The_last_superuser_cannot_go_to_rest(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        using var root = await stoa.SuperuserAsync();
        (await root.PostAsync("/api/v1/users/me/deactivate", null)).IsRefusal(409, "user.last_superuser");
        using var second = await stoa.SuperuserAsync();

        var answers = await Task.WhenAll(root.PostAsync("/api/v1/users/me/deactivate", null), second.PostAsync("/api/v1/users/me/deactivate", null));

        Assert.Equal([200, 409], answers.Select(static a => a.Status).Order());
    }

    [Theory, EachDatabase]
    public async Task First_changes_of_one_profile_at_once_are_all_taken(Database database)
    {
        using var ana = await StoaServer.For(database).RegisterAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => ana.PutAsync("/api/v1/users/me", new { location = $"place {i}" })));

        Assert.All(answers, static a => a.Is(200));
    }

    private static async Task<JsonElement> SeenAsync(Person viewer, Person whom) =>
        (await viewer.GetAsync($"/api/v1/users/{whom.Id}")).Is(200).Body.GetProperty("profile");
}
