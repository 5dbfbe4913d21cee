using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Stoa.TestSupport.Answers;

/// <summary>
/// What the servers of this test program answered, each kind of answer once: by operation, status, media type and the code of a refusal,
/// with the shapes of its bodies.
/// </summary>
public static class RecordedAnswers
{
    // Enough to see every member and every type; a table keyed by ids has a new shape each time.
    private const int MostShapes = 50;
    private static readonly ConcurrentDictionary<Kind, ConcurrentDictionary<string, bool>> Shapes = new();

    /// <param name="Method">As sent; HEAD is the GET it is answered as.</param>
    /// <param name="Path">The route's template as the API document spells it.</param>
    /// <param name="Type">The media type alone; empty without a body.</param>
    /// <param name="Code">Of a problem document; else null.</param>
    public sealed record Kind(string Method, string Path, int Status, string Type, string? Code);

    /// <summary>What was answered since it was last taken.</summary>
    public static IReadOnlyCollection<(Kind Kind, IReadOnlyCollection<string> Bodies)> TakeAll()
    {
        var taken = new List<(Kind, IReadOnlyCollection<string>)>();
        foreach (var kind in Shapes.Keys)
        {
            if (Shapes.TryRemove(kind, out var shapes))
                taken.Add((kind, [.. shapes.Keys]));
        }

        return taken;
    }

    /// <param name="body">Null: too large to be looked into.</param>
    internal static void Add(string method, string path, int status, string type, byte[]? body)
    {
        var (shape, code) = Read(type, body);
        var shapes = Shapes.GetOrAdd(new Kind(method, path, status, type, code), static _ => new(StringComparer.Ordinal));
        if (shape is not null && shapes.Count < MostShapes)
            shapes.TryAdd(shape, true);
    }

    private static (string? Shape, string? Code) Read(string type, byte[]? body)
    {
        var isProblem = type == "application/problem+json";
        if (body is not { Length: > 0 } || !(isProblem || type == "application/json"))
            return default;
        try
        {
            using var json = JsonDocument.Parse(body);
            var code = isProblem && json.RootElement.TryGetProperty("code", out var given) ? given.GetString() : null;
            return (ShapeOf(json.RootElement).ToJsonString(), code);
        }
        catch (JsonException)
        {
            // Its reader went away before the end.
            return default;
        }
    }

    /// <summary>The body with the names of types in the place of values; of a list one example of each shape.</summary>
    private static JsonNode ShapeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => new JsonObject(value.EnumerateObject()
            .OrderBy(static m => m.Name, StringComparer.Ordinal).DistinctBy(static m => m.Name)
            .Select(static m => KeyValuePair.Create<string, JsonNode?>(m.Name, ShapeOf(m.Value)))),
        JsonValueKind.Array => new JsonArray([.. value.EnumerateArray().Select(ShapeOf)
            .DistinctBy(static s => s.ToJsonString()).OrderBy(static s => s.ToJsonString(), StringComparer.Ordinal)]),
        JsonValueKind.Number => value.TryGetInt64(out _) ? "integer" : "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Null => "null",
        _ => "string",
    };
}
