using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Stoa.Core;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Hosting.OpenApi;

/// <summary>
/// What a route may refuse because of what stands around its operation: its policy, its body, its parameters, its cost, an outage.
/// Nothing of it is written at the route.
/// </summary>
/// <remarks>
/// What only the operation knows stands at the route (<see cref="RouteDocs.Refuses"/>). A test compares both with what is answered.
/// </remarks>
internal static class RefusalCauses
{
    private static readonly Refusal Malformed = Refusal.Invalid("request.malformed", "The request could not be read");
    private static readonly Refusal NoRoute = Refusal.NotFound("route.not_found", "Not Found");
    private static readonly Refusal Invalid = Refusal.Invalid(Validation.Code, "The request is not valid");
    private static readonly Refusal TooLarge = Refusal.TooLarge("request.too_large", "The request body is too large");

    // A fault is no operation's refusal, so it has no kind; its status is given with it.
    private static readonly Refusal Fault =
        new(RefusalKind.Unavailable, "fault", "Something went wrong on our side; the trace id names it in the log");

    private static readonly Refusal Unsupported = Refusal.Unsupported(
        "request.unsupported_media_type", "The body has a content type that this route does not take; most take application/json");

    private static readonly Refusal[] Unauthenticated =
    [
        Refusal.Unauthenticated("auth.required", "Not authenticated"),
        Refusal.Unauthenticated("auth.token_invalid", "Could not validate credentials"),
        Refusal.Unauthenticated("auth.token_expired", "Token has expired"),
        SessionGate.Ended,
    ];

    private static readonly Refusal SecondStepNeeded = Refusal.Forbidden(
        "auth.second_step_needed", "These powers wait for a second step: enrol an authenticator first");

    /// <summary>Each with its status; the same for every route with the same causes.</summary>
    public static IEnumerable<(int Status, Refusal Refusal)> Of(ApiDescription route)
    {
        var metadata = route.ActionDescriptor.EndpointMetadata;
        var refusals = OfRights(metadata).Concat(OfReading(route)).Append(Outages.Unavailable);
        if (metadata.OfType<RequestCost>().LastOrDefault() is not { Permits: 0 } || metadata.OfType<PresentsCredential>().Any())
            refusals = refusals.Append(RequestLimits.TooMany);
        return refusals.Distinct().Select(static r => (r.Status(), r)).Append((StatusCodes.Status500InternalServerError, Fault));
    }

    private static Refusal[] OfRights(IList<object> metadata)
    {
        var policies = metadata.OfType<IAuthorizeData>().ToList();
        if (policies.Count == 0)
            return [];
        if (policies.FindLast(static p => p.Policy is not null)?.Policy is not { } policy)
            return Unauthenticated;
        Refusal[] rights = [.. Unauthenticated, Problems.WithoutRights(policy), SecondStepNeeded];
        return policy == Policies.SupportDesk ? [.. rights, SupportKey.Wrong] : rights;
    }

    private static IEnumerable<Refusal> OfReading(ApiDescription route)
    {
        var hasBody = route.SupportedRequestFormats.Count > 0;
        if (hasBody)
        {
            yield return TooLarge;
            yield return Unsupported;
        }

        // U+0000 in an address is refused before anything else is known of it.
        if (hasBody || route.ParameterDescriptions.Any(IsOfAddress))
            yield return Malformed;

        // What does not fit a place in the path makes the address that of another route, or of none.
        if (route.ParameterDescriptions.Any(IsConstrained))
            yield return NoRoute;
        var isUnprocessable = route.ActionDescriptor.EndpointMetadata.OfType<UnprocessableWhenInvalid>().Any();
        if (hasBody || route.ParameterDescriptions.Any(CanBeWrong))
            yield return isUnprocessable ? Invalid with { Kind = RefusalKind.Unprocessable } : Invalid;
    }

    private static bool CanBeWrong(ApiParameterDescription parameter) =>
        (IsOfAddress(parameter) || parameter.Source == BindingSource.Header)
        && !IsConstrained(parameter)
        && (!IsText(parameter) || IsChecked(parameter));

    private static bool IsConstrained(ApiParameterDescription parameter) => parameter.RouteInfo?.Constraints?.Any() is true;

    private static bool IsOfAddress(ApiParameterDescription parameter) =>
        parameter.Source == BindingSource.Query || parameter.Source == BindingSource.Path;

    private static bool IsText(ApiParameterDescription parameter) => parameter.Type == typeof(string);

    private static bool IsChecked(ApiParameterDescription parameter) =>
        parameter.ParameterDescriptor is IParameterInfoParameterDescriptor { ParameterInfo: { } declared }
        && declared.IsDefined(typeof(ValidationAttribute), inherit: true);
}
