using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace Stoa.Server.Hosting.Errors;

/// <summary>Answers requests that could not be bound: malformed JSON is 400, JSON of the wrong shape is a validation error with the member's name.</summary>
internal sealed class BadRequests(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
            return true;
        if (exception is not BadHttpRequestException bad)
            return false;

        var document = Invalid(context, bad) ?? new ProblemDetails { Status = bad.StatusCode };
        context.Response.StatusCode = document.Status ?? Validation.StatusOn(context);
        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = document });
    }

    /// <summary>What is wrong when the request could be read but does not fit; null when it could not be read.</summary>
    private static HttpValidationProblemDetails? Invalid(HttpContext context, BadHttpRequestException bad)
    {
        if (bad.InnerException is JsonException { InnerException: null or InvalidOperationException or FormatException, Path: { } path } shape)
            return Validation.Of(MemberIn(path), TextOf(shape));
        return UnfitParameter.NameOf(context) is { } name ? Validation.OfType(name) : null;
    }

    private static string MemberIn(string path) => path.Length > 2 && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : "body";

    // The serializer's own sentences name types of ours; only those of our converters are for clients.
    private static string TextOf(JsonException shape) =>
        shape.Message.StartsWith("The JSON property", StringComparison.Ordinal) ? "is no member of this body"
        : shape.Message.StartsWith("Text must", StringComparison.Ordinal) || shape.Message.StartsWith("An id is", StringComparison.Ordinal)
            ? shape.Message[..(shape.Message.IndexOf('.', StringComparison.Ordinal) + 1)]
            : Validation.WrongType;
}
