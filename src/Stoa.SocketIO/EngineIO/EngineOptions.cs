using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Stoa.SocketIO.EngineIO;

/// <summary>The transports an endpoint accepts (Engine.IO 4, "Transports").</summary>
[Flags]
public enum EngineTransports
{
    /// <summary>None; not a valid setting of an endpoint.</summary>
    None = 0,

    /// <summary>HTTP long-polling.</summary>
    Polling = 1,

    /// <summary>WebSocket, direct or as an upgrade from polling.</summary>
    WebSocket = 2,
}

/// <summary>Settings of one Engine.IO endpoint. Every limit is checked when the endpoint is built; a value outside of its range stops the start.</summary>
public class EngineOptions
{
    private static readonly SearchValues<char> CookieNames = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~");

    /// <summary>How long after the handshake, and after each pong, the server pings. 10 ms to 1 hour; default 25 s. Told to clients in the handshake.</summary>
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>How long a client may take to answer a ping. 10 ms to 1 hour; default 20 s. Told to clients in the handshake.</summary>
    public TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a WebSocket that upgrades a polling session may take. 10 ms to 1 hour; default 10 s.</summary>
    public TimeSpan UpgradeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Largest WebSocket message and largest POST body, in bytes. 64 to 268,435,456; default 1,000,000. Told to clients in the handshake.</summary>
    public int MaxPayload { get; set; } = 1_000_000;

    /// <summary>The transports offered. Default: both.</summary>
    public EngineTransports Transports { get; set; } = EngineTransports.Polling | EngineTransports.WebSocket;

    /// <summary>Whether a polling session may move to WebSocket. Default true.</summary>
    public bool AllowUpgrades { get; set; } = true;

    /// <summary>The application's gate before each handshake: null lets the client in, a text refuses it with code 4 and that text. Default: none.</summary>
    public Func<HttpContext, ValueTask<string?>>? AllowRequest { get; set; }

    /// <summary>
    /// Called for each request that is refused, with the error's code and message (the reference's <c>connection_error</c>); must not
    /// block.
    /// </summary>
    public Action<HttpContext, int, string>? OnRefused { get; set; }

    /// <summary>
    /// Called before a session's first answer: to add headers to it, e.g. a cookie (the reference's <c>initial_headers</c>); must not
    /// block.
    /// </summary>
    public Action<HttpContext>? OnHandshakeHeaders { get; set; }

    /// <summary>
    /// Called before every answer to a request that is not refused, the first one included (the reference's <c>headers</c>); must not
    /// block.
    /// </summary>
    public Action<HttpContext>? OnHeaders { get; set; }

    /// <summary>Cross-origin rules for polling. Null, the default, sends no CORS header and refuses preflights.</summary>
    public EngineCors? Cors { get; set; }

    /// <summary>Name of a cookie that carries the session id, for load balancers with sticky sessions. Null, the default, sets none.</summary>
    public string? StickyCookie { get; set; }

    /// <summary>Compresses polling answers over 1,024 bytes (gzip or deflate). Default false: secrets and attacker text in one answer are a BREACH risk.</summary>
    public bool HttpCompression { get; set; }

    /// <summary>Negotiates permessage-deflate without context takeover (RFC 7692). Default false, as in the reference server: it costs CPU and memory.</summary>
    public bool WebSocketCompression { get; set; }

    /// <summary>Most bytes waiting to be sent on one connection before it is dropped as a slow reader. 1,024 to 1 GiB; default 4 MiB. One message may be larger, when nothing waits before it.</summary>
    public int MaxOutgoingBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Most packets waiting to be sent on one connection before it is dropped as a slow reader. 1 to 1,000,000; default 10,000.</summary>
    public int MaxOutgoingPackets { get; set; } = 10_000;

    /// <summary>Most packets in one POST body; more is a parse error. 1 to 1,000,000; default 100,000: clients bound a POST by <see cref="MaxPayload"/> alone, and may flush thousands of small packets at once.</summary>
    public int MaxPacketsPerPost { get; set; } = 100_000;

    /// <summary>Most sessions open at a time on this node; a handshake beyond is refused with code 4, "Too many connections". 1 to 100,000,000; default 100,000.</summary>
    public int MaxConnections { get; set; } = 100_000;

    /// <summary>
    /// Most of them that no namespace has let in yet, on this node: 1 to 100,000,000; default 10,000. When there are more, the oldest is closed to make room, so a client that asks to
    /// be let in at once finds room whoever else knocks. With bare Engine.IO every session counts as let in.
    /// </summary>
    public int MaxUnadmitted { get; set; } = 10_000;

