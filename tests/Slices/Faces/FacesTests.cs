using System.Text.Json;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Faces;

public sealed class FacesTests
{
    [Theory, EachDatabase]
    [Requirement("S4-121")]
    public async Task The_root_and_health_answer_to_anybody(Database database)
    {
        using var stranger = StoaServer.For(database).Stranger();

        Assert.Contains("Hello World", (await stranger.GetAsync("/")).Is(200).Text, StringComparison.Ordinal);
        Assert.Equal("healthy", (await stranger.GetAsync("/health")).Is(200).Body.GetProperty("status").GetString());
        Assert.Contains("swagger-ui", (await stranger.GetAsync("/docs/index.html")).Is(200).Text, StringComparison.Ordinal);
    }

    [Theory, EachDatabase]
    public async Task Every_route_is_described_with_a_summary_and_every_body_with_an_example(Database database)
    {
        using var stranger = StoaServer.For(database).Stranger();

        var document = (await stranger.GetAsync("/openapi/v1.json")).Is(200).Body;

        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        var operations = Operations(document).ToList();
        Assert.True(operations.Count >= 30, $"only {operations.Count} operations");
        Assert.All(operations, static o => Assert.True(o.Value.TryGetProperty("summary", out _), o.Name));
        Assert.All(
            operations.Where(static o => o.Value.TryGetProperty("requestBody", out _)),
            static o => Assert.All(o.Value.GetProperty("requestBody").GetProperty("content").EnumerateObject(), c => Assert.True(c.Value.TryGetProperty("example", out _), $"{o.Name} {c.Name}")));
    }

