using System.Text.Json.Nodes;
using Stoa.Core;

namespace Stoa.Server.Hosting.OpenApi;

/// <summary>What a route may refuse, for the API document.</summary>
public sealed record RouteRefusals(IReadOnlyList<Refusal> Refusals);

/// <summary>What a route answers with a status, for the API document.</summary>
/// <param name="MediaType">Null: nothing.</param>
/// <param name="Bodies">One of these; none: whatever bytes.</param>
public sealed record RouteAnswer(int Status, string? MediaType, IReadOnlyList<Type> Bodies);

/// <summary>An example body of a route, as JSON text.</summary>
public sealed record RouteExample(JsonNode Body);

/// <summary>Documents a route where it is mapped.</summary>
public static class RouteDocs
{
    private const string AnyMedia = "*/*";

    /// <summary>Names the refusals an operation may answer with; each shows up under its status with its code.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder route, params Refusal[] refusals) => route.WithMetadata(new RouteRefusals(refusals));

    /// <summary>Says what is answered where the type of the handler's result does not: one of these bodies, as JSON.</summary>
    public static RouteHandlerBuilder Answers(this RouteHandlerBuilder route, int status, params Type[] bodies) =>
        route.WithMetadata(new RouteAnswer(status, "application/json", bodies));

    /// <summary>Says that a file is answered, whole or a range of it, or that the client has it already (RFC 9110 §13, §14).</summary>
    public static RouteHandlerBuilder AnswersFile(this RouteHandlerBuilder route) => route.WithMetadata(
        new RouteAnswer(StatusCodes.Status200OK, AnyMedia, []), new RouteAnswer(StatusCodes.Status206PartialContent, AnyMedia, []),
        new RouteAnswer(StatusCodes.Status304NotModified, null, []),

        // The framework answers these two with the file's media type and nothing in it.
        new RouteAnswer(StatusCodes.Status412PreconditionFailed, AnyMedia, []), new RouteAnswer(StatusCodes.Status416RangeNotSatisfiable, AnyMedia, []));

    /// <summary>Shows a body that works.</summary>
    /// <param name="json">JSON text.</param>
    public static RouteHandlerBuilder Example(this RouteHandlerBuilder route, string json) => route.WithMetadata(new RouteExample(JsonNode.Parse(json)!));
}
