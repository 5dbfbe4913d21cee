using System.Collections.Immutable;
using Microsoft.AspNetCore.Http.HttpResults;
using Stoa.Core;

namespace Stoa.Server.Hosting.Errors;

/// <summary>Turns an operation's outcome into an HTTP answer.</summary>
public static class Refusals
{
    /// <summary>200 with the value's wire shape, or the refusal's problem document.</summary>
    public static Results<Ok<TWire>, ProblemHttpResult> ToOk<T, TWire>(this Outcome<T> outcome, Func<T, TWire> shape) =>
        outcome.Refusal is { } refusal ? refusal.ToHttp() : TypedResults.Ok(shape(outcome.Value));

    /// <summary>201 with the value's wire shape, or the refusal's problem document.</summary>
    public static Results<Created<TWire>, ProblemHttpResult> ToCreated<T, TWire>(this Outcome<T> outcome, Func<T, TWire> shape) =>
        outcome.Refusal is { } refusal ? refusal.ToHttp() : TypedResults.Created((string?)null, shape(outcome.Value));

    public static ProblemHttpResult ToHttp(this Refusal refusal) =>
        TypedResults.Problem(refusal.Text, statusCode: refusal.Status(), extensions: Extensions(refusal));

    /// <summary>The member of a problem document that becomes the header <c>Retry-After</c>: whole seconds, rounded up.</summary>
    internal const string RetryAfterMember = "retry_after";

    private static Dictionary<string, object?> Extensions(Refusal refusal)
    {
        var members = new Dictionary<string, object?> { ["code"] = refusal.Code };
        if (refusal.RetryAfter is { } wait)
            members[RetryAfterMember] = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        foreach (var (name, detail) in refusal.Details ?? ImmutableDictionary<string, object>.Empty)
            members[name] = detail;
        return members;
    }

    /// <summary>The HTTP status of a refusal.</summary>
    public static int Status(this Refusal refusal) => refusal.Kind switch
    {
        RefusalKind.Invalid => StatusCodes.Status400BadRequest,
        RefusalKind.Unprocessable => StatusCodes.Status422UnprocessableEntity,
        RefusalKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        RefusalKind.Forbidden => StatusCodes.Status403Forbidden,
        RefusalKind.NotFound => StatusCodes.Status404NotFound,
        RefusalKind.Conflict => StatusCodes.Status409Conflict,
        RefusalKind.TooMany => StatusCodes.Status429TooManyRequests,
        RefusalKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        RefusalKind.Unsupported => StatusCodes.Status415UnsupportedMediaType,
        RefusalKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => throw new InvalidOperationException($"No status for {refusal.Kind}"),
    };
}
