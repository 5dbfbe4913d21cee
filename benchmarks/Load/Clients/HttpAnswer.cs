using System.Buffers.Text;
using System.Text;

namespace Stoa.Load.Clients;

/// <summary>One HTTP/1.1 answer in received bytes: as much of RFC 9112 as our server uses.</summary>
/// <param name="Length">Head and body together.</param>
/// <param name="BodyStart">Where the body begins.</param>
public readonly record struct HttpAnswer(int Status, int BodyStart, int Length, bool IsChunked)
{
    /// <summary>False while the answer is not complete.</summary>
    public static bool TryFind(ReadOnlySpan<byte> received, out HttpAnswer answer)
    {
        answer = default;
        var headEnd = received.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0)
            return false;
        var head = received[..(headEnd + 2)];
        if (!Utf8Parser.TryParse(head["HTTP/1.1 ".Length..], out int status, out _))
            throw new InvalidDataException("Not an HTTP answer.");

        var bodyStart = headEnd + 4;
        var chunked = head.IndexOf("\r\nTransfer-Encoding: chunked\r\n"u8) >= 0;
        var length = chunked ? LengthOfChunks(received[bodyStart..]) : LengthIn(head);
        answer = new HttpAnswer(status, bodyStart, bodyStart + length, chunked);
        return length >= 0 && answer.Length <= received.Length;
    }

    /// <summary>The body as text, out of the bytes in which the answer was found.</summary>
    public string BodyIn(ReadOnlySpan<byte> received)
    {
        var body = received[BodyStart..Length];
        if (!IsChunked)
            return Encoding.UTF8.GetString(body);

        var text = new StringBuilder();
        while (TryReadChunk(body, out var data, out var used) && data.Length > 0)
        {
            text.Append(Encoding.UTF8.GetString(data));
            body = body[used..];
        }

        return text.ToString();
    }

    private static int LengthIn(ReadOnlySpan<byte> head)
    {
        var name = "\r\nContent-Length: "u8;
        var at = head.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(head[(at + name.Length)..], out int length, out _) ? length : 0;
    }

    /// <summary>-1 while the last chunk is not there.</summary>
    private static int LengthOfChunks(ReadOnlySpan<byte> body)
    {
        var length = 0;
        while (TryReadChunk(body[length..], out var data, out var used))
        {
            length += used;
            if (data.IsEmpty)
                return length;
        }

        return -1;
    }

    /// <summary>RFC 9112, section 7.1; the last chunk is empty, and no trailers are expected.</summary>
    private static bool TryReadChunk(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> data, out int used)
    {
        data = default;
        used = 0;
        var line = body.IndexOf("\r\n"u8);
        if (line < 0 || !Utf8Parser.TryParse(body[..line], out int size, out _, 'x') || body.Length < line + size + 4)
            return false;
        data = body.Slice(line + 2, size);
        used = line + size + 4;
        return true;
    }
}