    /// <summary>Most of those that come from one network; a handshake beyond is refused with code 4, "Too many connections". 1 to 100,000,000; default 1,000.</summary>
    public int MaxUnadmittedPerNetwork { get; set; } = 1_000;

    /// <summary>Largest message and POST body, in bytes, of a session that no namespace has let in yet: enough for what it has to say. 64 to 268,435,456; default 16,384.</summary>
    public int MaxUnadmittedPayload { get; set; } = 16_384;

    /// <summary>
    /// What addresses are counted together: the result is compared with <c>Equals</c>, null is not counted. Default: an IPv4 address alone, IPv6 by its /64; loopback and unknown addresses,
    /// behind which a proxy may be, not at all.
    /// </summary>
    public Func<IPAddress?, object?> NetworkOf { get; set; } = ByNetwork;

    /// <summary>Longest query string accepted, in characters. 64 to 65,536; default 4,096. A longer one is a bad request.</summary>
    public int MaxQueryLength { get; set; } = 4_096;

    internal virtual IEnumerable<string> Problems()
    {
        foreach (var (name, value) in new[] { (nameof(PingInterval), PingInterval), (nameof(PingTimeout), PingTimeout), (nameof(UpgradeTimeout), UpgradeTimeout) })
        {
            if (Outside(value, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)))
                yield return $"{name} must be between 10 ms and 1 hour, but is {value}.";
        }

        if (Outside(MaxPayload, 64, 268_435_456))
            yield return $"{nameof(MaxPayload)} must be between 64 and 268435456 bytes, but is {MaxPayload}.";
        if ((Transports & (EngineTransports.Polling | EngineTransports.WebSocket)) == 0)
            yield return $"{nameof(Transports)} must name at least one transport.";
        if (Outside(MaxOutgoingBytes, 1024, 1 << 30))
            yield return $"{nameof(MaxOutgoingBytes)} must be between 1024 and 1073741824 bytes, but is {MaxOutgoingBytes}.";
        if (Outside(MaxOutgoingPackets, 1, 1_000_000))
            yield return $"{nameof(MaxOutgoingPackets)} must be between 1 and 1000000, but is {MaxOutgoingPackets}.";
        if (Outside(MaxPacketsPerPost, 1, 1_000_000))
            yield return $"{nameof(MaxPacketsPerPost)} must be between 1 and 1000000, but is {MaxPacketsPerPost}.";
        if (Outside(MaxConnections, 1, 100_000_000))
            yield return $"{nameof(MaxConnections)} must be between 1 and 100000000, but is {MaxConnections}.";
        if (Outside(MaxUnadmitted, 1, 100_000_000))
            yield return $"{nameof(MaxUnadmitted)} must be between 1 and 100000000, but is {MaxUnadmitted}.";
        if (Outside(MaxUnadmittedPerNetwork, 1, 100_000_000))
            yield return $"{nameof(MaxUnadmittedPerNetwork)} must be between 1 and 100000000, but is {MaxUnadmittedPerNetwork}.";
        if (Outside(MaxUnadmittedPayload, 64, 268_435_456))
            yield return $"{nameof(MaxUnadmittedPayload)} must be between 64 and 268435456 bytes, but is {MaxUnadmittedPayload}.";
        if (NetworkOf is null)
            yield return $"{nameof(NetworkOf)} must not be null.";
        if (Outside(MaxQueryLength, 64, 65_536))
            yield return $"{nameof(MaxQueryLength)} must be between 64 and 65536 characters, but is {MaxQueryLength}.";
        if (StickyCookie is { } cookie && (cookie.Length == 0 || cookie.AsSpan().ContainsAnyExcept(CookieNames)))
            yield return $"{nameof(StickyCookie)} must be null or the name of a cookie (RFC 6265: letters, digits and !#$%&'*+-.^_`|~).";
        if (Cors?.Problem() is { } problem)
            yield return problem;
    }

    private static object? ByNetwork(IPAddress? address)
    {
        if (address is { IsIPv4MappedToIPv6: true })
            address = address.MapToIPv4();
        if (address is null || IPAddress.IsLoopback(address))
            return null;
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? BinaryPrimitives.ReadUInt64BigEndian(address.GetAddressBytes()) : address;
    }

    private protected static bool Outside<T>(T value, T least, T most) where T : IComparable<T> => value.CompareTo(least) < 0 || value.CompareTo(most) > 0;
}
