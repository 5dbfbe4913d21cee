namespace Stoa.SocketIO.Packets;

/// <summary>The seven packet types (Socket.IO 5, "Packet encoding"); the value is the digit on the wire.</summary>
public enum SocketPacketType
{
    /// <summary>Enters a namespace, or confirms it.</summary>
    Connect = 0,

    /// <summary>Leaves a namespace.</summary>
    Disconnect = 1,

    /// <summary>An event without binary values.</summary>
    Event = 2,

    /// <summary>The answer to an event.</summary>
    Ack = 3,

    /// <summary>Refuses a namespace.</summary>
    ConnectError = 4,

    /// <summary>An event with binary values.</summary>
    BinaryEvent = 5,

    /// <summary>An answer with binary values.</summary>
    BinaryAck = 6,
}
