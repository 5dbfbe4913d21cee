using System.Globalization;
using System.Text.Json;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

/// <summary>Clients of all systems at the same paths, told apart by what they send (contract E.2).</summary>
public sealed class DoorsByBodyTests
{
    [Theory, EachDatabase]
    [Requirement("S0-8")]
    [Requirement("S0-41")]
    public async Task A_marketplace_account_needs_no_user_name_and_reads_string_ids_and_roles(Database database)
    {
        using var client = StoaServer.For(database).Stranger();
        var email = $"{StoaServer.Unique("seller")}@example.org";

        var made = (await client.PostAsync("/api/auth/register", new { email, password = "secret-1", full_name = "Ana B.", phone = "+1 (555) 010-9999" + email.Length, user_type = "seller" })).Is(200).Body;
        (await client.PostAsync("/api/auth/register", new { email = email.ToUpperInvariant(), password = "secret-1" })).IsRefusal(400, "auth.email_taken");
        (await client.PostAsync("/api/auth/register", new { email = "no address", password = "secret-1" })).IsRefusal(422, "validation.failed");
        var signedIn = (await client.PostAsync("/api/auth/login", new { email, password = "secret-1" })).Is(200).Body;

        var user = made.GetProperty("user");
        Assert.Equal(JsonValueKind.String, user.GetProperty("id").ValueKind);
        Assert.Equal(user.GetProperty("id").GetString(), made.GetProperty("user_id").GetString());
        Assert.Equal("Ana B.", user.GetProperty("full_name").GetString());
        Assert.Equal(["seller"], user.GetProperty("roles").EnumerateArray().Select(static r => r.GetString()));
        Assert.True(signedIn.GetProperty("success").GetBoolean());
        Assert.Equal("bearer", signedIn.GetProperty("token_type").GetString());
        client.UseToken(signedIn.GetProperty("access_token").GetString());
        var me = (await client.GetAsync("/api/auth/me")).Is(200).Body;
        Assert.Equal(user.GetProperty("id").GetString(), me.GetProperty("id").GetString());
        Assert.Equal("seller", me.GetProperty("roles")[0].GetString());
        (await client.PostAsync("/api/auth/logout", null)).Is(200);
        (await client.GetAsync("/api/auth/me")).IsRefusal(401, "auth.session_ended");
    }

