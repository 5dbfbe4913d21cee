using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Stoa.Server.Hosting.Errors;

/// <summary>Writes every problem as <c>application/problem+json</c>, whatever the request says it accepts.</summary>
/// <remarks>
/// The framework's writer steps aside when <c>Accept</c> names no JSON, and its other texts take its place; an error that depends on a header nobody thinks of
/// is no contract. RFC 9110 §12.5.1 lets a server disregard <c>Accept</c>.
/// </remarks>
internal sealed class ProblemWriter(IOptions<JsonOptions> json) : IProblemDetailsWriter
{
    private const string ContentType = "application/problem+json";

    public bool CanWrite(ProblemDetailsContext context) => true;

    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        Problems.Complete(context);
        var options = json.Value.SerializerOptions;
        return new ValueTask(context.HttpContext.Response.WriteAsJsonAsync(
            context.ProblemDetails, options.GetTypeInfo(context.ProblemDetails.GetType()), ContentType, context.HttpContext.RequestAborted));
    }
}
