using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;

namespace Stoa.Server.Hosting.OpenApi;

/// <summary>The API's own description at <c>/openapi/v1.json</c> (OpenAPI 3.1), readable at <c>/docs</c>.</summary>
public static class ApiDocument
{
    internal const string Name = "v1";
    private const string Path = "/openapi/v1.json";
    private const string Scheme = "bearer";

    /// <summary>In which order somebody who is new here reads; what is not named comes last.</summary>
    private static readonly string[] Reading =
    [
        "Auth", "Second step", "Passkeys", "Password reset", "Addresses", "Email verification", "Users", "Profiles", "People", "Presence", "Invitations",
        "Conversations", "Mailbox", "Threads", "Files", "Notifications", "Communications", "Consultations", "Support", "SMS", "Reports",
        "Privacy", "Restrictions", "Thread moderation", "Messaging settings", "Support desk", "Operations",
    ];

    public static IServiceCollection AddApiDocument(this IServiceCollection services) => services.AddOpenApi(Name, static o =>
    {
        o.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        o.AddDocumentTransformer(Introduce);
        o.AddOperationTransformer(DescribeAsync);
        o.AddSchemaTransformer(NameTexts);
        o.AddSchemaTransformer(FreeWhatMayBeMissing);
    });

    public static void MapApiDocument(this IEndpointRouteBuilder routes)
    {
        var kept = new KeptDocument(routes.ServiceProvider);
        routes.MapGet(Path, kept.AnswerAsync).ExcludeFromDescription();
    }

    /// <summary>Pages for people, before the routes.</summary>
    public static void UseApiPages(this WebApplication app) => app.UseSwaggerUI(static o =>
    {
        o.RoutePrefix = "docs";
        o.DocumentTitle = "Stoa API";
        o.SwaggerEndpoint(Path, "Stoa");
        o.HeadContent = $"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>{Style()}</style>";
        o.EnableFilter();
        o.EnableDeepLinking();
        o.DefaultModelsExpandDepth(0);
    });

    /// <summary>The house's dress, within the page: the policy of pages allows styles there, and nothing from elsewhere.</summary>
    private static string Style()
    {
        using var style = new StreamReader(typeof(ApiDocument).Assembly.GetManifestResourceStream("docs.css")!);
        return style.ReadToEnd();
    }

    private static Task Introduce(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Stoa",
            Version = "1",
            Description = "Accounts, messaging and more for apps in which people meet. Stored before acknowledged, numbered without gaps, delivered or recoverable. "
                + "Every error is one problem document (RFC 9457) with a stable `code`. "
                + "Before a route is chosen any request may be refused: 404 and 405, 400 for an address that holds U+0000, "
                + "415 for an encoded body or a charset nobody knows.",
        };
        // Relative to where it is read: the document is the same for everybody, whatever host he asked.
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Tags = document.Tags?.OrderBy(static t => Array.IndexOf(Reading, t.Name) is var place and >= 0 ? place : Reading.Length).ToHashSet();
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = Scheme, BearerFormat = "JWT" },
        };
        return Task.CompletedTask;
    }

    private static async Task DescribeAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<IAuthorizeData>().Any())
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] }];
        if (operation.RequestBody is OpenApiRequestBody body && metadata.OfType<RouteExample>().LastOrDefault() is { } example)
        {
            foreach (var content in body.Content?.Values ?? [])
                content.Example = example.Body.DeepClone();
        }

        await AnsweredResponses.PutAsync(operation, context, cancellation);
        var own = metadata.OfType<RouteRefusals>().SelectMany(static r => r.Refusals).Select(static r => (r.Status(), r));
        RefusedResponses.Put(context.Document!, operation, RefusalCauses.Of(context.Description), own);
    }

    /// <summary>A member that is left out when it is null need not be there, whatever the constructor of its type needs.</summary>
    private static Task FreeWhatMayBeMissing(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        foreach (var member in context.JsonTypeInfo.Properties)
        {
            if (member.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true).Length > 0)
                schema.Required?.Remove(member.Name);
        }

        return Task.CompletedTask;
    }

    /// <summary>Says what our own converters hide from the generator: texts, times and ids are strings.</summary>
    private static Task NameTexts(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type != typeof(string) && type != typeof(DateTimeOffset) && type != typeof(StringId))
            return Task.CompletedTask;

        var nullable = type != context.JsonTypeInfo.Type || context.JsonPropertyInfo is { IsGetNullable: true };
        schema.Type = nullable ? JsonSchemaType.String | JsonSchemaType.Null : JsonSchemaType.String;
        if (type == typeof(StringId))
        {
            schema.Pattern = "^[0-9]+$";
            schema.Examples = ["7"];
            schema.Description = "An id: a string of digits. A number is accepted too.";
        }

        return Task.CompletedTask;
    }
}
