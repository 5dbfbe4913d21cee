using System.Text.Json.Nodes;
using Stoa.Core;

namespace Stoa.Server.Hosting.OpenApi;

/// <summary>What a route may refuse, for the API document.</summary>
public sealed record RouteRefusals(IReadOnlyList<Refusal> Refusals);

/// <summary>An example body of a route, as JSON text.</summary>
public sealed record RouteExample(JsonNode Body);

/// <summary>Documents a route where it is mapped.</summary>
public static class RouteDocs
{
    /// <summary>Names the refusals an operation may answer with; each shows up under its status with its code.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder route, params Refusal[] refusals) => route.WithMetadata(new RouteRefusals(refusals));

    /// <summary>Shows a body that works.</summary>
    /// <param name="json">JSON text.</param>
    public static RouteHandlerBuilder Example(this RouteHandlerBuilder route, string json) => route.WithMetadata(new RouteExample(JsonNode.Parse(json)!));
}
