using System.Text.Json;

namespace Stoa.TestSupport.Answers;

/// <summary>
/// Compares shapes of bodies (<see cref="RecordedAnswers"/>) with the schemas of a document: the members, whether they must be there, and
/// their types.
/// </summary>
internal sealed class PromisedShape(JsonElement document)
{
    /// <summary>What a reference refers to; anything else is itself.</summary>
    public JsonElement Resolve(JsonElement value)
    {
        while (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("$ref", out var reference))
        {
            value = document;
            foreach (var name in reference.GetString()!.TrimStart('#', '/').Split('/'))
                value = value.GetProperty(name);
        }

        return value;
    }

    /// <param name="at">Where in the body, for the sentence.</param>
    public IEnumerable<string> WhatIsWrong(JsonElement shape, JsonElement schema, string at)
    {
        schema = Resolve(schema);
        var type = shape.ValueKind switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            _ => shape.GetString()!,
        };
        if (schema.TryGetProperty("anyOf", out var choices) || schema.TryGetProperty("oneOf", out choices))
        {
            // What fits best says best what is wrong.
            var fitting = choices.EnumerateArray().Where(c => Allows(Resolve(c), type)).Select(c => WhatIsWrong(shape, c, at).ToList());
            return fitting.MinBy(static w => w.Count) ?? [$"{at} is {type}, which is not documented"];
        }

        return !Allows(schema, type) ? [$"{at} is {type}, which is not documented"]
            : type == "object" ? WrongMembers(shape, schema, at)
            : type != "array" || !schema.TryGetProperty("items", out var items) ? []
            : shape.EnumerateArray().SelectMany(i => WhatIsWrong(i, items, at + "[]"));
    }

    private static bool Allows(JsonElement schema, string type)
    {
        if (!schema.TryGetProperty("type", out var given))
            return true;
        var allowed = given.ValueKind == JsonValueKind.Array ? [.. given.EnumerateArray().Select(static t => t.GetString()!)]
            : new List<string> { given.GetString()! };
        return allowed.Contains(type) || (type == "integer" && allowed.Contains("number"));
    }

    private IEnumerable<string> WrongMembers(JsonElement shape, JsonElement schema, string at)
    {
        var hasMore = schema.TryGetProperty("additionalProperties", out var more) && more.ValueKind != JsonValueKind.False;
        if (!schema.TryGetProperty("properties", out var known) && !hasMore)
            yield break;
        foreach (var member in shape.EnumerateObject())
        {
            var name = $"{at}.{member.Name}";
            if (known.ValueKind == JsonValueKind.Object && known.TryGetProperty(member.Name, out var promised))
            {
                foreach (var wrong in WhatIsWrong(member.Value, promised, name))
                    yield return wrong;
            }
            else if (!hasMore)
            {
                yield return $"{name} is not documented";
            }
            else if (more.ValueKind == JsonValueKind.Object)
            {
                foreach (var wrong in WhatIsWrong(member.Value, more, at + ".*"))
                    yield return wrong;
            }
        }

        if (!schema.TryGetProperty("required", out var required))
            yield break;
        foreach (var missing in required.EnumerateArray().Select(static r => r.GetString()!).Where(r => !shape.TryGetProperty(r, out _)))
            yield return $"{at}.{missing} is documented as required and was not there";
    }
}
