namespace Stoa.SocketIO.Recovery;

/// <summary>Settings of connection state recovery: a client that comes back in time gets its id, rooms and data back, and the events it missed.</summary>
public sealed class RecoveryOptions
{
    /// <summary>How long a session and the events after its end are kept. 1 second to 1 day; default 2 minutes.</summary>
    public TimeSpan MaxDisconnection { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Most events kept per namespace (in memory, in the Redis stream, in the SQL log); the oldest go first, and a client that needs one of them starts anew. 1 to 10,000,000; default 10,000.</summary>
    public int MaxPackets { get; set; } = 10_000;

    /// <summary>Most bytes of events the in-memory adapter keeps per namespace; the oldest go first, as above. 1,024 to 1 TiB; default 64 MiB.</summary>
    public long MaxBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>Most lost sessions the in-memory adapter keeps per namespace; the oldest go first, and their clients start anew. 1 to 10,000,000; default 100,000.</summary>
    public int MaxSessions { get; set; } = 100_000;

    /// <summary>
    /// Whether a recovered socket skips the connection middleware; its user is restored then. Default true, as in the reference: whoever holds the private id
    /// returns. Set false when middleware must check the token again, and throw <see cref="RecoveryRefusedException"/> when that is somebody else's by now.
    /// </summary>
    public bool SkipMiddleware { get; set; } = true;
}
