using System.Buffers.Binary;

namespace Stoa.Load.Clients;

/// <summary>One frame in received bytes (RFC 6455, section 5.2). Our server neither fragments nor compresses.</summary>
/// <param name="Length">Head and payload together.</param>
public readonly record struct WebSocketFrame(int Opcode, int PayloadStart, int Length)
{
    public const int Text = 1;
    public const int Close = 8;
    public const int Ping = 9;

    private const int Final = 0x80;
    private const int Masked = 0x80;
    private const int MaskLength = 4;

    /// <summary>False while the frame is not complete.</summary>
    public static bool TryFind(ReadOnlySpan<byte> received, out WebSocketFrame frame)
    {
        frame = default;
        if (received.Length < 2)
            return false;
        if ((received[0] & 0xf0) != Final || (received[1] & Masked) != 0)
            throw new InvalidDataException("A fragmented, compressed or masked frame from the server.");

        var head = received[1] switch { 126 => 4, 127 => 10, _ => 2 };
        if (received.Length < head)
            return false;
        var payload = head switch
        {
            4 => BinaryPrimitives.ReadUInt16BigEndian(received[2..]),
            10 => checked((int)BinaryPrimitives.ReadInt64BigEndian(received[2..])),
            _ => received[1],
        };
        frame = new WebSocketFrame(received[0] & 0x0f, head, head + payload);
        return received.Length >= frame.Length;
    }

    /// <summary>A text frame as a client sends it.</summary>
    /// <remarks>
    /// The mask is zero, which leaves the payload as it is: masking protects proxies from web pages (section 10.3), and this is neither. The
    /// server unmasks all the same.
    /// </remarks>
    public static byte[] OfText(ReadOnlySpan<byte> text)
    {
        var head = text.Length < 126 ? 2 : 4;
        var frame = new byte[head + MaskLength + text.Length];
        frame[0] = Final | Text;
        if (head == 2)
        {
            frame[1] = (byte)(Masked | text.Length);
        }
        else
        {
            frame[1] = Masked | 126;
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), checked((ushort)text.Length));
        }

        text.CopyTo(frame.AsSpan(head + MaskLength));
        return frame;
    }
}
