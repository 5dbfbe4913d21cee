namespace Stoa.SocketIO.Redis.Recovery;

/// <summary>A message from Redis that was not looked at yet.</summary>
internal readonly record struct Arrival(ArrivalKind Kind, byte[]? Message)
{
    // MessagePack's array of five; that of an event which is nowhere else has three.
    private const byte RecoverableHead = 0x95;

    /// <summary>Whether what is dropped here is read from the stream later, or was no event.</summary>
    public bool IsInStream => Kind != ArrivalKind.Broadcast || Message is [RecoverableHead, ..];
}

/// <summary>Which channel a message came by.</summary>
internal enum ArrivalKind : byte
{
    Broadcast,
    Own,
    Request,
}
