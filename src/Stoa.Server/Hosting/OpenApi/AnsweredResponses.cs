using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Stoa.Server.Hosting.OpenApi;

/// <summary>
/// Writes what a route answers into its operation where the type of its handler's result does not say (<see cref="RouteDocs.Answers"/>).
/// </summary>
internal static class AnsweredResponses
{
    private const string Ok = "200";

    public static async Task PutAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var answers = context.Description.ActionDescriptor.EndpointMetadata.OfType<RouteAnswer>().ToList();
        if (answers.Count == 0)
            return;

        // The generator takes for granted that a handler of whom it knows nothing answers 200 with nothing.
        operation.Responses ??= [];
        var isNeverOk = answers.TrueForAll(static a => a.Status != StatusCodes.Status200OK);
        if (isNeverOk && operation.Responses.TryGetValue(Ok, out var assumed) && assumed.Content is not { Count: > 0 })
            operation.Responses.Remove(Ok);
        foreach (var answer in answers)
        {
            var response = new OpenApiResponse { Description = ((HttpStatusCode)answer.Status).ToString() };
            if (answer.MediaType is { } type)
            {
                var schema = await SchemaAsync(answer.Bodies, context, cancellation);
                response.Content = new Dictionary<string, OpenApiMediaType> { [type] = new() { Schema = schema } };
            }

            operation.Responses[answer.Status.ToString(CultureInfo.InvariantCulture)] = response;
        }
    }

    private static async Task<IOpenApiSchema?> SchemaAsync(
        IReadOnlyList<Type> bodies, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var schemas = new List<IOpenApiSchema>();
        foreach (var body in bodies)
            schemas.Add(await SchemaAsync(body, context, cancellation));
        return schemas.Count > 1 ? new OpenApiSchema { AnyOf = schemas } : schemas.FirstOrDefault();
    }

    private static async Task<IOpenApiSchema> SchemaAsync(
        Type body, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var schema = await context.GetOrCreateSchemaAsync(body, null, cancellation);
        if (context.Document is not { } document)
            return schema;
        if (document.Components?.Schemas?.ContainsKey(body.Name) is not true)
            document.AddComponent(body.Name, schema);
        return new OpenApiSchemaReference(body.Name, document);
    }
}
