using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Stoa.Server.Hosting.Json;

namespace Stoa.Server.Hosting.Errors;

/// <summary>Marks route groups that answer 422 to a body of the wrong shape (S1, S2); others answer 400 (contract E.9.11).</summary>
public sealed class UnprocessableWhenInvalid;

/// <summary>How a body of the wrong shape is answered.</summary>
public static class Validation
{
    public const string Code = "validation.failed";

    public static int StatusOn(HttpContext context) =>
        EndpointOf(context)?.Metadata.GetMetadata<UnprocessableWhenInvalid>() is null ? StatusCodes.Status400BadRequest : StatusCodes.Status422UnprocessableEntity;

    /// <summary>Names the members as the route's JSON does, and gives the document the surface's status and one readable sentence.</summary>
    public static void Describe(HttpContext context, HttpValidationProblemDetails problem)
    {
        var policy = EndpointOf(context)?.Metadata.GetMetadata<CamelCaseWire>() is null ? JsonNamingPolicy.SnakeCaseLower : JsonNamingPolicy.CamelCase;
        foreach (var (key, texts) in problem.Errors.ToArray())
        {
            problem.Errors.Remove(key);
            problem.Errors[string.Join('.', key.Split('.').Select(policy.ConvertName))] = texts;
        }

        problem.Status = StatusOn(context);
        context.Response.StatusCode = problem.Status.Value;
        problem.Title = "Validation failed";
        problem.Detail = string.Join("; ", problem.Errors.Select(static e => $"{e.Key}: {string.Join(", ", e.Value)}"));
        problem.Extensions["code"] = Code;
    }

    public const string WrongType = "has the wrong type";

    /// <summary>One member that is not of its type.</summary>
    public static HttpValidationProblemDetails OfType(string member) => Of(member, WrongType);

    /// <summary>One member that is wrong.</summary>
    public static HttpValidationProblemDetails Of(string member, string text) =>
        new(new Dictionary<string, string[]>(StringComparer.Ordinal) { [member] = [text] });

    // After an exception the pipeline runs again without the endpoint; the handler's feature still knows it.
    internal static Endpoint? EndpointOf(HttpContext context) =>
        context.GetEndpoint() ?? context.Features.Get<Microsoft.AspNetCore.Diagnostics.IExceptionHandlerFeature>()?.Endpoint;
}
