using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Stoa.TestSupport.Answers;

/// <summary>What a route is called in the API document.</summary>
public static partial class DocumentedPath
{
    /// <summary>Its path; null when the document leaves it out.</summary>
    public static string? Of(RouteEndpoint route)
    {
        if (route.RoutePattern.RawText is not { } pattern || route.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is not null)
            return null;
        return "/" + Constraint().Replace(pattern, "{$1}").Trim('/');
    }

    // {id:long} and {name?} are {id} and {name} in the document.
    [GeneratedRegex(@"\{\**(\w+)[^}]*\}")]
    private static partial Regex Constraint();
}
