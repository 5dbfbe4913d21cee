using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Primitives;

namespace Stoa.Server.Hosting.Errors;

/// <summary>Which parameter of the route made a request unfit: what the framework's compiled routes do not tell of optional ones (they answer an empty 400).</summary>
/// <remarks>Reads each text again as the route does, by its type's <c>TryParse</c>; only refused requests pay for that.</remarks>
internal static class UnfitParameter
{
    /// <summary>The first one whose text is not of its type; null when all are.</summary>
    public static string? NameOf(HttpContext context)
    {
        foreach (var parameter in Validation.EndpointOf(context)?.Metadata.GetOrderedMetadata<IParameterBindingMetadata>() ?? [])
        {
            var type = parameter.ParameterInfo.ParameterType;
            if (parameter.HasTryParse && TextsOf(context.Request, parameter).Any(text => text is { Length: > 0 } && !Fits(type.GetElementType() ?? type, text)))
                return parameter.Name;
        }

        return null;
    }

    private static StringValues TextsOf(HttpRequest request, IParameterBindingMetadata parameter)
    {
        if (request.RouteValues.TryGetValue(parameter.Name, out var value))
            return value as string;
        var named = parameter.ParameterInfo.GetCustomAttributes().OfType<IFromQueryMetadata>().FirstOrDefault()?.Name;
        return request.Query[named ?? parameter.Name];
    }

    private static bool Fits(Type type, string text)
    {
        var target = Nullable.GetUnderlyingType(type) ?? type;
        if (target.IsEnum)
            return Enum.TryParse(target, text, out _);
        var parse = target.GetMethod("TryParse", BindingFlags.Public | BindingFlags.Static, [typeof(string), typeof(IFormatProvider), target.MakeByRefType()]);
        if (parse is not null)
            return parse.Invoke(null, [text, CultureInfo.InvariantCulture, null]) is true;
        parse = target.GetMethod("TryParse", BindingFlags.Public | BindingFlags.Static, [typeof(string), target.MakeByRefType()]);
        return parse is null || parse.Invoke(null, [text, null]) is true;
    }
}
