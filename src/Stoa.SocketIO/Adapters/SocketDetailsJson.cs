using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Stoa.SocketIO.EngineIO;
using Stoa.SocketIO.Namespaces;

namespace Stoa.SocketIO.Adapters;

/// <summary>For adapters: what a node tells of a socket, <c>{id, handshake, rooms, data}</c>, with the handshake as the reference server has it.</summary>
public static class SocketDetailsJson
{
    /// <summary>Writes one object.</summary>
    /// <param name="options">How values of the data bag are serialized.</param>
    public static void Write(Utf8JsonWriter json, SocketDetails socket, JsonSerializerOptions options)
    {
        json.WriteStartObject();
        json.WriteString("id", socket.Id);
        WriteHandshake(json, socket.Handshake);
        json.WriteStartArray("rooms");
        foreach (var room in socket.Rooms)
            json.WriteStringValue(room);
        json.WriteEndArray();
        json.WritePropertyName("data");
        WriteData(json, socket.Data, options);
        json.WriteEndObject();
    }

    /// <summary>A data bag; a value that has no JSON form is left out, since the rest is still of use.</summary>
    public static void WriteData(Utf8JsonWriter json, IReadOnlyDictionary<string, object?> data, JsonSerializerOptions options)
    {
        json.WriteStartObject();
        foreach (var (key, value) in data)
        {
            if (Serialize(value, options) is not { } serialized)
                continue;
            json.WritePropertyName(key);
            serialized.WriteTo(json);
        }

        json.WriteEndObject();
    }

    /// <summary>Null when it does not even have an id.</summary>
    public static SocketDetails? Read(JsonElement socket)
    {
        if (socket.ValueKind != JsonValueKind.Object || Text(socket, "id") is not { } id)
            return null;
        var rooms = socket.TryGetProperty("rooms", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(r => r.ToString()).Where(r => r != id).ToList()
            : [];
        return new SocketDetails(id, ReadHandshake(Object(socket, "handshake")), [id, .. rooms], ReadData(Object(socket, "data")));
    }

    /// <summary>The values stay JSON.</summary>
    public static Dictionary<string, object?> ReadData(JsonElement? data)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (data is { } bag)
        {
            foreach (var property in bag.EnumerateObject())
                values[property.Name] = property.Value;
        }

        return values;
    }

    private static JsonElement? Serialize(object? value, JsonSerializerOptions options)
    {
        try
        {
            return JsonSerializer.SerializeToElement(value, options.GetTypeInfo(value?.GetType() ?? typeof(object)));
        }
#pragma warning disable CA1031 // The value is the application's: its getters may throw anything.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    private static void WriteHandshake(Utf8JsonWriter json, SocketHandshake handshake)
    {
        json.WriteStartObject("handshake");
        WriteValues(json, "headers", handshake.Headers, lowerCase: true);
        json.WriteString("time", handshake.Time.ToString("r", CultureInfo.InvariantCulture));
        json.WriteNumber("issued", handshake.Time.ToUnixTimeMilliseconds());
        json.WriteString("address", handshake.RemoteAddress?.ToString());
        json.WriteBoolean("xdomain", handshake.Headers.ContainsKey("Origin"));
        json.WriteBoolean("secure", handshake.Connection.IsSecure);
        json.WriteString("url", QueryHelpers.AddQueryString(handshake.Connection.Path, handshake.Query));
        WriteValues(json, "query", handshake.Query, lowerCase: false);
        json.WritePropertyName("auth");
        handshake.Auth.WriteTo(json);
        json.WriteEndObject();
    }

    private static void WriteValues(Utf8JsonWriter json, string property, IReadOnlyDictionary<string, StringValues> values, bool lowerCase)
    {
        json.WriteStartObject(property);
#pragma warning disable CA1308 // Node has header names in lower case.
        foreach (var (key, value) in values)
            json.WriteString(lowerCase ? key.ToLowerInvariant() : key, value.ToString());
#pragma warning restore CA1308
        json.WriteEndObject();
    }

    private static SocketHandshake ReadHandshake(JsonElement? handshake)
    {
        var told = handshake ?? JsonElement.Parse("{}"u8);
        var headers = new Dictionary<string, StringValues>(StringComparer.OrdinalIgnoreCase);
        if (Object(told, "headers") is { } names)
        {
            foreach (var header in names.EnumerateObject())
                headers[header.Name] = header.Value.ValueKind == JsonValueKind.Array ? header.Value.EnumerateArray().Select(v => v.ToString()).ToArray() : header.Value.ToString();
        }

        var url = Text(told, "url") ?? "";
        var query = url.IndexOf('?', StringComparison.Ordinal);
        var issued = told.TryGetProperty("issued", out var milliseconds) && milliseconds.ValueKind == JsonValueKind.Number && milliseconds.TryGetInt64(out var unix)
            && unix is >= 0 and < 253_402_300_800_000
            ? DateTimeOffset.FromUnixTimeMilliseconds(unix)
            : default;
        var secure = told.TryGetProperty("secure", out var https) && https.ValueKind == JsonValueKind.True;
        _ = IPAddress.TryParse(Text(told, "address"), out var address);
        var connection = new EngineHandshake(headers, query < 0 ? url : url[..query], query < 0 ? "" : url[query..], address, secure, issued);
        return new SocketHandshake(connection, Object(told, "auth") is { } auth ? JsonSerializer.SerializeToUtf8Bytes(auth) : default);
    }

    private static string? Text(JsonElement parent, string property) =>
        parent.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement? Object(JsonElement parent, string property) =>
        parent.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;
}
