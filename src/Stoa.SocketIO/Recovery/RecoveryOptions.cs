namespace Stoa.SocketIO.Recovery;

/// <summary>Settings of connection state recovery: a client that comes back in time gets its id, rooms and data back, and the events it missed.</summary>
public sealed class RecoveryOptions
{
    /// <summary>How long a session and the events after its end are kept. 1 second to 1 day; default 2 minutes.</summary>
    public TimeSpan MaxDisconnection { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Most events the in-memory adapter keeps per namespace; the oldest go first, and a client that needs one of them is not recovered. 1 to 10,000,000; default 10,000.</summary>
    public int MaxPackets { get; set; } = 10_000;

    /// <summary>Whether a recovered socket skips the connection middleware; its user is restored then. Default true, as in the reference. Set false when middleware must check the token again.</summary>
    public bool SkipMiddleware { get; set; } = true;
}
