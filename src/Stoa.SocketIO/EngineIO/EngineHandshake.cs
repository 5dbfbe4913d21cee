using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.Extensions.Primitives;

namespace Stoa.SocketIO.EngineIO;

/// <summary>What the request that opened a session said. A copy: it stays valid after that request has ended.</summary>
public sealed class EngineHandshake
{
    private readonly string _query;

    /// <summary>For adapters: a session of another node, as that node describes it.</summary>
    /// <param name="headers">The request headers.</param>
    /// <param name="path">The path of the request, without the query.</param>
    /// <param name="query">The query with its question mark, or empty.</param>
    public EngineHandshake(IEnumerable<KeyValuePair<string, StringValues>> headers, string path, string query, IPAddress? remoteAddress, bool isSecure, DateTimeOffset time)
    {
        Headers = new HandshakeHeaders([.. headers]);
        _query = query;
        Path = path;
        RemoteAddress = remoteAddress;
        IsSecure = isSecure;
        Time = time;
    }

    internal EngineHandshake(HttpContext context, DateTimeOffset time)
    {
        var request = context.Request;
        Headers = new HandshakeHeaders([.. request.Headers]);
        _query = request.QueryString.Value ?? "";
        Path = request.PathBase.Add(request.Path);
        RemoteAddress = context.Connection.RemoteIpAddress;
        IsSecure = request.IsHttps;
        Time = time;
        User = context.Features.Get<IHttpAuthenticationFeature>()?.User;
    }

    /// <summary>The request headers, names compared without case.</summary>
    public IReadOnlyDictionary<string, StringValues> Headers { get; }

    /// <summary>The path of the request, without the query.</summary>
    public string Path { get; }

    /// <summary>The query of the request; parsed on each call.</summary>
    public IReadOnlyDictionary<string, StringValues> Query => Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(_query);

    /// <summary>The address the request came from; behind a proxy, what forwarded-headers middleware made of it.</summary>
    public IPAddress? RemoteAddress { get; }

    /// <summary>Whether the request came over TLS.</summary>
    public bool IsSecure { get; }

    /// <summary>When the session was opened (UTC).</summary>
    public DateTimeOffset Time { get; }

    /// <summary>Who the authentication middleware says the client is; null when none ran.</summary>
    public ClaimsPrincipal? User { get; }

    /// <summary>A dozen headers in an array: a dictionary for each idle connection would be several times as large.</summary>
    private sealed class HandshakeHeaders(KeyValuePair<string, StringValues>[] pairs) : IReadOnlyDictionary<string, StringValues>
    {
        public int Count => pairs.Length;

        public IEnumerable<string> Keys => pairs.Select(p => p.Key);

        public IEnumerable<StringValues> Values => pairs.Select(p => p.Value);

        /// <summary>The values of a header; empty when it was not sent.</summary>
        public StringValues this[string key] => TryGetValue(key, out var values) ? values : StringValues.Empty;

        public bool ContainsKey(string key) => TryGetValue(key, out _);

        public bool TryGetValue(string key, [MaybeNullWhen(false)] out StringValues value)
        {
            foreach (var pair in pairs)
            {
                if (!pair.Key.Equals(key, StringComparison.OrdinalIgnoreCase))
                    continue;
                value = pair.Value;
                return true;
            }

            value = default;
            return false;
        }

        public IEnumerator<KeyValuePair<string, StringValues>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, StringValues>>)pairs).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
