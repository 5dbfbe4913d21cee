using System.Buffers.Binary;

namespace Stoa.Server.Messaging.Uploads.Pictures;

/// <summary>JPEG (ITU-T T.81 annex B; JFIF in T.871): the segments that decoding needs stay, everything else is dropped.</summary>
/// <remarks>
/// Second pictures (MPF), films of moving photos and other trailers lie behind the end marker, so they go with what follows it. A picture that ends within its
/// coded pixels is kept as it is: viewers show it, and nothing is left in it.
/// </remarks>
internal static class JpegCleaning
{
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;
    private const byte App0 = 0xE0;
    private const byte App1 = 0xE1;
    private const byte App2 = 0xE2;
    private const byte App14 = 0xEE;

    /// <summary>APP0's fields up to the size of the thumbnail, which becomes 0 × 0.</summary>
    private const int JfifLength = 14;

    /// <summary>APP14's fields: decoders learn from them how colours are transformed.</summary>
    private const int AdobeLength = 12;

    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> Clean(PictureSource source)
    {
        yield return await source.TakeAsync(2);
        var (hasFrame, hasScan, orientation) = (false, false, (int?)null);
        byte? marker;
        while ((marker = await NextMarkerAsync(source)) is { } found and not EndOfImage)
        {
            if (IsBare(found))
                continue;
            var body = await BodyAsync(source);
            hasFrame |= IsFrame(found);
            if (Kept(found, body.Span) is { } kept)
                yield return kept;
            else if (orientation is null && IsExif(found, body.Span) && (orientation = ExifOrientation.Of(body.Span)) > ExifOrientation.Upright)
                yield return Segment(App1, [.. "Exif\0\0"u8, .. ExifOrientation.Minimal(orientation.Value)]);
            if (found != StartOfScan)
                continue;
            hasScan = hasFrame ? true : throw PictureSource.Broken;
            await foreach (var piece in ScanAsync(source))
                yield return piece;
        }

        if (!hasScan)
            throw PictureSource.Broken;
        if (marker == EndOfImage)
            yield return new byte[] { 0xFF, EndOfImage };
    }

    /// <summary>The byte after the next 0xFF that begins a marker; null at the end. What lies between segments no decoder reads, and it is dropped.</summary>
    private static async ValueTask<byte?> NextMarkerAsync(PictureSource source)
    {
        var isAfterFill = false;
        while (await source.HasAsync(1))
        {
            var read = source.Take(1).Span[0];
            if (isAfterFill && read is not (0 or 0xFF))
                return read;
            isAfterFill = read == 0xFF;
        }

        return null;
    }

    private static async ValueTask<ReadOnlyMemory<byte>> BodyAsync(PictureSource source)
    {
        var length = BinaryPrimitives.ReadUInt16BigEndian((await source.TakeAsync(2)).Span);
        return length >= 2 ? await source.TakeAsync(length - 2) : throw PictureSource.Broken;
    }

    /// <summary>TEM and restarts outside a scan: no segment follows.</summary>
    private static bool IsBare(byte marker) => marker is 0x01 or (>= 0xD0 and <= 0xD7);

    /// <summary>SOF0 to SOF15, between which DHT, JPG and DAC have their numbers.</summary>
    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static bool IsExif(byte marker, ReadOnlySpan<byte> body) => marker == App1 && body.StartsWith("Exif\0"u8);

    /// <summary>The segment as it is handed on; null: not at all.</summary>
    private static byte[]? Kept(byte marker, ReadOnlySpan<byte> body) => marker switch
    {
        App0 when body.StartsWith("JFIF\0"u8) && body.Length >= JfifLength => Segment(App0, [.. body[..(JfifLength - 2)], 0, 0]),
        App2 when body.StartsWith("ICC_PROFILE\0"u8) => Segment(App2, body),
        App14 when body.StartsWith("Adobe"u8) && body.Length >= AdobeLength => Segment(App14, body[..AdobeLength]),
        >= 0xC0 and <= 0xCF and not 0xC8 => Segment(marker, body),
        >= StartOfScan and <= 0xDF => Segment(marker, body),

        // A picture in the picture, or a number that no decoder of today knows.
        0xC8 or 0xD8 or (>= 0x02 and <= 0xBF) or (>= 0xF0 and <= 0xFD) => throw PictureSource.Broken,
        _ => null,
    };

    private static byte[] Segment(byte marker, ReadOnlySpan<byte> body)
    {
        var length = body.Length + 2;
        return [0xFF, marker, (byte)(length >> 8), (byte)length, .. body];
    }

    /// <summary>The coded pixels up to the marker that ends them.</summary>
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ScanAsync(PictureSource source)
    {
        while (await source.HasAsync(1))
        {
            var coded = CodedLength(source.Waiting.Span);
            if (coded > 0)
                yield return source.Take(coded);
            else if (source.Waiting.Length > 1 || !await source.HasAsync(2))
                yield break;
        }
    }

    /// <summary>How many of the bytes are certainly coded pixels: 0xFF is one of them before 0 (a stuffed byte), a restart's number and 0xFF (a fill byte).</summary>
    private static int CodedLength(ReadOnlySpan<byte> bytes)
    {
        for (var at = 0; ;)
        {
            var mark = bytes[at..].IndexOf((byte)0xFF);
            if (mark < 0)
                return bytes.Length;
            at += mark;
            if (at + 1 == bytes.Length || bytes[at + 1] is not (0 or 0xFF or (>= 0xD0 and <= 0xD7)))
                return at;
            at += bytes[at + 1] == 0xFF ? 1 : 2;
        }
    }
}
