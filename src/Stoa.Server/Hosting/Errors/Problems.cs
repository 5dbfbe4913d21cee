using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Stoa.Core;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Tokens;
using Stoa.Server.Hosting.Web;

namespace Stoa.Server.Hosting.Errors;

/// <summary>Every error answer is one problem document (RFC 9457) that also speaks the five surfaces' own dialects (contract E.7).</summary>
/// <remarks><c>detail</c>, <c>error</c> and <c>message</c> are the same sentence; <c>code</c> is what a client branches on.</remarks>
public static class Problems
{
    public static IServiceCollection AddProblems(this IServiceCollection services)
    {
        // Before the framework's: the first that can write does.
        services.AddSingleton<IProblemDetailsWriter, ProblemWriter>();
        services.AddProblemDetails();
        services.AddExceptionHandler<BadRequests>();
        services.AddExceptionHandler<OutageHandler>();
        services.AddSingleton<Outages>();

        // A body that does not fit reaches BadRequests, which knows whether it was malformed or of the wrong shape.
        services.Configure<RouteHandlerOptions>(static o => o.ThrowOnBadRequest = true);
        return services;
    }

    public static IApplicationBuilder UseProblems(this IApplicationBuilder app) => app.UseExceptionHandler().UseStatusCodePages(AnswerAsync);

    /// <summary>Gives an error without a body one.</summary>
    private static async Task AnswerAsync(StatusCodeContext error)
    {
        var context = error.HttpContext;
        var problem = context.Response.StatusCode == StatusCodes.Status400BadRequest && UnfitParameter.NameOf(context) is { } name
            ? Validation.OfType(name)
            : new ProblemDetails { Status = context.Response.StatusCode };
        await context.RequestServices.GetRequiredService<IProblemDetailsService>().WriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = problem });
    }

    /// <summary>Adds what every problem says; also the headers, which an exception took away.</summary>
    internal static void Complete(ProblemDetailsContext context)
    {
        AnswerHeaders.Put(context.HttpContext);
        var problem = context.ProblemDetails;
        if (problem is HttpValidationProblemDetails { Errors.Count: > 0 } invalid)
            Validation.Describe(context.HttpContext, invalid);

        var status = problem.Status ?? context.HttpContext.Response.StatusCode;
        var (code, text) = Default(status, context.HttpContext);
        problem.Status = status;
        problem.Title ??= ReasonPhrases.GetReasonPhrase(status);
        problem.Type ??= "about:blank";
        problem.Extensions.TryAdd("code", code);
        if (status == StatusCodes.Status403Forbidden)
            NoteRefusedRights(context.HttpContext, problem.Extensions["code"]);
        if (status == StatusCodes.Status429TooManyRequests)
            TellWhen(context.HttpContext.Response.Headers, problem);
        if (status == StatusCodes.Status503ServiceUnavailable)
            context.HttpContext.Response.Headers.RetryAfter = SecondsToWait(problem);

        // RFC 9110 §15.5.2: whoever is told to authenticate is told how, also by an operation that refuses.
        if (status == StatusCodes.Status401Unauthorized && context.HttpContext.Response.Headers.WWWAuthenticate.Count == 0)
            context.HttpContext.Response.Headers.WWWAuthenticate = BearerHandler.Challenge;
        problem.Detail ??= text;
        problem.Extensions["error"] = problem.Detail;
        problem.Extensions["message"] = problem.Detail;
        problem.Extensions["success"] = false;
        problem.Extensions["trace_id"] = Activity.Current?.TraceId.ToHexString() ?? context.HttpContext.TraceIdentifier;
        problem.Extensions.Remove("traceId");
    }

    /// <summary>Whoever tries doors that are not theirs is seen: who, what and from where.</summary>
    private static void NoteRefusedRights(HttpContext context, object? code)
    {
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "-";
        context.RequestServices.GetRequiredService<SecurityTrail>()
            .Log(SecurityEvents.RightsRefused, context.Features.Get<Caller>()?.UserId, $"{context.Request.Method} {route} {code}");
    }

    private static void TellWhen(IHeaderDictionary headers, ProblemDetails problem)
    {
        headers.RetryAfter = SecondsToWait(problem);
        headers["X-RateLimit-Remaining"] = "0";
        headers["X-RateLimit-Reset"] = headers.RetryAfter;
    }

    private static string SecondsToWait(ProblemDetails problem) =>
        (problem.Extensions.TryGetValue(Refusals.RetryAfterMember, out var wait) && wait is int known ? known : 1).ToString(CultureInfo.InvariantCulture);

    private static (string Code, string Text) Default(int status, HttpContext context) => status switch
    {
        StatusCodes.Status400BadRequest => ("request.malformed", "The request could not be read"),
        StatusCodes.Status401Unauthorized => Unauthenticated(context.Features.Get<AuthenticationRefusal>()),
        StatusCodes.Status403Forbidden => Forbidden(context),
        StatusCodes.Status404NotFound => ("route.not_found", "Not Found"),
        StatusCodes.Status405MethodNotAllowed => ("route.method_not_allowed", "Method Not Allowed"),
        StatusCodes.Status413PayloadTooLarge => ("request.too_large", "The request body is too large"),
        StatusCodes.Status415UnsupportedMediaType => ("request.unsupported_media_type", "The body has a content type that this route does not take; most take application/json"),
        StatusCodes.Status422UnprocessableEntity => ("validation.failed", "The request is not valid"),
        StatusCodes.Status429TooManyRequests => ("rate.limited", "Too many requests"),
        >= 500 => ("fault", "Something went wrong on our side; the trace id names it in the log"),
        _ => ($"http.{status}", "The request was refused"),
    };

    private static (string Code, string Text) Forbidden(HttpContext context)
    {
        if (context.Features.Get<AuthenticationRefusal>() is { Code: "auth.key_wrong" } wrong)
            return (wrong.Code, "The key is wrong");
        if (context.Features.Get<Caller>() is { NeedsSecondStep: true })
            return ("auth.second_step_needed", "These powers wait for a second step: enrol an authenticator first");
        var policy = context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>()?.Policy;
        return (WithoutRights(policy).Code, WithoutRights(policy).Text);
    }

    /// <summary>What whoever has not the rights of a policy is answered.</summary>
    internal static Refusal WithoutRights(string? policy) => Refusal.Forbidden("auth.forbidden", policy switch
    {
        Policies.Moderator => "Moderator access required",
        Policies.Admin or Policies.SupportDesk => "Admin access required",
        _ => "Superuser access required",
    });

    private static (string Code, string Text) Unauthenticated(AuthenticationRefusal? refusal) => refusal?.Code switch
    {
        null => ("auth.required", "Not authenticated"),
        "auth.token_expired" => (refusal.Code, "Token has expired"),
        _ => (refusal.Code, "Could not validate credentials"),
    };
}
