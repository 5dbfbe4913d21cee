using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Web;

namespace Stoa.Server.Operations.Doors;

/// <summary>What the server shows to people and probes: the root, whether it is alive, and whether it is ready.</summary>
public static class Faces
{
    public static void MapFaces(this IEndpointRouteBuilder routes)
    {
        var faces = routes.MapGroup("").WithTags("Operations");
        faces.MapGet("/", static () => TypedResults.Ok(new Hello("Hello World", "/docs"))).WithSummary("Where the documentation is");
        faces.MapGet("/health", static () => TypedResults.Ok(new Health("healthy", "Stoa is running"))).WithSummary("Whether the process is alive");
        faces.MapGet("/health/ready", Ready).WithSummary("Whether this node can work: database and disk, each with its state")
            .Produces<Readiness>().Produces<Readiness>(StatusCodes.Status503ServiceUnavailable);
        foreach (var path in (string[])["/db-test", "/api/db-test"])
            faces.MapGet(path, DbTest).WithSummary("Whether the database answers").ForMonitoring()
                .Produces<Health>().Produces<Health>(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<JsonHttpResult<Readiness>> Ready(CheckReadiness readiness, CancellationToken cancellation)
    {
        var checks = await readiness.Handle(cancellation);
        var isReady = checks.All(static c => c.IsHealthy);
        return TypedResults.Json(
            new Readiness(isReady ? "healthy" : "unhealthy", checks.ToDictionary(static c => c.Name, static c => c.State)), statusCode: StatusOf(isReady));
    }

    private static async Task<JsonHttpResult<Health>> DbTest(CheckReadiness readiness, CancellationToken cancellation)
    {
        var check = await readiness.DatabaseAsync(cancellation);
        return TypedResults.Json(
            check.IsHealthy ? new Health("ok", "The database answers") : new Health("error", "The database does not answer"), statusCode: StatusOf(check.IsHealthy));
    }

    private static int StatusOf(bool isHealthy) => isHealthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
}

public sealed record Hello(string Message, string Docs);

public sealed record Health(string Status, string Message);

/// <param name="Checks">State by name.</param>
public sealed record Readiness(string Status, IReadOnlyDictionary<string, string> Checks);

[JsonSerializable(typeof(Hello))]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(Readiness))]
[JsonSerializable(typeof(AuditPage))]
public sealed partial class OperationsJson : JsonSerializerContext;
