using System.Text.Json;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

/// <summary>Passkeys, with an authenticator in software.</summary>
public sealed class PasskeyTests
{
    private const string Password = "my-password";

    [Theory, EachDatabase]
    public async Task A_passkey_is_added_with_the_password_and_signs_in_without_one(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await (await stoa.RegisterAsync("passkey", Password)).ProveEmailAsync();
        using var key = KeyAt(stoa);

        (await ana.PostAsync("/auth/passkeys/options", new { password = "wrong" })).IsRefusal(400, "auth.password_wrong");
        var added = (await AddAsync(ana, key, "Laptop")).Is(201).Body;
        using var client = stoa.Stranger();
        client.SignIn((await SignInAsync(client, key)).Is(200));

        Assert.Equal("Laptop", added.GetProperty("name").GetString());
        Assert.Equal(ana.Id, (await client.GetAsync("/auth/me")).Is(200).Body.GetProperty("id").GetInt64());
        var listed = Assert.Single((await ana.GetAsync("/auth/passkeys")).Is(200).Body.EnumerateArray());
        Assert.NotEqual(JsonValueKind.Null, listed.GetProperty("last_used_at").ValueKind);
    }

    [Theory, EachDatabase]
    public async Task What_does_not_hold_is_refused(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await (await stoa.RegisterAsync("passkey", Password)).ProveEmailAsync();
        using var ben = await (await stoa.RegisterAsync("passkey", Password)).ProveEmailAsync();
        using var key = KeyAt(stoa);
        using var client = stoa.Stranger();

        key.Origin = "https://evil.example.org";
        (await AddAsync(ana, key)).IsRefusal(400, "passkey.invalid");
        key.Origin = Origin(stoa);
        key.Verifies = false;
        (await AddAsync(ana, key)).IsRefusal(400, "passkey.invalid");
        key.Verifies = true;
        var (token, options) = await OptionsAsync(ana);
        (await ben.PostAsync("/auth/passkeys", new { passkey_token = token, credential = key.Create(options) })).IsRefusal(400, "passkey.invalid");
        (await ana.PostAsync("/auth/passkeys", new { passkey_token = token, credential = new { id = "x" } })).IsRefusal(400, "passkey.invalid");
        (await ana.PostAsync("/auth/passkeys", new { passkey_token = "made up", credential = key.Create(options) })).IsRefusal(400, "passkey.invalid");
        (await ana.PostAsync("/auth/passkeys", new { passkey_token = token })).IsRefusal(422, "validation.failed");
        (await SignInAsync(client, key)).IsRefusal(401, "auth.passkey_invalid");

        (await AddAsync(ana, key)).Is(201);
        (await AddAsync(ben, key)).IsRefusal(400, "passkey.invalid");
        key.Origin = "https://evil.example.org";
        (await SignInAsync(client, key)).IsRefusal(401, "auth.passkey_invalid");
        key.Origin = Origin(stoa);
        key.Verifies = false;
        (await SignInAsync(client, key)).IsRefusal(401, "auth.passkey_invalid");
        key.Verifies = true;
        (await SignInAsync(client, key)).Is(200);
        key.Counter = 0;
        (await SignInAsync(client, key)).IsRefusal(401, "auth.passkey_invalid");
        foreach (var path in (string[])["/auth/passkeys", "/auth/passkeys/options"])
            (await client.PostAsync(path, new { password = Password, passkey_token = "x", credential = new { } })).IsRefusal(401, "auth.required");
    }

    [Theory, EachDatabase]
    public async Task Of_thirty_uses_of_one_answer_at_once_one_signs_in(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await (await stoa.RegisterAsync("passkey", Password)).ProveEmailAsync();
        using var key = KeyAt(stoa);
        (await AddAsync(ana, key)).Is(201);
        using var client = stoa.Stranger();
        var begun = (await client.PostAsync("/auth/passkeys/sign-in/options", null)).Is(200).Body;
        var answer = new { passkey_token = begun.GetProperty("passkey_token").GetString(), credential = key.Get(begun.GetProperty("options")) };

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => client.PostAsync("/auth/passkeys/sign-in", answer)));

        Assert.Single(answers, static a => a.Status == 200);
        Assert.All(answers.Where(static a => a.Status != 200), static a => a.IsRefusal(401, "auth.passkey_invalid"));
    }

    [Theory, EachDatabase]
    public async Task A_removed_passkey_or_a_disabled_account_signs_in_no_more(Database database)
    {
        var stoa = StoaServer.For(database);
        using var root = await stoa.SuperuserAsync();
        using var ana = await (await stoa.RegisterAsync("passkey", Password)).ProveEmailAsync();
        using var ben = await (await stoa.RegisterAsync("passkey", Password)).ProveEmailAsync();
        using var key = KeyAt(stoa);
        using var client = stoa.Stranger();
        var id = (await AddAsync(ana, key)).Is(201).Body.GetProperty("id").GetInt64();

        (await root.PutAsync($"/auth/users/{ana.Id}/disable")).Is(200);
        (await SignInAsync(client, key)).IsRefusal(403, "auth.disabled");
        (await root.PutAsync($"/auth/users/{ana.Id}/enable")).Is(200);
        ana.SignIn((await SignInAsync(client, key)).Is(200));
        (await ben.DeleteAsync($"/auth/passkeys/{id}")).IsRefusal(404, "passkey.not_found");
        (await ana.DeleteAsync($"/auth/passkeys/{id}")).Is(200);
        (await SignInAsync(client, key)).IsRefusal(401, "auth.passkey_invalid");
    }

    private static string Origin(StoaServer stoa) => stoa.Address.GetLeftPart(UriPartial.Authority);

    private static SecurityKey KeyAt(StoaServer stoa) => new(Origin(stoa));

    private static async Task<(string Token, JsonElement Options)> OptionsAsync(Person person)
    {
        var begun = (await person.PostAsync("/auth/passkeys/options", new { password = Password })).Is(200).Body;
        return (begun.GetProperty("passkey_token").GetString()!, begun.GetProperty("options"));
    }

    private static async Task<Answer> AddAsync(Person person, SecurityKey key, string? name = null)
    {
        var (token, options) = await OptionsAsync(person);
        return await person.PostAsync("/auth/passkeys", new { passkey_token = token, name, credential = key.Create(options) });
    }

    private static async Task<Answer> SignInAsync(Person person, SecurityKey key)
    {
        var begun = (await person.PostAsync("/auth/passkeys/sign-in/options", null)).Is(200).Body;
        return await person.PostAsync("/auth/passkeys/sign-in", new { passkey_token = begun.GetProperty("passkey_token").GetString(), credential = key.Get(begun.GetProperty("options")) });
    }
}
