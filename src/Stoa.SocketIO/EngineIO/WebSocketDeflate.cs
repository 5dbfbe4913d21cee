using System.IO.Compression;
using Microsoft.Extensions.Primitives;

namespace Stoa.SocketIO.EngineIO;

/// <summary>
/// permessage-deflate without context takeover on either side (RFC 7692, 7.1.1): every message is compressed alone, so a broadcast is
/// compressed once and an idle connection holds no window.
/// </summary>
internal static class WebSocketDeflate
{
    /// <summary>The answer to a client's offer.</summary>
    public const string Accepted = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    /// <summary>Whether one of the offers can be taken: an offer that limits the server's window cannot, because .NET's deflate has a fixed one.</summary>
    public static bool IsOffered(StringValues offers)
    {
        foreach (var offer in offers.ToString().Split(',', StringSplitOptions.TrimEntries))
        {
            var parameters = offer.Split(';', StringSplitOptions.TrimEntries);
            if (parameters[0] == "permessage-deflate" && !parameters.Any(p => p.StartsWith("server_max_window_bits", StringComparison.Ordinal)))
                return true;
        }

        return false;
    }

    public static byte[] Compress(ReadOnlySpan<byte> payload)
    {
        using var output = new MemoryStream(payload.Length / 2);
        using var deflate = new DeflateStream(output, CompressionLevel.Fastest, leaveOpen: true);
        deflate.Write(payload);
        deflate.Flush();
        // A flush ends with an empty stored block, 00 00 FF FF, which the frame leaves out (7.2.1).
        return output.GetBuffer().AsSpan(0, (int)output.Length - 4).ToArray();
    }

    /// <summary>The message, or null when it is broken or would be longer than <paramref name="limit"/>: a bomb is stopped at the limit.</summary>
    public static byte[]? Decompress(ReadOnlyMemory<byte> payload, int limit, out bool tooLong)
    {
        tooLong = false;
        var input = new byte[payload.Length + 6];
        payload.CopyTo(input);
        // The removed end of the flush, and a last block so that the inflater knows where to stop.
        new byte[] { 0, 0, 0xFF, 0xFF, 0x03, 0x00 }.CopyTo(input, payload.Length);
        using var inflate = new DeflateStream(new MemoryStream(input), CompressionMode.Decompress);
        using var output = new MemoryStream();
        var chunk = new byte[Math.Min(4096, limit + 1)];
        try
        {
            for (int read; (read = inflate.Read(chunk)) > 0;)
            {
                if (output.Length + read > limit)
                {
                    tooLong = true;
                    return null;
                }

                output.Write(chunk, 0, read);
            }
        }
        catch (InvalidDataException)
        {
            return null;
        }

        return output.ToArray();
    }
}
