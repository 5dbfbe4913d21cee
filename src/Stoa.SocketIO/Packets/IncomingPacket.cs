namespace Stoa.SocketIO.Packets;

/// <summary>A packet as read from its text; binary ones still lack their attachments.</summary>
internal readonly record struct IncomingPacket
{
    public const long NoId = -1;

    public SocketPacketType Type { get; init; }

    /// <summary>With its slash.</summary>
    public string Namespace { get; init; }

    /// <summary>The acknowledgement id, or <see cref="NoId"/>.</summary>
    public long Id { get; init; }

    /// <summary>How many binary messages follow.</summary>
    public int AttachmentCount { get; init; }

    /// <summary>The name of an event; empty for other types.</summary>
    public string Event { get; init; }

    /// <summary>The payload; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Json { get; init; }

    /// <summary>Start and end of each element when the payload is an array.</summary>
    public int[] Bounds { get; init; }

    public bool IsEvent => Type is SocketPacketType.Event or SocketPacketType.BinaryEvent;

    /// <summary>The arguments, once all attachments are there.</summary>
    public SocketArguments Arguments(PayloadJson serializer, IReadOnlyList<ReadOnlyMemory<byte>> attachments) =>
        new(serializer, Json, Bounds, IsEvent ? 1 : 0, attachments);
}
