using System.Buffers.Binary;
using System.Text;

namespace Stoa.Server.Messaging.Uploads.Pictures;

/// <summary>WebP (RFC 9649): chunks of metadata are overwritten in place, because the container's head says the length of the whole before its end is known.</summary>
/// <remarks>
/// Exif becomes one that says the orientation and is filled up with zeros. XMP, and every chunk the format does not name, becomes a chunk <c>JUNK</c> of zeros, which readers
/// pass over (section 2.7.1.6); the flag that announces XMP is taken back. What lies behind the container is dropped.
/// </remarks>
internal static class WebpCleaning
{
    private const int RiffLength = 12;
    private const int HeadLength = 8;
    private const int FeaturesLength = 10;
    private const int FrameLength = 16;
    private const byte HasXmp = 0x04;
    private static readonly ReadOnlyMemory<byte> Zeros = new byte[4096];

    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> Clean(PictureSource source)
    {
        var riff = await source.TakeAsync(RiffLength);
        var left = BinaryPrimitives.ReadUInt32LittleEndian(riff.Span[4..]) - 4L;
        yield return riff;
        if (left < HeadLength || !await source.HasAsync(4) || TypeOf(source.Waiting) is not ("VP8 " or "VP8L" or "VP8X"))
            throw PictureSource.Broken;

        var hasImage = false;
        while (left >= HeadLength)
        {
            var chunk = await HeadAsync(source, left);
            left -= HeadLength + chunk.Padded;
            hasImage |= chunk.Type is "VP8 " or "VP8L" or "ANMF";
            await foreach (var piece in chunk.Type == "ANMF" ? FrameAsync(source, chunk) : ChunkAsync(source, chunk))
                yield return piece;
        }

        if (!hasImage)
            throw PictureSource.Broken;
        await foreach (var piece in BlankAsync(source, left))
            yield return piece;
    }

    /// <param name="Padded">Bytes after the head: chunks begin at even places.</param>
    private readonly record struct Chunk(string Type, uint Length, long Padded);

    private static string TypeOf(ReadOnlyMemory<byte> head) => Encoding.Latin1.GetString(head.Span[..4]);

    private static async ValueTask<Chunk> HeadAsync(PictureSource source, long room)
    {
        var head = await source.TakeAsync(HeadLength);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(head.Span[4..]);
        var padded = length + (length & 1L);
        return padded <= room - HeadLength ? new Chunk(TypeOf(head), length, padded) : throw PictureSource.Broken;
    }

    /// <summary>A frame of an animation is a container of its own.</summary>
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> FrameAsync(PictureSource source, Chunk frame)
    {
        if (frame.Length < FrameLength)
            throw PictureSource.Broken;
        yield return Head(frame.Type, frame.Length);
        yield return await source.TakeAsync(FrameLength);
        var left = frame.Padded - FrameLength;
        while (left >= HeadLength)
        {
            var chunk = await HeadAsync(source, left);
            left -= HeadLength + chunk.Padded;
            await foreach (var piece in ChunkAsync(source, chunk))
                yield return piece;
        }

        await foreach (var piece in BlankAsync(source, left))
            yield return piece;
    }

    private static IAsyncEnumerable<ReadOnlyMemory<byte>> ChunkAsync(PictureSource source, Chunk chunk) => chunk.Type switch
    {
        "VP8 " or "VP8L" or "ALPH" or "ICCP" or "ANIM" => CopyAsync(source, chunk),
        "VP8X" => FeaturesAsync(source, chunk),
        "EXIF" when chunk.Length >= ExifOrientation.MinimalLength => ExifAsync(source, chunk),
        _ => JunkAsync(source, chunk),
    };

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> CopyAsync(PictureSource source, Chunk chunk)
    {
        yield return Head(chunk.Type, chunk.Length);
        await foreach (var piece in source.CopyAsync(chunk.Padded))
            yield return piece;
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> FeaturesAsync(PictureSource source, Chunk chunk)
    {
        if (chunk.Length < FeaturesLength)
            throw PictureSource.Broken;
        yield return Head(chunk.Type, chunk.Length);
        var features = (await source.TakeAsync(FeaturesLength)).ToArray();
        features[0] &= unchecked((byte)~HasXmp);
        yield return features;
        await foreach (var piece in BlankAsync(source, chunk.Padded - FeaturesLength))
            yield return piece;
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ExifAsync(PictureSource source, Chunk chunk)
    {
        yield return Head(chunk.Type, chunk.Length);
        var seen = (int)Math.Min(chunk.Length, PictureSource.LargestPiece);
        var orientation = ExifOrientation.Of((await source.TakeAsync(seen)).Span);
        yield return ExifOrientation.Minimal(orientation ?? ExifOrientation.Upright);
        foreach (var piece in ZerosOf(seen - ExifOrientation.MinimalLength))
            yield return piece;
        await foreach (var piece in BlankAsync(source, chunk.Padded - seen))
            yield return piece;
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> JunkAsync(PictureSource source, Chunk chunk)
    {
        yield return Head("JUNK", chunk.Length);
        await foreach (var piece in BlankAsync(source, chunk.Padded))
            yield return piece;
    }

    private static byte[] Head(string type, uint length)
    {
        var head = new byte[HeadLength];
        Encoding.Latin1.GetBytes(type, head);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(4), length);
        return head;
    }

    /// <summary>As many zeros as there are bytes, which must be there.</summary>
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> BlankAsync(PictureSource source, long count)
    {
        await foreach (var piece in source.CopyAsync(count))
        {
            foreach (var zeros in ZerosOf(piece.Length))
                yield return zeros;
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> ZerosOf(int count)
    {
        for (; count > 0; count -= Math.Min(count, Zeros.Length))
            yield return Zeros[..Math.Min(count, Zeros.Length)];
    }
}
