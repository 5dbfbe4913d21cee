using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Stoa.Server.Hosting.Json;

/// <summary>How everything is written on the wire: snake_case, or camelCase for the types of a camelCase context; times in UTC with Z.</summary>
/// <remarks>
/// The casing belongs to the type. Contexts sit in one resolver chain, in which the options' naming policy would win over the contexts'
/// own; a modifier renames the members of the camelCase ones.
/// </remarks>
public static class WireJson
{
    /// <summary>The one way JSON is read and written, for routes and for sockets (as <see cref="JsonSerializerOptions"/> from the container).</summary>
    public static IServiceCollection AddWireJson(
        this IServiceCollection services, JsonSerializerContext[] camelCase, JsonSerializerContext[] snakeCase)
    {
        services.ConfigureHttpJsonOptions(o => Apply(o.SerializerOptions, camelCase, snakeCase));
        return services.AddSingleton(p => p.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions);
    }

    /// <param name="camelCase">Contexts of S3's surface, routes and sockets.</param>
    /// <param name="snakeCase">Contexts of everything else.</param>
    private static void Apply(JsonSerializerOptions options, IEnumerable<JsonSerializerContext> camelCase, IEnumerable<JsonSerializerContext> snakeCase)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.PropertyNameCaseInsensitive = true;
        options.NumberHandling = JsonNumberHandling.AllowReadingFromString;
        options.DictionaryKeyPolicy = null;
        options.MaxDepth = 16;

        // Text as people wrote it. Safe because answers are application/json with nosniff, never part of a page.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new UtcTimeConverter());
        options.Converters.Add(new WholeTextConverter());
        options.TypeInfoResolverChain.Clear();
        foreach (var context in camelCase)
            options.TypeInfoResolverChain.Add(((IJsonTypeInfoResolver)context).WithAddedModifier(CamelCase));
        foreach (var context in snakeCase)
            options.TypeInfoResolverChain.Add(context);
    }

    private static void CamelCase(JsonTypeInfo info)
    {
        foreach (var property in info.Properties)
        {
            if (property.AttributeProvider is MemberInfo member && !member.IsDefined(typeof(JsonPropertyNameAttribute), inherit: true))
                property.Name = JsonNamingPolicy.CamelCase.ConvertName(member.Name);
        }
    }
}

/// <summary>Marks route groups whose JSON is in camelCase, for names in validation errors.</summary>
public sealed class CamelCaseWire;
