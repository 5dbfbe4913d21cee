using System.Buffers.Text;

namespace Stoa.SocketIO.EngineIO;

/// <summary>One packet of a polling body. Text keeps its type digit; binary is decoded.</summary>
internal readonly record struct PollingPacket(bool IsText, ReadOnlyMemory<byte> Data);

/// <summary>Polling bodies: packets joined by U+001E, binary as <c>b</c> and base64 (Engine.IO 4, "Packet encoding").</summary>
internal static class PollingPayload
{
    public const byte Separator = 0x1E;

    /// <summary>Takes the next packet off the body; false when it is broken base64.</summary>
    /// <param name="more">Whether a separator followed, and so another packet, be it an empty one.</param>
    public static bool TryTake(ref ReadOnlyMemory<byte> body, out PollingPacket packet, out bool more)
    {
        var end = body.Span.IndexOf(Separator);
        var part = end < 0 ? body : body[..end];
        more = end >= 0;
        body = end < 0 ? default : body[(end + 1)..];
        if (part.Length == 0 || part.Span[0] != 'b')
        {
            packet = new PollingPacket(true, part);
            return true;
        }

        var whole = TryDecode(part.Span[1..], out var data);
        packet = new PollingPacket(false, data);
        return whole;
    }

    /// <summary>The bytes of a binary packet, without its <c>b</c>; false when that is broken base64.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> base64, out ReadOnlyMemory<byte> data)
    {
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        var status = Base64.DecodeFromUtf8(base64, bytes, out var consumed, out var written);
        data = bytes.AsMemory(0, written);
        return status == System.Buffers.OperationStatus.Done && consumed == base64.Length;
    }

    /// <summary>How many packets the body holds.</summary>
    public static int Count(ReadOnlySpan<byte> body) => body.Count(Separator) + 1;
}
