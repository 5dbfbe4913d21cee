using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Stoa.SocketIO.EngineIO;

namespace Stoa.SocketIO.Namespaces;

/// <summary>How a socket came in: the request that opened its connection, and what it sent with CONNECT.</summary>
public sealed class SocketHandshake
{
    private static readonly JsonElement NoAuth = JsonElement.Parse("{}"u8);

    // How deep it may be was checked when it came.
    private static readonly JsonDocumentOptions AnyDepth = new() { MaxDepth = 1_000 };
    private readonly ReadOnlyMemory<byte> _auth;

    /// <param name="connection">The request that opened the connection.</param>
    /// <param name="auth">The CONNECT payload, a JSON object in UTF-8; empty when there was none.</param>
    public SocketHandshake(EngineHandshake connection, ReadOnlyMemory<byte> auth)
    {
        Connection = connection;
        _auth = auth;
    }

    /// <summary>The request that opened the connection.</summary>
    public EngineHandshake Connection { get; }

    /// <summary>What the client sent as <c>auth</c>; an empty object when it sent nothing. Parsed on each call, so that idle sockets keep no document.</summary>
    public JsonElement Auth => _auth.Length == 0 ? NoAuth : JsonElement.Parse(_auth.Span, AnyDepth);

    /// <summary>The headers of that request, names compared without case.</summary>
    public IReadOnlyDictionary<string, StringValues> Headers => Connection.Headers;

    /// <summary>The query of that request; parsed on each call.</summary>
    public IReadOnlyDictionary<string, StringValues> Query => Connection.Query;

    /// <summary>The address of the client.</summary>
    public IPAddress? RemoteAddress => Connection.RemoteAddress;

    /// <summary>When the connection was opened (UTC).</summary>
    public DateTimeOffset Time => Connection.Time;
}
