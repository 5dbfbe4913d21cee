using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Stoa.Core;

namespace Stoa.Server.Hosting.OpenApi;

/// <summary>
/// Writes refusals into operations of the API document: each status once, each code as an example. What many routes refuse alike stands in
/// it once.
/// </summary>
internal static class RefusedResponses
{
    private const string Type = "application/problem+json";
    private const string Shape = "Problem";
    private const string TextMember = "message";
    private static readonly string[] Members = ["type", "title", "status", "detail", "error", TextMember, "success", "code", "trace_id"];

    /// <param name="common">What the route refuses as others do.</param>
    /// <param name="own">What only its operation refuses.</param>
    public static void Put(
        OpenApiDocument document,
        OpenApiOperation operation,
        IEnumerable<(int Status, Refusal Refusal)> common,
        IEnumerable<(int Status, Refusal Refusal)> own)
    {
        operation.Responses ??= [];
        var owned = own.ToLookup(static r => r.Status, static r => r.Refusal);
        var shared = common.ToLookup(static r => r.Status, static r => r.Refusal);
        foreach (var status in shared.Select(static g => g.Key).Union(owned.Select(static g => g.Key)).Order())
        {
            var key = status.ToString(CultureInfo.InvariantCulture);
            var refusals = shared[status].Concat(owned[status]).DistinctBy(static r => r.Code).ToList();
            if (operation.Responses.TryGetValue(key, out var there) && there is OpenApiResponse answered)
                Add(document, answered, status, refusals);
            else if (owned.Contains(status) || !IsSharedBy(status))
                operation.Responses[key] = Response(document, status, refusals);
            else
                operation.Responses[key] = Shared(document, status, refusals);
        }
    }

    /// <summary>These have the same codes wherever they come from; others depend on the policy or the surface.</summary>
    private static bool IsSharedBy(int status) =>
        status is not (StatusCodes.Status400BadRequest or StatusCodes.Status403Forbidden or StatusCodes.Status422UnprocessableEntity);

    private static OpenApiResponseReference Shared(OpenApiDocument document, int status, List<Refusal> refusals)
    {
        var name = ((HttpStatusCode)status).ToString();
        if (document.Components?.Responses?.ContainsKey(name) is not true)
            document.AddComponent(name, Response(document, status, refusals));
        return new OpenApiResponseReference(name, document);
    }

    private static OpenApiResponse Response(OpenApiDocument document, int status, List<Refusal> refusals)
    {
        var response = new OpenApiResponse();
        Add(document, response, status, refusals);
        return response;
    }

    private static void Add(OpenApiDocument document, OpenApiResponse response, int status, List<Refusal> refusals)
    {
        response.Description = $"{(HttpStatusCode)status}: {string.Join(", ", refusals.Select(static r => $"`{r.Code}`"))}";
        response.Content ??= new Dictionary<string, OpenApiMediaType>();
        response.Content[Type] = new OpenApiMediaType
        {
            Schema = ShapeIn(document),
            Examples = refusals.ToDictionary(
                static r => r.Code, r => (IOpenApiExample)new OpenApiExample { Value = Problem(status, r) }),
        };
    }

    private static OpenApiSchemaReference ShapeIn(OpenApiDocument document)
    {
        if (document.Components?.Schemas?.ContainsKey(Shape) is not true)
        {
            document.AddComponent(Shape, new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "A refusal (RFC 9457). Branch on `code`; `detail`, `error` and `message` are the same sentence. "
                    + "What else a refusal tells stands beside it.",
                Required = new HashSet<string>(Members, StringComparer.Ordinal),
                Properties = Members.ToDictionary(
                    static m => m, static m => (IOpenApiSchema)new OpenApiSchema { Type = TypeOf(m) }, StringComparer.Ordinal),
                AdditionalProperties = new OpenApiSchema(),
            });
        }

        return new OpenApiSchemaReference(Shape, document);
    }

    private static JsonSchemaType TypeOf(string member) => member switch
    {
        "status" => JsonSchemaType.Integer,
        "success" => JsonSchemaType.Boolean,
        _ => JsonSchemaType.String,
    };

    private static JsonObject Problem(int status, Refusal refusal) => new()
    {
        ["status"] = status,
        ["detail"] = refusal.Text,
        ["error"] = refusal.Text,
        [TextMember] = refusal.Text,
        ["success"] = false,
        ["code"] = refusal.Code,
        ["trace_id"] = "4bf92f3577b34da6a3ce929d0e0e4736",
    };
}
