using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Stoa.TestSupport;
using Stoa.TestSupport.Answers;
using Xunit;

namespace Slices.Faces;

/// <summary>
/// What is refused before a route is chosen belongs to no operation, so nobody records it (<see cref="RecordedAnswers"/>); to a client it is an answer of
/// the operation that it meant. Each is asked for here, at every operation, and stands in the API document.
/// </summary>
public sealed class RefusedBeforeTests
{
    private static readonly string[] Ways = ["an address that does not fit", "U+0000 in the address", "an encoded body"];

    [Fact]
    public async Task What_is_refused_before_a_route_is_chosen_stands_in_the_api_document()
    {
        var stoa = StoaServer.For(Database.Sqlite);
        using var http = new HttpClient { BaseAddress = stoa.Address };
        var promises = new ApiPromises(await http.GetFromJsonAsync<JsonElement>("/openapi/v1.json", TestContext.Current.CancellationToken));
        var (missing, asked) = (new List<string>(), Ways.ToDictionary(static w => w, static _ => 0));

        foreach (var route in stoa.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            if (DocumentedPath.Of(route) is not { } path || route.Metadata.GetMetadata<HttpMethodMetadata>() is not { } methods)
                continue;
            foreach (var (way, request) in methods.HttpMethods.SelectMany(m => Requests(route, m, path)))
            {
                using var sent = request;
                using var answer = await http.SendAsync(sent, TestContext.Current.CancellationToken);
                if (sent.Method == HttpMethod.Head)
                    continue;
                asked[way]++;
                var type = answer.Content.Headers.ContentType?.MediaType ?? "";
                var code = type.Length == 0 ? null
                    : (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("code").GetString();
                missing.AddRange(promises.WhatIsMissing(new(sent.Method.Method, path, (int)answer.StatusCode, type, code), [])
                    .Select(m => $"{m} (with {way})"));
            }
        }

        Assert.True(missing.Count == 0, string.Join('\n', missing));
        Assert.All(asked, static a => Assert.True(a.Value > 20, $"{a.Key}: asked {a.Value} times"));
    }

    private static IEnumerable<(string Way, HttpRequestMessage Request)> Requests(RouteEndpoint route, string method, string path)
    {
        var pattern = route.RoutePattern;
        if (pattern.ParameterPolicies.Count > 0)
            yield return (Ways[0], Ask(method, Filled(pattern, path, "x")));
        if (pattern.Parameters.Count > 0)
            yield return (Ways[1], Ask(method, Filled(pattern, path, "1") + "?any=%00"));
        if (route.Metadata.GetMetadata<IAcceptsMetadata>() is not null)
        {
            var encoded = Ask(method, Filled(pattern, path, "1"));
            encoded.Content = new StringContent("{}", Encoding.UTF8, "application/json") { Headers = { ContentEncoding = { "gzip" } } };
            yield return (Ways[2], encoded);
        }
    }

    private static HttpRequestMessage Ask(string method, string address) => new(new HttpMethod(method), address);

    private static string Filled(RoutePattern pattern, string path, string value) =>
        pattern.Parameters.Aggregate(path, (filled, place) => filled.Replace($"{{{place.Name}}}", value, StringComparison.Ordinal));
}
