using System.Net;
using Microsoft.Extensions.Options;
using Stoa.SocketIO.EngineIO;

namespace Stoa.Conformance.EngineIO;

/// <summary>Cross-origin answers of the polling transport.</summary>
public sealed class CorsTests
{
    private static async Task<HttpResponseMessage> Ask(TestServer server, HttpMethod method, string origin = "https://app.example", bool preflight = false)
    {
        using var request = new HttpRequestMessage(method, "/engine.io/?EIO=4&transport=polling");
        request.Headers.Add("Origin", origin);
        if (preflight)
        {
            request.Headers.Add("Access-Control-Request-Method", "POST");
            request.Headers.Add("Access-Control-Request-Headers", "x-one,x-two");
        }

        return await server.Http.SendAsync(request, TestServer.Cancellation);
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    private static Task<TestServer> Start(Action<EngineCors> configure) => TestServer.StartAsync(engine: o => configure(o.Cors = new EngineCors()));

    [Fact]
    public async Task Any_origin_is_answered_with_a_star()
    {
        await using var server = await Start(c => c.AnyOrigin = true);
        using var answer = await Ask(server, HttpMethod.Get);

        Assert.Equal("*", Header(answer, "Access-Control-Allow-Origin"));
        Assert.Null(Header(answer, "Vary"));
    }

    [Fact]
    public async Task With_credentials_the_origin_is_echoed_because_a_star_is_not_allowed()
    {
        await using var server = await Start(c => (c.AnyOrigin, c.Credentials) = (true, true));
        using var answer = await Ask(server, HttpMethod.Get);

        Assert.Equal("https://app.example", Header(answer, "Access-Control-Allow-Origin"));
        Assert.Equal("true", Header(answer, "Access-Control-Allow-Credentials"));
        Assert.Equal("Origin", Header(answer, "Vary"));
    }

    [Theory]
    [InlineData("https://app.example", true)]
    [InlineData("https://sub.trusted.example", true)]
    [InlineData("https://evil.example", false)]
    public async Task Only_named_or_accepted_origins_are_let_in(string origin, bool allowed)
    {
        await using var server = await Start(c =>
        {
            c.Origins.Add("https://app.example");
            c.IsOriginAllowed = o => o.EndsWith(".trusted.example", StringComparison.Ordinal);
        });
        using var answer = await Ask(server, HttpMethod.Get, origin);

        Assert.Equal(allowed ? origin : null, Header(answer, "Access-Control-Allow-Origin"));
        Assert.Equal("Origin", Header(answer, "Vary"));
    }

    [Fact]
    public async Task A_preflight_is_204_with_methods_the_asked_headers_and_the_age()
    {
        await using var server = await Start(c => (c.AnyOrigin, c.MaxAge) = (true, TimeSpan.FromMinutes(10)));
        using var answer = await Ask(server, HttpMethod.Options, preflight: true);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("*", Header(answer, "Access-Control-Allow-Origin"));
        Assert.Equal("GET,HEAD,PUT,PATCH,POST,DELETE", Header(answer, "Access-Control-Allow-Methods"));
        Assert.Equal("x-one,x-two", Header(answer, "Access-Control-Allow-Headers"));
        Assert.Equal("600", Header(answer, "Access-Control-Max-Age"));
    }

    [Fact]
    public async Task A_preflight_with_credentials_echoes_the_origin_and_names_the_headers_let_in()
    {
        await using var server = await Start(c =>
        {
            (c.AnyOrigin, c.Credentials) = (true, true);
            c.AllowedHeaders.Add("x-three");
            c.AllowedHeaders.Add("x-four");
            c.ExposedHeaders.Add("x-five");
        });
        using var answer = await Ask(server, HttpMethod.Options, preflight: true);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("https://app.example", Header(answer, "Access-Control-Allow-Origin"));
        Assert.Equal("true", Header(answer, "Access-Control-Allow-Credentials"));
        Assert.Equal("GET,HEAD,PUT,PATCH,POST,DELETE", Header(answer, "Access-Control-Allow-Methods"));
        Assert.Equal("x-three,x-four", Header(answer, "Access-Control-Allow-Headers"));
        Assert.Equal("Origin", Header(answer, "Vary"));
        // For the answer itself, and not for the question before it.
        Assert.Null(Header(answer, "Access-Control-Expose-Headers"));
    }

    [Fact]
    public async Task A_preflight_of_an_origin_that_is_not_let_in_names_none()
    {
        await using var server = await Start(c =>
        {
            c.Credentials = true;
            c.Origins.Add("https://other.example");
        });
        using var answer = await Ask(server, HttpMethod.Options, preflight: true);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Null(Header(answer, "Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Headers_that_scripts_may_read_are_named_in_answers()
    {
        await using var server = await Start(c =>
        {
            c.AnyOrigin = true;
            c.ExposedHeaders.Add("x-five");
            c.ExposedHeaders.Add("x-six");
        });
        using var answer = await Ask(server, HttpMethod.Get);

        Assert.Equal("x-five,x-six", Header(answer, "Access-Control-Expose-Headers"));
    }

    [Fact]
    public async Task A_compressed_answer_depends_on_the_origin_and_on_the_encoding()
    {
        await using var server = await TestServer.StartAsync(engine: static o =>
        {
            o.Cors = new EngineCors { AnyOrigin = true, Credentials = true };
            o.HttpCompression = true;
        });
        server.Http.DefaultRequestHeaders.Add("Origin", "https://app.example");
        server.Http.DefaultRequestHeaders.Add("Accept-Encoding", "gzip");
        var client = await server.PollingAsync("/engine.io/");
        await client.SendAsync("4" + new string('x', 2_000));
        using var answer = await client.GetAsync();

        Assert.Equal(["gzip"], answer.Content.Headers.ContentEncoding);
        Assert.Equal("Origin,Accept-Encoding", Header(answer, "Vary"));
    }

    [Fact]
    public async Task A_refusal_carries_the_headers_too()
    {
        await using var server = await Start(c => c.AnyOrigin = true);
        using var answer = await server.Http.GetAsync("/engine.io/?EIO=3&transport=polling", TestServer.Cancellation);

        Assert.Equal("*", Header(answer, "Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Rules_that_let_nobody_in_stop_the_start() =>
        await Assert.ThrowsAsync<OptionsValidationException>(() => Start(_ => { }));
}