    [Theory, EachDatabase]
    public async Task Every_refusal_of_the_api_document_is_explained_in_the_docs(Database database)
    {
        using var stranger = StoaServer.For(database).Stranger();
        var page = await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "docs", "api.md"), TestContext.Current.CancellationToken);

        var document = (await stranger.GetAsync("/openapi/v1.json")).Is(200).Body;
        var codes = Operations(document)
            .SelectMany(static o => o.Value.GetProperty("responses").EnumerateObject())
            .Concat(document.GetProperty("components").GetProperty("responses").EnumerateObject())
            .Where(static r => r.Value.TryGetProperty("content", out var content) && content.TryGetProperty("application/problem+json", out var problem) && problem.TryGetProperty("examples", out _))
            .SelectMany(static r => r.Value.GetProperty("content").GetProperty("application/problem+json").GetProperty("examples").EnumerateObject())
            .Select(static e => e.Name).Distinct().ToList();

        Assert.Contains("auth.credentials", codes);
        Assert.All(codes, code => Assert.Contains($"`{code}`", page, StringComparison.Ordinal));
    }

    [Theory, EachDatabase]
    public async Task What_tells_about_the_server_is_for_this_machine_the_key_named_networks_and_administrators(Database database)
    {
        await using var stoa = StoaServer.Start(
            database, null, ("Monitoring:Key", "a key for monitoring"), ("Monitoring:Networks", "192.0.2.0/24"), ("Listen:KnownProxies", "127.0.0.1"));
        using var root = await stoa.SuperuserAsync();
        using var ana = await stoa.RegisterAsync();
        using var client = stoa.Stranger();
        foreach (var path in (string[])["/metrics", "/db-test", "/api/db-test"])
        {
            client.UseHeader("X-Forwarded-For", "203.0.113.7");
            (await client.GetAsync(path)).IsRefusal(403, "monitoring.forbidden");
            client.UseToken("a key for monitorinG");
            (await client.GetAsync(path)).IsRefusal(403, "monitoring.forbidden");
            client.UseToken("a key for monitoring");
            (await client.GetAsync(path)).Is(200);
            client.UseToken(null);
            client.UseHeader("X-Forwarded-For", "192.0.2.9");
            (await client.GetAsync(path)).Is(200);
            ana.UseHeader("X-Forwarded-For", "203.0.113.7");
            (await ana.GetAsync(path)).IsRefusal(403, "monitoring.forbidden");
            root.UseHeader("X-Forwarded-For", "203.0.113.7");
            (await root.GetAsync(path)).Is(200);
        }
    }

    [Theory, EachDatabase]
    public async Task Behind_a_proxy_that_nobody_named_everybody_is_a_stranger_to_monitoring(Database database)
    {
        using var client = StoaServer.For(database).Stranger();
        (await client.GetAsync("/metrics")).Is(200);

        client.UseHeader("X-Forwarded-For", "203.0.113.7");
        (await client.GetAsync("/metrics")).IsRefusal(403, "monitoring.forbidden");
    }

    [Theory, EachDatabase]
    public async Task Every_answer_tells_browsers_not_to_guess_frame_remember_or_tell_on(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("Listen:KnownProxies", "127.0.0.1"));
        using var ana = await stoa.RegisterAsync();
        using var stranger = stoa.Stranger();
        Answer[] answers =
        [
            await ana.GetAsync("/auth/me"), await ana.GetAsync("/messages"), await stranger.GetAsync("/auth/me"), await stranger.GetAsync("/nowhere"),
            await stranger.PostRawAsync("/auth/login", "{"), await stranger.PostAsync("/auth/login", new { username = ana.Name, password = "correct-horse" }),
            await stranger.GetAsync("/docs/index.html"),
        ];

        Assert.All(answers, static a =>
        {
            Assert.Equal("nosniff", a.Headers["X-Content-Type-Options"]);
            Assert.Equal("no-referrer", a.Headers["Referrer-Policy"]);
            Assert.Contains("frame-ancestors 'none'", a.Headers["Content-Security-Policy"], StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe-eval", a.Headers["Content-Security-Policy"], StringComparison.Ordinal);
            Assert.False(a.Headers.ContainsKey("Strict-Transport-Security"));
        });
        Assert.All(answers[..^1], static a => Assert.Contains("no-store", a.Headers["Cache-Control"], StringComparison.Ordinal));
        stranger.UseHeader("X-Forwarded-Proto", "https");
        stranger.UseHeader("X-Forwarded-For", "203.0.113.7");
        Assert.Equal("max-age=31536000", (await stranger.GetAsync("/health")).Headers["Strict-Transport-Security"]);
    }

    [Theory, EachDatabase]
    public async Task An_error_has_one_form_whatever_the_request_accepts(Database database)
    {
        using var client = StoaServer.For(database).Stranger();
        foreach (var accept in (string[])["*/*", "application/json", "text/html", "image/png", "text/plain;q=0.5", "nonsense"])
        {
            client.UseHeader("Accept", accept);
            (await client.GetAsync("/nowhere")).IsRefusal(404, "route.not_found");
            (await client.GetAsync("/auth/me")).IsRefusal(401, "auth.required");
            (await client.PostRawAsync("/auth/register", "{}")).IsRefusal(422, "validation.failed");
            (await client.PostRawAsync("/auth/register", "{")).IsRefusal(400, "request.malformed");
            (await client.PostRawAsync("/auth/register", "x", "text/csv")).IsRefusal(415, "request.unsupported_media_type");
            (await client.PostAsync("/auth/login", new { username = StoaServer.Unique("nobody"), password = "wrong-word" })).IsRefusal(401, "auth.credentials");
            (await client.PutAsync("/health")).IsRefusal(405, "route.method_not_allowed");
        }
    }

    [Theory, EachDatabase]
    public async Task Metrics_show_requests_in_the_prometheus_text_form(Database database)
    {
        using var stranger = StoaServer.For(database).Stranger();
        (await stranger.GetAsync("/health")).Is(200);

        var metrics = (await stranger.GetAsync("/metrics")).Is(200);

        Assert.StartsWith("text/plain", metrics.ContentType, StringComparison.Ordinal);
        Assert.Contains("# TYPE http_server_request_duration_seconds histogram", metrics.Text, StringComparison.Ordinal);
        Assert.Contains("http_route=\"/health\"", metrics.Text, StringComparison.Ordinal);
    }

    [Theory, EachDatabase]
    public async Task What_is_not_there_is_a_problem_document_too(Database database)
    {
        using var stranger = StoaServer.For(database).Stranger();

        (await stranger.GetAsync("/nowhere")).IsRefusal(404, "route.not_found");
        (await stranger.GetAsync("/messages/not-a-number")).IsRefusal(404, "route.not_found");
        (await stranger.PostAsync("/health", new { })).IsRefusal(405, "route.method_not_allowed");
    }

    [Theory, EachDatabase]
    [Requirement("S4-57")]
    public async Task People_are_found_by_the_beginning_of_their_name(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync("Findable_100%");
        using var eve = await stoa.RegisterAsync("eve");

        var found = (await eve.GetAsync($"/api/v1/users/search?query={Uri.EscapeDataString(ana.Name.ToLowerInvariant())}")).Is(200).Body;

        Assert.Equal(ana.Name, Assert.Single(found.GetProperty("users").EnumerateArray()).GetProperty("username").GetString());
        Assert.DoesNotContain("@", found.GetRawText(), StringComparison.Ordinal);
        Assert.Empty((await eve.GetAsync("/api/v1/users/search?q=findable%25100")).Is(200).Body.GetProperty("users").EnumerateArray());
        (await eve.GetAsync("/api/v1/users/search?query=")).IsRefusal(400, "search.query_invalid");
        (await eve.GetAsync("/api/v1/users/search?query=a%00b")).IsRefusal(400, "request.malformed");
        (await eve.GetAsync("/api/v1/users/search?query=a&limit=x")).IsRefusal(400, "validation.failed");
        (await eve.GetAsync("/messages?limit=x")).IsRefusal(422, "validation.failed");
        eve.UseToken(null);
        (await eve.GetAsync("/api/v1/users/search?query=a")).IsRefusal(401, "auth.required");
    }

    private static IEnumerable<(string Name, JsonElement Value)> Operations(JsonElement document) =>
        document.GetProperty("paths").EnumerateObject().SelectMany(static path => path.Value.EnumerateObject().Select(method => ($"{method.Name} {path.Name}", method.Value)));

}
