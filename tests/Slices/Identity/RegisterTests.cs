using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

public sealed class RegisterTests
{
    [Theory, EachDatabase]
    [Requirement("S1-7")]
    public async Task Registering_returns_the_account_and_its_tokens(Database database)
    {
        var stoa = StoaServer.For(database);
        using var person = stoa.Stranger();
        var name = StoaServer.Unique("Ana");

        var answer = (await person.PostAsync("/auth/register", new { username = name, email = $"{name}@Example.org", password = "secret-1", full_name = "Ana" })).Is(201);

        Assert.Equal(name, answer.Body.GetProperty("username").GetString());
        Assert.Equal(answer.Body.GetProperty("id").GetInt64(), answer.Body.GetProperty("user").GetProperty("id").GetInt64());
        Assert.Equal("bearer", answer.Body.GetProperty("token_type").GetString());
        person.SignIn(answer);
        (await person.GetAsync("/auth/me")).Is(200);
        Assert.DoesNotContain("password", answer.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Theory, EachDatabase]
    public async Task The_same_routes_answer_under_api(Database database)
    {
        using var person = StoaServer.For(database).Stranger();
        var name = StoaServer.Unique("api");

        var answer = (await person.PostAsync("/api/auth/register", new { username = name, email = $"{name}@example.org", password = "secret-1" })).Is(201);

        person.SignIn(answer);
        (await person.GetAsync("/api/auth/me")).Is(200);
    }

    [Theory, EachDatabase]
    public async Task A_taken_name_is_refused_whatever_its_case(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync("taken");
        using var stranger = stoa.Stranger();

        var answer = await stranger.PostAsync("/auth/register", new { username = ana.Name.ToUpperInvariant(), email = $"{StoaServer.Unique("x")}@example.org", password = "secret-1" });

        answer.IsRefusal(400, "auth.username_taken");
        Assert.Equal("Username already registered", answer.Body.GetProperty("detail").GetString());
    }

    [Theory, EachDatabase]
    public async Task A_taken_address_is_refused_whatever_its_case(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync("mail");
        using var stranger = stoa.Stranger();

        var answer = await stranger.PostAsync("/auth/register", new { username = StoaServer.Unique("x"), email = $"{ana.Name}@EXAMPLE.org", password = "secret-1" });

        answer.IsRefusal(400, "auth.email_taken");
    }

    [Theory, EachDatabase]
    public async Task Of_fifty_registrations_of_one_name_at_once_one_wins(Database database)
    {
        var stoa = StoaServer.For(database);
        using var stranger = stoa.Stranger();
        var name = StoaServer.Unique("race");

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i =>
            stranger.PostAsync("/auth/register", new { username = name, email = $"{name}-{i}@example.org", password = "secret-1" })));

        var winner = Assert.Single(answers, static a => a.Status == 201);
        Assert.Equal(name, winner.Body.GetProperty("username").GetString());
        Assert.All(answers.Where(static a => a.Status != 201), static a => a.IsRefusal(400, "auth.username_taken"));
    }

    [Theory, EachDatabase]
    public async Task What_is_wrong_is_named_member_by_member(Database database)
    {
        using var stranger = StoaServer.For(database).Stranger();

        var answer = await stranger.PostAsync("/auth/register", new { username = "has blank", email = "no-address", password = "short" });

        answer.IsRefusal(422, "validation.failed");
        var errors = answer.Body.GetProperty("errors");
        Assert.Equal(["email", "password", "username"], errors.EnumerateObject().Select(static e => e.Name).Order());
        Assert.Equal(System.Text.Json.JsonValueKind.String, answer.Body.GetProperty("detail").ValueKind);
    }

    [Theory, EachDatabase]
    public async Task Bodies_that_are_no_registration_are_refused(Database database)
    {
        using var stranger = StoaServer.For(database).Stranger();

        (await stranger.PostRawAsync("/auth/register", "{\"username\":")).IsRefusal(400, "request.malformed");
        (await stranger.PostRawAsync("/auth/register", "")).IsRefusal(400, "request.malformed");
        (await stranger.PostRawAsync("/auth/register", "null")).IsRefusal(400, "request.malformed");
        (await stranger.PostRawAsync("/auth/register", "[]")).IsRefusal(422, "validation.failed");
        (await stranger.PostRawAsync("/auth/register", "{}")).IsRefusal(422, "validation.failed");
        (await stranger.PostRawAsync("/auth/register", """{"username":5,"email":"a@example.org","password":"secret-1"}""")).IsRefusal(422, "validation.failed");
        (await stranger.PostRawAsync("/auth/register", """{"username":"a\u0000b","email":"a@example.org","password":"secret-1"}""")).IsRefusal(422, "validation.failed");
        (await stranger.PostRawAsync("/auth/register", """{"username":"a\ud800b","email":"a@example.org","password":"secret-1"}""")).IsRefusal(422, "validation.failed");
        (await stranger.PostRawAsync("/auth/register", new string('[', 200))).IsRefusal(422, "validation.failed");
        (await stranger.PostRawAsync("/auth/register", $$"""{"username":"{{new string('x', 2_000_000)}}"}""")).IsRefusal(413, "request.too_large");
        (await stranger.PostRawAsync("/auth/register", "username=ana", "application/x-www-form-urlencoded")).IsRefusal(415, "request.unsupported_media_type");
    }

    [Theory, EachDatabase]
    public async Task Somebody_elses_address_cannot_be_a_user_name(Database database)
    {
        using var stranger = StoaServer.For(database).Stranger();
        var mine = $"{StoaServer.Unique("own")}@example.org";

        (await stranger.PostAsync("/auth/register", new { username = "victim@example.org", email = mine, password = "secret-1" })).IsRefusal(400, "auth.username_invalid");
        (await stranger.PostAsync("/auth/register", new { username = mine, email = mine, password = "secret-1" })).Is(201);
    }
}
