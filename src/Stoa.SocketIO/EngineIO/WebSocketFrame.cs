using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Stoa.SocketIO.EngineIO;

/// <summary>WebSocket framing (RFC 6455, section 5) for the server's side: unmasked out, masked in.</summary>
internal readonly ref struct WebSocketFrame
{
    public const byte Continuation = 0x0;
    public const byte Text = 0x1;
    public const byte Binary = 0x2;
    public const byte Close = 0x8;
    public const byte Ping = 0x9;
    public const byte Pong = 0xA;

    /// <summary>RSV1, set on the first frame of a deflated message (RFC 7692, 6).</summary>
    public const byte Compressed = 0x40;

    private const byte Final = 0x80;

    /// <summary>Opcode without flags.</summary>
    public byte Opcode { get; private init; }

    public bool IsFinal { get; private init; }

    public bool IsCompressed { get; private init; }

    /// <summary>Still masked: read it with <see cref="CopyPayload"/>.</summary>
    public ReadOnlySpan<byte> Payload { get; private init; }

    private uint Mask { get; init; }

    public bool IsControl => (Opcode & 0x8) != 0;

    /// <summary>Bytes of an unmasked frame with this payload.</summary>
    public static int Size(int payload) => payload + (payload < 126 ? 2 : payload <= ushort.MaxValue ? 4 : 10);

    /// <summary>Writes the header of a final, unmasked frame; returns its length.</summary>
    public static int WriteHeader(Span<byte> target, byte opcode, int payload)
    {
        target[0] = (byte)(Final | opcode);
        switch (payload)
        {
            case < 126:
                target[1] = (byte)payload;
                return 2;
            case <= ushort.MaxValue:
                target[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)payload);
                return 4;
            default:
                target[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(target[2..], (ulong)payload);
                return 10;
        }
    }

    /// <summary>Reads the frame at the front of the bytes.</summary>
    /// <param name="limit">Longest payload; a longer one is refused from its header, before its bytes are waited for.</param>
    /// <param name="size">Bytes of the whole frame; 0 when more are needed.</param>
    public static WebSocketStatus TryRead(ReadOnlySpan<byte> bytes, long limit, bool mayBeCompressed, out WebSocketFrame frame, out int size)
    {
        frame = default;
        size = 0;
        if (bytes.Length < 2)
            return WebSocketStatus.None;
        var control = (bytes[0] & 0x8) != 0;
        if (IsForbidden(bytes[0], bytes[1], control, mayBeCompressed))
            return WebSocketStatus.ProtocolError;

        var marker = bytes[1] & 0x7F;
        var header = 2 + 4 + (marker == 126 ? 2 : marker == 127 ? 8 : 0);
        if (bytes.Length < header)
            return WebSocketStatus.None;
        var length = marker switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            127 => BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]),
            _ => (ulong)marker,
        };
        if (length > (ulong)limit && !control)
            return WebSocketStatus.TooBig;
        if ((ulong)(bytes.Length - header) < length)
            return WebSocketStatus.None;

        size = header + (int)length;
        frame = new WebSocketFrame
        {
            Opcode = (byte)(bytes[0] & 0xF),
            IsFinal = (bytes[0] & Final) != 0,
            IsCompressed = (bytes[0] & Compressed) != 0,
            Mask = MemoryMarshal.Read<uint>(bytes[(header - 4)..]),
            Payload = bytes[header..size],
        };
        return WebSocketStatus.None;
    }

    /// <summary>Unmasks the payload into <paramref name="target"/>, which must be at least as long (RFC 6455, 5.3).</summary>
    public void CopyPayload(Span<byte> target)
    {
        var at = 0;
        if (Payload.Length >= Vector<byte>.Count)
        {
            var wide = Vector.AsVectorByte(new Vector<uint>(Mask));
            for (; at <= Payload.Length - Vector<byte>.Count; at += Vector<byte>.Count)
                (new Vector<byte>(Payload[at..]) ^ wide).CopyTo(target[at..]);
        }

        Span<byte> key = stackalloc byte[4];
        MemoryMarshal.Write(key, Mask);
        for (; at < Payload.Length; at++)
            target[at] = (byte)(Payload[at] ^ key[at & 3]);
    }

    // Reserved bits and opcodes, unmasked client frames, fragmented or long control frames (5.2, 5.4, 5.5).
    private static bool IsForbidden(byte first, byte second, bool control, bool mayBeCompressed)
    {
        var opcode = first & 0xF;
        var reserved = first & 0x70;
        return (reserved != 0 && !(reserved == Compressed && mayBeCompressed && opcode is Text or Binary))
            || opcode is (> Binary and < Close) or > Pong
            || (second & 0x80) == 0
            || (control && ((first & Final) == 0 || (second & 0x7F) > 125));
    }
}

/// <summary>Close codes used here (RFC 6455, 7.4.1). <see cref="None"/> is not sent.</summary>
internal enum WebSocketStatus : ushort
{
    None = 0,
    Normal = 1000,
    GoingAway = 1001,
    ProtocolError = 1002,
    InvalidText = 1007,
    TooBig = 1009,
}
