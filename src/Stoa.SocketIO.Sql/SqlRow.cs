namespace Stoa.SocketIO.Sql;

/// <summary>What a row of the log is. The numbers are stored: never change one.</summary>
internal enum RowKind : short
{
    /// <summary>An event with an offset: delivered in the order of the log, on every node, and again to those who come back.</summary>
    Event = 1,

    /// <summary>Events before this row were delivered without being in the log: who needs them must begin anew.</summary>
    Mark = 2,

    /// <summary>An event that is never delivered again.</summary>
    Plain = 3,
    Join = 4,
    Leave = 5,
    Disconnect = 6,
    Fetch = 7,
    BroadcastWithAck = 8,
    ServerSide = 9,
    Answer = 10,

    /// <summary>A node has come.</summary>
    Hello = 11,

    /// <summary>It has been heard.</summary>
    Welcome = 12,
}

/// <summary>One row of the log.</summary>
/// <param name="Id">Its place; 0 before it is written. What is visible with a higher id is never joined later by a lower one.</param>
/// <param name="Node">Who wrote it.</param>
/// <param name="Target">The only node it is for; null for all.</param>
/// <param name="Number">The writer's own number of an <see cref="RowKind.Event"/>.</param>
internal sealed record SqlRow(long Id, string Space, string Node, string? Target, RowKind Kind, long Number, byte[] Body)
{
    /// <summary>The number of an event that its own node has not delivered: it came from a namespace that had ended there.</summary>
    public const long Late = 0;

    /// <summary>See <see cref="SqlTables.SignAsync"/>.</summary>
    public string Sign => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Node} {(short)Kind} {Number}");

    /// <summary>A <see cref="RowKind.Mark"/>, for all namespaces.</summary>
    public static SqlRow Mark(string node) => new(0, "", node, null, RowKind.Mark, 0, []);
}
