namespace Stoa.SocketIO.Rooms;

/// <summary>Who gets a broadcast, and how. Immutable.</summary>
public sealed record BroadcastOptions
{
    /// <summary>The sockets of these rooms, each once. Empty: every socket of the namespace.</summary>
    public IReadOnlyList<string> Rooms { get; init; } = [];

    /// <summary>But not the sockets of these rooms. A socket's id is a room, too.</summary>
    public IReadOnlyList<string> Except { get; init; } = [];

    /// <summary>May be dropped for sockets that cannot be written to at this moment; never kept for recovery.</summary>
    public bool Volatile { get; init; }

    /// <summary>Only the sockets of this node; not published to the others.</summary>
    public bool Local { get; init; }

    /// <summary>How long acknowledgements are collected; null when none are wanted.</summary>
    public TimeSpan? Timeout { get; init; }
}
