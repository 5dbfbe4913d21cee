using System.Text.Json.Serialization;
using Stoa.SocketIO.EngineIO;
using Stoa.SocketIO.Namespaces;

namespace Stoa.SocketIO.Admin;

// Names are written out, because the application's own naming policy must not change what the UI reads.
internal sealed record AdminConfig([property: JsonPropertyName("supportedFeatures")] IReadOnlyList<string> SupportedFeatures);

internal sealed record AdminCount(
    [property: JsonPropertyName("timestamp")] long Timestamp,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("subType")] string? SubType,
    [property: JsonPropertyName("count")] long Count);

internal sealed record AdminNamespaceStats(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("socketsCount")] int SocketsCount);

internal sealed record AdminServerStats(
    [property: JsonPropertyName("serverId")] string ServerId,
    [property: JsonPropertyName("hostname")] string Hostname,
    [property: JsonPropertyName("pid")] int ProcessId,
    [property: JsonPropertyName("uptime")] double UptimeSeconds,
    [property: JsonPropertyName("clientsCount")] int ClientsCount,
    [property: JsonPropertyName("pollingClientsCount")] int PollingClientsCount,
    [property: JsonPropertyName("aggregatedEvents")] IReadOnlyList<AdminCount> AggregatedEvents,
    [property: JsonPropertyName("namespaces")] IReadOnlyList<AdminNamespaceStats> Namespaces);

internal sealed record AdminHandshake(
    [property: JsonPropertyName("address")] string Address,
    [property: JsonPropertyName("headers")] IReadOnlyDictionary<string, string> Headers,
    [property: JsonPropertyName("query")] IReadOnlyDictionary<string, string> Query,
    [property: JsonPropertyName("issued")] long Issued,
    [property: JsonPropertyName("secure")] bool Secure,
    [property: JsonPropertyName("time")] string Time,
    [property: JsonPropertyName("url")] string Url,
    [property: JsonPropertyName("xdomain")] bool IsCrossDomain);

internal sealed record AdminSocketUpdate(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("nsp")] string Namespace,
    [property: JsonPropertyName("transport")] string Transport);

/// <summary>A socket as the UI shows it.</summary>
internal sealed record AdminSocket(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("clientId")] string ClientId,
    [property: JsonPropertyName("transport")] string Transport,
    [property: JsonPropertyName("nsp")] string Namespace,
    [property: JsonPropertyName("data")] IReadOnlyDictionary<string, string> Data,
    [property: JsonPropertyName("handshake")] AdminHandshake Handshake,
    [property: JsonPropertyName("rooms")] IReadOnlyList<string> Rooms)
{
    // The Engine.IO session id is a secret: whoever knows all of it can take the session over.
    private const int ShownOfClientId = 12;

    // Credentials of the client; the UI has no use for them.
    private static readonly HashSet<string> Secrets = new(StringComparer.OrdinalIgnoreCase) { "Authorization", "Cookie", "Proxy-Authorization", "sid", "token" };

    /// <summary>A socket of this node.</summary>
    public static AdminSocket Of(Socket socket) =>
        Of(socket.Id, socket.Namespace.Name, socket.Handshake, socket.Rooms, socket.Data.AsReadOnly()) with
        {
            ClientId = socket.Connection.Session.Id[..ShownOfClientId],
            Transport = TransportOf(socket),
        };

    /// <summary>A socket of any node. Which client it belongs to is known to its own node only, so it counts as one for itself.</summary>
    public static AdminSocket Of(SocketNamespace space, RemoteSocket socket) =>
        space.FindLocal(socket.Id) is { } local ? Of(local) : Of(socket.Id, space.Name, socket.Handshake, socket.Rooms, socket.Data);

    public static string TransportOf(Socket socket) => socket.Connection.Session.Transport == EngineTransports.WebSocket ? "websocket" : "polling";

    private static AdminSocket Of(string id, string space, SocketHandshake handshake, IReadOnlyList<string> rooms, IReadOnlyDictionary<string, object?> data) => new(
        id,
        id,
        handshake.Query.TryGetValue("transport", out var transport) ? transport.ToString() : "",
        space,
        data.ToDictionary(static d => d.Key, static d => d.Value?.GetType().Name ?? "null", StringComparer.Ordinal),
        new AdminHandshake(
            handshake.RemoteAddress?.ToString() ?? "",
            handshake.Headers.Where(static h => !Secrets.Contains(h.Key)).ToDictionary(static h => h.Key, static h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            handshake.Query.Where(static q => !Secrets.Contains(q.Key)).ToDictionary(static q => q.Key, static q => q.Value.ToString(), StringComparer.Ordinal),
            handshake.Time.ToUnixTimeMilliseconds(),
            handshake.Connection.IsSecure,
            handshake.Time.ToString("R", System.Globalization.CultureInfo.InvariantCulture),
            handshake.Connection.Path,
            handshake.Headers.ContainsKey("Origin")),
        rooms);
}
