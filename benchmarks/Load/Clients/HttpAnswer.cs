using System.Buffers.Text;
using System.Text;

namespace Stoa.Load.Clients;

/// <summary>One HTTP/1.1 answer in received bytes: as much of RFC 9112 as the servers here use.</summary>
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
        var chunked = After(head, "Transfer-Encoding"u8, "transfer-encoding"u8).StartsWith("chunked"u8);
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

    private static int LengthIn(ReadOnlySpan<byte> head) =>
        Utf8Parser.TryParse(After(head, "Content-Length"u8, "content-length"u8), out int length, out _) ? length : 0;

    /// <summary>From the value of a header on; empty without it. A name has no case, and these are the two spellings in use.</summary>
    private static ReadOnlySpan<byte> After(ReadOnlySpan<byte> head, ReadOnlySpan<byte> usual, ReadOnlySpan<byte> lower)
    {
        var at = LineOf(head, usual);
        if (at < 0)
            at = LineOf(head, lower);
        return at < 0 ? default : head[(at + "\r\n: ".Length + usual.Length)..];
    }

    private static int LineOf(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        for (var from = 0; head[from..].IndexOf(name) is >= 0 and var at; from += at + name.Length)
        {
            var start = from + at;
            if (start >= 2 && head[(start - 2)..start].SequenceEqual("\r\n"u8) && head[(start + name.Length)..].StartsWith(": "u8))
                return start - 2;
        }

        return -1;
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