    [Theory, EachDatabase]
    public async Task Two_addresses_with_one_beginning_get_two_names(Database database)
    {
        using var client = StoaServer.For(database).Stranger();
        var name = StoaServer.Unique("same");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            client.PostAsync("/api/auth/register-enhanced", new { email = $"{name}@example{i}.org", password = "secret-1" })));

        var names = answers.Select(static a => a.Is(201).Body.GetProperty("user").GetProperty("username").GetString()!).ToList();
        Assert.Equal(20, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(names, n => Assert.StartsWith(name, n, StringComparison.Ordinal));
    }

    [Theory, EachDatabase]
    public async Task Under_api_a_user_name_still_means_the_mailboxes_forms(Database database)
    {
        using var client = StoaServer.For(database).Stranger();
        var name = StoaServer.Unique("vue");

        client.SignIn((await client.PostAsync("/api/auth/register", new { username = name, email = $"{name}@example.org", password = "secret-1" })).Is(201));

        Assert.Equal(JsonValueKind.Number, (await client.GetAsync("/api/auth/me")).Is(200).Body.GetProperty("id").ValueKind);
        client.SignIn((await client.PostAsync("/api/auth/refresh", new { refresh_token = client.RefreshToken })).Is(200));
        (await client.PostAsync("/api/auth/register", new { username = "x y", email = $"{name}@example.org", password = "secret-1" })).IsRefusal(422, "validation.failed");
        (await client.PostAsync("/api/auth/register", new { password = "secret-1" })).IsRefusal(422, "validation.failed");
        (await client.PostAsync("/api/auth/login", new { password = "secret-1" })).IsRefusal(422, "validation.failed");
    }

    [Theory, EachDatabase]
    public async Task A_refresh_without_a_body_renews_by_cookie_or_by_bearer(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var page = stoa.Stranger();
        var email = $"{StoaServer.Unique("page")}@example.org";
        (await page.PostAsync("/api/auth/register", new { email, password = "secret-1" })).Is(200);
        var signedIn = (await page.PostAsync("/api/auth/login", new { email, password = "secret-1" })).Is(200);
        var cookie = signedIn.Headers["Set-Cookie"];
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("path=/api/auth", cookie, StringComparison.OrdinalIgnoreCase);

        using var app = stoa.Stranger();
        (await app.PostRawAsync("/api/auth/refresh", "")).IsRefusal(401, "auth.refresh_invalid");
        app.UseToken(signedIn.Body.GetProperty("access_token").GetString());
        clock.Advance(TimeSpan.FromMinutes(29));
        var renewed = (await app.PostRawAsync("/api/auth/refresh", "")).Is(200).Body;
        Assert.Equal(renewed.GetProperty("token").GetString(), renewed.GetProperty("access_token").GetString());
        clock.Advance(TimeSpan.FromMinutes(2));
        (await app.GetAsync("/api/auth/me")).IsRefusal(401, "auth.token_expired");
        app.UseToken(renewed.GetProperty("token").GetString());
        (await app.GetAsync("/api/auth/me")).Is(200);

        page.UseHeader("Cookie", cookie.Split(';')[0]);
        var byCookie = (await page.PostAsync("/api/auth/refresh", new { })).Is(200);
        page.UseToken(byCookie.Body.GetProperty("token").GetString());
        (await page.GetAsync("/api/auth/me")).Is(200);
        page.UseToken(null);
        clock.Advance(TimeSpan.FromSeconds(11));
        (await page.PostAsync("/api/auth/refresh", new { })).IsRefusal(401, "auth.refresh_reused");
        (await app.GetAsync("/api/auth/me")).IsRefusal(401, "auth.session_ended");
    }

    [Theory, EachDatabase]
    [Requirement("S4-110")]
    public async Task The_planners_client_gets_string_ids_and_a_token_that_lives_a_week_and_dies_with_its_session(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var client = stoa.Stranger();
        var name = StoaServer.Unique("planner");
        var body = new { username = name, email = $"{name}@example.org", password = "secret-1" };

        var made = (await client.PostAsync("/api/v1/auth/register", body)).Is(201).Body;
        (await client.PostAsync("/api/v1/auth/register", body)).IsRefusal(409, "auth.username_taken");
        (await client.PostAsync("/api/v1/auth/register", new { username = name })).IsRefusal(400, "validation.failed");
        (await client.PostAsync("/api/v1/auth/login", new { identifier = name, password = "wrong" })).IsRefusal(401, "auth.credentials");
        var token = (await client.PostAsync("/auth/login", new { identifier = $"{name}@example.org", password = "secret-1" })).Is(200).Body.GetProperty("token").GetString();

        Assert.Equal(made.GetProperty("user").GetProperty("_id").GetString(), made.GetProperty("user").GetProperty("id").GetString());
        clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(1));
        client.UseToken(made.GetProperty("token").GetString());
        (await client.GetAsync("/api/v1/users/me")).Is(200);
        foreach (var path in (string[])["/api/v1/auth/verify", "/auth/verify"])
        {
            var verified = (await client.PostAsync(path, new { token })).Is(200).Body;
            Assert.True(verified.GetProperty("valid").GetBoolean());
            Assert.Equal(name, verified.GetProperty("user").GetProperty("username").GetString());
        }

        (await client.PostAsync("/auth/logout-all", null)).Is(200);
        Assert.False((await client.PostAsync("/api/v1/auth/verify", new { token })).IsRefusal(401, "auth.token_invalid").Body.GetProperty("valid").GetBoolean());
        (await client.GetAsync("/api/v1/users/me")).IsRefusal(401, "auth.session_ended");
    }

    [Theory, EachDatabase]
    public async Task The_token_that_a_registration_calls_token_outlives_the_access_token(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var client = stoa.Stranger();
        var name = StoaServer.Unique("both");
        var made = (await client.PostAsync("/auth/register", new { username = name, email = $"{name}@example.org", password = "secret-1" })).Is(201).Body;

        clock.Advance(TimeSpan.FromHours(1));

        client.UseToken(made.GetProperty("access_token").GetString());
        (await client.GetAsync("/auth/me")).IsRefusal(401, "auth.token_expired");
        client.UseToken(made.GetProperty("token").GetString());
        (await client.GetAsync("/auth/me")).Is(200);
    }

    [Theory, EachDatabase]
    public async Task The_influencer_pages_sign_in_by_form_and_read_names_apart(Database database)
    {
        var stoa = StoaServer.For(database);
        using var client = await stoa.RegisterAsync("form", "my-password");
        (await client.PutAsync("/auth/me", new { full_name = "Ana Maria Bauer" })).Is(200);

        var tokens = (await client.PostRawAsync("/auth/token", $"grant_type=password&username={client.Name}&password=my-password", "application/x-www-form-urlencoded")).Is(200).Body;
        client.UseToken(tokens.GetProperty("access_token").GetString());
        var account = (await client.PostAsync("/auth/user", null)).Is(200).Body;

        Assert.Equal("bearer", tokens.GetProperty("token_type").GetString());
        Assert.Equal("Ana Maria", account.GetProperty("first_name").GetString());
        Assert.Equal("Bauer", account.GetProperty("last_name").GetString());
        Assert.Equal("user", account.GetProperty("roles")[0].GetProperty("name").GetString());
        Assert.Equal(account.GetRawText(), (await client.GetAsync("/api/auth/profile")).Is(200).Body.GetRawText());
        (await client.PostRawAsync("/auth/token", $"username={client.Name}&password=wrong", "application/x-www-form-urlencoded")).IsRefusal(401, "auth.credentials");
        (await client.PostRawAsync("/auth/token", "username=&password=x", "application/x-www-form-urlencoded")).IsRefusal(422, "validation.failed");
        (await client.PostRawAsync("/auth/token", $"username={client.Name}", "application/x-www-form-urlencoded")).IsRefusal(422, "validation.failed");
        (await client.PostRawAsync("/auth/token", "{}")).IsRefusal(415, "request.unsupported_media_type");
        client.UseToken(null);
        (await client.PostAsync("/auth/user", null)).IsRefusal(401, "auth.required");
        (await client.GetAsync("/auth/profile")).IsRefusal(401, "auth.required");
    }

    [Theory, EachDatabase]
    public async Task Nobody_gives_himself_power(Database database)
    {
        var stoa = StoaServer.For(database);
        using var client = stoa.Stranger();
        using var root = await stoa.SuperuserAsync();
        string Email() => $"{StoaServer.Unique("role")}@example.org";

        foreach (var role in (string[])["admin", "ADMIN", " super_admin", "moderator", "astrologer"])
            (await client.PostAsync("/api/auth/register", new { email = Email(), password = "secret-1", role })).IsRefusal(403, "auth.role_forbidden");
        var name = StoaServer.Unique("role");
        (await client.PostAsync("/auth/register", new { username = name, email = Email(), password = "secret-1", user_type = "admin" })).IsRefusal(403, "auth.role_forbidden");

        var plain = (await client.PostAsync("/api/auth/register", new { email = Email(), password = "secret-1", role = "wizard" })).Is(200).Body;
        Assert.Equal("user", plain.GetProperty("user").GetProperty("role").GetString());
        var makers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => client.PostAsync("/api/auth/register", new { email = Email(), password = "secret-1", role = "buyer" })));
        Assert.All(makers, static m => Assert.Equal("buyer", m.Is(200).Body.GetProperty("user").GetProperty("role").GetString()));
        Assert.Single((await root.GetAsync("/auth/roles")).Is(200).Body.EnumerateArray(), static r => r.GetProperty("name").GetString() == "buyer");
    }

    [Theory, EachDatabase]
    public async Task Phone_numbers_are_one_number_however_they_are_written(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        var digits = (4_000_000 + ana.Id).ToString(CultureInfo.InvariantCulture);

        var kept = (await ana.PutAsync("/auth/me/phone", new { phone_number = $" +49 (30) {digits[..3]}-{digits[3..]} " })).Is(200).Body;

        Assert.Equal($"+4930{digits}", kept.GetProperty("phone_number").GetString());
        (await ben.PutAsync("/auth/me/phone", new { phone_number = $"0049.30.{digits}" })).IsRefusal(400, "auth.phone_taken");
        foreach (var bad in (string[])["call me", "+0123456", "123", "+1234567890123456"])
            (await ben.PutAsync("/auth/me/phone", new { phone_number = bad })).IsRefusal(422, "validation.failed");
    }
}
