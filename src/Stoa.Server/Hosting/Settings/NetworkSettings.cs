namespace Stoa.Server.Hosting.Settings;

/// <summary>Where the server is reached.</summary>
public sealed class ListenSettings
{
    private const string DefaultCertificate = "ssl/cert.pem";
    private const string DefaultKey = "ssl/key.pem";

    /// <summary>Addresses separated by semicolons; when given, <see cref="Host"/> and <see cref="Port"/> are not used.</summary>
    public string Urls { get; init; } = "";

    /// <summary>An IP address, <c>localhost</c>, or <c>*</c> for every address of IPv4 and IPv6.</summary>
    [Aliases("AI_MESSAGE_HOST")]
    public string Host { get; init; } = "0.0.0.0";

    /// <summary>0 takes any free port.</summary>
    [Aliases("AI_MESSAGE_PORT", "PORT"), Between("0", "65535")]
    public int Port { get; init; } = 8000;

    /// <summary>The name under which clients reach the server; used where an address of the server is written for people.</summary>
    [Aliases("AI_MESSAGE_DOMAIN")]
    public string Domain { get; init; } = "localhost";

    /// <summary>A PEM file: the certificate and those that vouch for it. TLS is spoken when it is there or another one is named; then both must be good.</summary>
    [Aliases("AI_MESSAGE_SSL_CERT")]
    public string SslCertificate { get; init; } = DefaultCertificate;

    /// <summary>A PEM file: the certificate's private key.</summary>
    [Aliases("AI_MESSAGE_SSL_KEY")]
    public string SslKey { get; init; } = DefaultKey;

    /// <summary>Addresses (<c>10.0.0.5</c>) or networks (<c>10.0.0.0/8</c>) of proxies whose X-Forwarded-For and -Proto are believed. Empty: nobody's are.</summary>
    [Aliases("KNOWN_PROXIES")]
    public IReadOnlyList<string> KnownProxies { get; init; } = [];

    /// <summary>TLS is meant to be spoken: a file was named that is not the default, or one of the two is there. The start is refused unless both can be used.</summary>
    public bool HasTls => SslCertificate != DefaultCertificate || SslKey != DefaultKey || File.Exists(SslCertificate) || File.Exists(SslKey);
}

/// <summary>The web client that people use.</summary>
public sealed class WebSettings
{
    /// <summary>Its address, for links in mails; its origin may call the server from a browser. Empty: none.</summary>
    [Aliases("FRONTEND_URL")]
    public string FrontendUrl { get; init; } = "";

    /// <summary>For how long browsers are told to come by TLS only, on answers that go out by TLS (HSTS). 0: they are not told.</summary>
    [Between("00:00:00", "1000.00:00:00")]
    public TimeSpan HstsMaxAge { get; init; } = TimeSpan.FromDays(365);
}

/// <summary>Which web pages may call the server from a browser.</summary>
public sealed class CorsSettings
{
    /// <summary>Origins such as <c>https://app.example.org</c>, beside that of <see cref="WebSettings.FrontendUrl"/>. No wildcard: calls carry credentials.</summary>
    [Aliases("CORS_ORIGINS")]
    public IReadOnlyList<string> Origins { get; init; } = [];
}

/// <summary>Who may read metrics and whether the database answers, beside this machine and administrators.</summary>
public sealed class MonitoringSettings
{
    /// <summary>Sent as <c>Authorization: Bearer KEY</c>. Null: there is none.</summary>
    [Secret, Aliases("MONITORING_KEY")]
    public string? Key { get; init; }

    /// <summary>Addresses or networks from which no key is needed.</summary>
    public IReadOnlyList<string> Networks { get; init; } = [];
}

/// <summary>Limits of HTTP requests.</summary>
public sealed class HttpSettings
{
    /// <summary>A larger request body is refused with 413.</summary>
    [Between("1024", "1073741824")]
    public long MaxRequestBodyBytes { get; init; } = 1_048_576;
}

/// <summary>The Socket.IO endpoint.</summary>
public sealed class SocketIOSettings
{
    /// <summary>How often the server asks whether a client is still there.</summary>
    [Between("00:00:01", "00:10:00")]
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>How long a client may take to answer before its connection is closed.</summary>
    [Between("00:00:01", "00:10:00")]
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The largest packet a client may send, in bytes.</summary>
    [Between("1024", "104857600")]
    public int MaxPayload { get; init; } = 1_000_000;

    /// <summary>Sockets of accounts that are signed in, at one server; a connection beyond is refused.</summary>
    [Between("1", "100000000")]
    public int MaxConnections { get; init; } = 100_000;

    /// <summary>Connections at one server that have not signed in yet; when there are more, the oldest make room.</summary>
    [Between("1", "100000000")]
    public int MaxUnadmitted { get; init; } = 10_000;

    /// <summary>Those of them that come from one address; loopback addresses are not counted.</summary>
    [Between("1", "100000000")]
    public int MaxUnadmittedPerNetwork { get; init; } = 1_000;

    /// <summary>Sockets of one account at one server.</summary>
    [Between("1", "100000")]
    public int MaxPerAccount { get; init; } = 100;

    /// <summary>
    /// How long a client that lost its connection may come back to its socket and what it missed (connection state recovery). 0: not at all. Adds one
    /// more argument to every event, which clients other than JavaScript's may not expect.
    /// </summary>
    [Between("00:00:00", "1.00:00:00")]
    public TimeSpan RecoverFor { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// Whether a WebSocket leaves the web server once it is open (Linux, plain HTTP): half the memory, and no switch of threads for a message. False keeps it in its request.
    /// </summary>
    public bool LetGo { get; init; } = true;
}

/// <summary>Who is online.</summary>
public sealed class PresenceSettings
{
    /// <summary>How long a server that stopped saying that it lives is believed to; renewed three times within it, while somebody is connected.</summary>
    [Between("00:00:01", "00:10:00")]
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long somebody without a socket still counts as online, so that a reconnection is no news.</summary>
    [Between("00:00:00", "00:10:00")]
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);
}
