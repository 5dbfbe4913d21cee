using System.Text.Json.Serialization;

namespace Stoa.Server.Operations.Doors;

/// <summary>What the server shows to people and probes: the root, and whether it is alive.</summary>
public static class Faces
{
    public static void MapFaces(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", static () => TypedResults.Ok(new Hello("Hello World", "/docs"))).WithTags("Operations").WithSummary("Where the documentation is");
        routes.MapGet("/health", static () => TypedResults.Ok(new Health("healthy", "Stoa is running"))).WithTags("Operations").WithSummary("Whether the process is alive");
    }
}

public sealed record Hello(string Message, string Docs);

public sealed record Health(string Status, string Message);

[JsonSerializable(typeof(Hello))]
[JsonSerializable(typeof(Health))]
public sealed partial class OperationsJson : JsonSerializerContext;
