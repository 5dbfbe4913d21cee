using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Stoa.TestSupport.Answers;

/// <summary>An OpenAPI document, asked whether it promises an answer.</summary>
public sealed class ApiPromises(JsonElement document)
{
    private readonly PromisedShape shapes = new(document);

    /// <summary>What was answered (<see cref="RecordedAnswers"/>) and of which the document of these servers does not tell.</summary>
    public static async Task<IReadOnlyList<string>> WhatIsMissingAsync()
    {
        var answers = RecordedAnswers.TakeAll();
        if (answers.Count == 0)
            return [];
        using var http = StoaServer.For(Database.Sqlite).NewClient();
        var promises = new ApiPromises(await http.GetFromJsonAsync<JsonElement>("/openapi/v1.json", CancellationToken.None));
        return [.. answers.SelectMany(a => promises.WhatIsMissing(a.Kind, a.Bodies)).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>A sentence for each way in which the document does not tell of this answer.</summary>
    public IEnumerable<string> WhatIsMissing(RecordedAnswers.Kind answer, IReadOnlyCollection<string> bodies)
    {
        var name = $"{answer.Method} {answer.Path}";
        if (!Find(document, "paths", answer.Path, answer.Method.ToLowerInvariant(), out var operation))
            return [$"{name}: the operation is not in the document"];
        if (!Find(operation, "responses", answer.Status.ToString(CultureInfo.InvariantCulture), out var response))
            return [$"{name}: {answer.Status} {answer.Code} is not documented"];
        response = shapes.Resolve(response);
        if (answer.Type.Length == 0)
            return [];
        if (!Find(response, "content", answer.Type, out var content) && !Find(response, "content", "*/*", out content))
            return [$"{name}: {answer.Status} as {answer.Type} is not documented"];
        if (answer.Code is { } code && !Find(content, "examples", code, out _))
            return [$"{name}: {answer.Status} {code} is not documented"];
        if (bodies.Count == 0)
            return [];
        if (!content.TryGetProperty("schema", out var schema))
            return [$"{name}: {answer.Status} has no schema"];
        return bodies.SelectMany(b => shapes.WhatIsWrong(JsonDocument.Parse(b).RootElement, schema, ""))
            .Select(w => $"{name}: {answer.Status} {w}").Distinct();
    }

    private static bool Find(JsonElement from, string first, string second, out JsonElement found) =>
        from.TryGetProperty(first, out found) && found.TryGetProperty(second, out found);

    private static bool Find(JsonElement from, string first, string second, string third, out JsonElement found) =>
        Find(from, first, second, out found) && found.TryGetProperty(third, out found);
}
