using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

public sealed class PasswordRuleTests
{
    [Theory, EachDatabase]
    [Requirement("S1-83")]
    public async Task Complexity_is_asked_for_when_it_is_switched_on_and_not_before(Database database)
    {
        await using var strict = StoaServer.Start(database, null, ("Passwords:RequireComplexity", "true"));
        using var client = strict.Stranger();
        async Task<Answer> RegisterAsync(string password)
        {
            var name = StoaServer.Unique("strict");
            return await client.PostAsync("/auth/register", new { username = name, email = $"{name}@example.org", password });
        }

        foreach (var weak in (string[])["aA1!aA1", "alllower1!", "ALLUPPER1!", "NoDigits!!", "NoSigns123"])
            (await RegisterAsync(weak)).IsRefusal(400, "auth.password_weak");
        client.SignIn((await RegisterAsync("Str0ng!enough")).Is(201));
        (await client.PutAsync("/auth/me/password", new { current_password = "Str0ng!enough", new_password = "weak-one" })).IsRefusal(400, "auth.password_weak");
        (await client.PutAsync("/auth/me/password", new { current_password = "Str0ng!enough", new_password = "Str0nger!still" })).Is(200);

        using var lax = await StoaServer.For(database).RegisterAsync("lax", "zimple");
        (await lax.GetAsync("/auth/me")).Is(200);
    }

    [Theory, EachDatabase]
    public async Task What_is_guessed_first_too_short_or_the_own_name_is_refused_at_every_door(Database database)
    {
        var stoa = StoaServer.For(database);
        using var client = stoa.Stranger();
        var name = StoaServer.Unique("ownname");
        object Body(string password) => new { username = name, email = $"{name}@example.org", password };

        foreach (var common in (string[])["password1", "Qwertyuiop", "12345678", "aaaaaaaa", "ababababab", "87654321", "iloveyou"])
        {
            (await client.PostAsync("/auth/register", Body(common))).IsRefusal(400, "auth.password_common");
            (await client.PostAsync("/api/v1/auth/register", Body(common))).IsRefusal(400, "auth.password_common");
            (await client.PostAsync("/api/auth/register", Body(common))).IsRefusal(400, "auth.password_common");
        }

        (await client.PostAsync("/auth/register", Body(name.ToUpperInvariant()))).IsRefusal(400, "auth.password_own_name");
        (await client.PostAsync("/auth/register", Body($"{name}@example.org"))).IsRefusal(400, "auth.password_own_name");
        (await client.PostAsync("/api/auth/register", Body("zy7!xw"))).IsRefusal(400, "auth.password_short");
        client.SignIn((await client.PostAsync("/auth/register", Body("zy7!xw"))).Is(201));
        foreach (var (bad, code) in new[] { ("zy7!xw-", "auth.password_short"), ("sunshine1", "auth.password_common"), (name, "auth.password_own_name") })
            (await client.PutAsync("/auth/me/password", new { current_password = "zy7!xw", new_password = bad })).IsRefusal(400, code);
        (await client.PutAsync("/auth/me/password", new { current_password = "zy7!xw", new_password = "zy7!xw-longer" })).Is(200);
    }

    [Theory, EachDatabase]
    [Requirement("S4-118")]
    public async Task What_is_kept_of_a_password_is_bcrypt(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync("kept", "my-password");

        var kept = await stoa.AskAsync(db => Task.FromResult(db.Users.Single(u => u.Id == ana.Id).PasswordHash));

        Assert.Matches(@"^\$2b\$04\$[./A-Za-z0-9]{53}$", kept);
    }

    [Theory, EachDatabase]
    public async Task A_deleted_name_can_be_tried_and_is_nobodys(Database database)
    {
        var stoa = StoaServer.For(database);
        using var root = await stoa.SuperuserAsync();
        using var ana = await stoa.RegisterAsync();
        (await root.DeleteAsync($"/auth/users/{ana.Id}")).Is(200);
        using var client = stoa.Stranger();

        (await client.PostAsync("/auth/login", new { username = $"deleted-{ana.Id}", password = "x" })).IsRefusal(401, "auth.credentials");
    }
}
