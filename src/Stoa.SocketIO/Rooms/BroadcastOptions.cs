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

    /// <summary>What makes it the same broadcast when it is made again, of this node or another: a node hands it to its sockets once. Null: each is new.</summary>
    /// <remarks>Remembered in memory for the last 32,768 keys of a node and namespace. Broadcasts with acknowledgements are always new.</remarks>
    public string? Once { get; init; }

    /// <summary>How long acknowledgements are collected; null when none are wanted.</summary>
    public TimeSpan? Timeout { get; init; }
}
