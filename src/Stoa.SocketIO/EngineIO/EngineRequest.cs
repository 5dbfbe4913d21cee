using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Stoa.SocketIO.EngineIO;

/// <summary>The query of an Engine.IO request and the checks on it, in the reference server's order (Engine.IO 4, "Transports").</summary>
internal readonly struct EngineRequest
{
    // A tab is allowed in a header's value (RFC 9110, 5.5), the others are not.
    private static readonly SearchValues<char> ControlCharacters = SearchValues.Create([.. Enumerable.Range(0, 0x20).Where(static c => c != '\t').Append(0x7F).Select(static c => (char)c)]);

    private EngineRequest(string? version, string? transport, string? sessionId, bool isUpgrade, bool isTooLong)
    {
        Version = version;
        Transport = transport switch
        {
            "polling" => EngineTransports.Polling,
            "websocket" => EngineTransports.WebSocket,
            _ => EngineTransports.None,
        };
        SessionId = sessionId;
        IsUpgrade = isUpgrade;
        IsTooLong = isTooLong;
    }

    public EngineTransports Transport { get; }

    public string? SessionId { get; }

    /// <summary>Whether the request asks for a WebSocket.</summary>
    public bool IsUpgrade { get; }

    private string? Version { get; }

    private bool IsTooLong { get; }

    public static EngineRequest Read(HttpContext context, EngineOptions options)
    {
        string? version = null, transport = null, sessionId = null;
        var query = context.Request.QueryString.Value ?? "";
        var isTooLong = query.Length > options.MaxQueryLength;
        foreach (var pair in new QueryStringEnumerable(isTooLong ? "" : query))
        {
            switch (pair.EncodedName.Span)
            {
                case "EIO":
                    version = pair.DecodeValue().ToString();
                    break;
                case "transport":
                    transport = pair.DecodeValue().ToString();
                    break;
                case "sid":
                    sessionId = pair.DecodeValue().ToString();
                    break;
            }
        }

        return new EngineRequest(version, transport, sessionId, WebSocketHandshake.IsUpgrade(context), isTooLong);
    }

    /// <summary>Null when the request may pass. <paramref name="session"/> is the one it names, if it lives.</summary>
    public async ValueTask<EngineRefusal?> CheckAsync(HttpContext context, EngineOptions options, EngineSession? session)
    {
        if (IsTooLong)
            return EngineRefusal.BadRequest;
        if (Transport == EngineTransports.None || !options.Transports.HasFlag(Transport))
            return EngineRefusal.UnknownTransport;
        // A control character in the Origin would end up in logs and headers.
        if (context.Request.Headers.Origin.ToString().AsSpan().ContainsAny(ControlCharacters))
            return EngineRefusal.BadRequest;
        if (SessionId is not null)
            return CheckSession(session);
        if (!HttpMethods.IsGet(context.Request.Method) && !IsUpgrade)
            return EngineRefusal.BadHandshakeMethod;
        if (Transport == EngineTransports.WebSocket != IsUpgrade)
            return EngineRefusal.BadRequest;
        if (options.AllowRequest is { } gate && await gate(context) is { } refusal)
            return EngineRefusal.Forbidden(refusal);
        return Version == "4" ? null : EngineRefusal.UnsupportedVersion;
    }

    private EngineRefusal? CheckSession(EngineSession? session)
    {
        if (session is null)
            return EngineRefusal.UnknownSession;
        // An upgrade request must name WebSocket; anything else must name the transport the session is on.
        if (IsUpgrade ? Transport != EngineTransports.WebSocket : session.Transport != Transport)
            return EngineRefusal.BadRequest;
        return Version == "4" ? null : EngineRefusal.BadRequest;
    }
}
