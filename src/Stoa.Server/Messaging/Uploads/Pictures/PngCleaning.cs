using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text;

namespace Stoa.Server.Messaging.Uploads.Pictures;

/// <summary>PNG and APNG (W3C PNG, third edition): a list of chunks that stay, with their checksums; all others are dropped.</summary>
/// <remarks>Texts (tEXt, zTXt, iTXt: XMP too), times (tIME) and programs' own chunks are not on the list. What follows IEND is dropped: cut-off screens have lain there.</remarks>
internal static class PngCleaning
{
    private const int SignatureLength = 8;
    private const int HeadLength = 8;
    private const int ChecksumLength = 4;

    private static readonly FrozenSet<string> Kept = FrozenSet.Create(
        StringComparer.Ordinal,
        "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "bKGD", "hIST", "sPLT", "sBIT", "pHYs",
        "iCCP", "sRGB", "gAMA", "cHRM", "cICP", "mDCV", "mDCv", "cLLI", "cLLi", "acTL", "fcTL", "fdAT");

    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> Clean(PictureSource source)
    {
        yield return await source.TakeAsync(SignatureLength);
        var (type, hasPixels) = ("", false);
        while (type != "IEND")
        {
            var head = await source.TakeAsync(HeadLength);
            var length = BinaryPrimitives.ReadUInt32BigEndian(head.Span);
            var isFirst = type.Length == 0;
            type = TypeOf(head.Span[4..]);
            hasPixels |= type == "IDAT";
            if (length > int.MaxValue || isFirst != (type == "IHDR") || (type == "IEND" && (length > 0 || !hasPixels)))
                throw PictureSource.Broken;
            if (Kept.Contains(type))
            {
                yield return head;
                await foreach (var piece in source.CopyAsync(length + ChecksumLength))
                    yield return piece;
            }
            else if (await DropAsync(source, type, length) is > ExifOrientation.Upright and var orientation)
            {
                yield return ExifChunk(orientation);
            }
        }
    }

    /// <summary>Four letters; a chunk that decoders must know (its first letter is a capital) and this list does not is no picture of today.</summary>
    private static string TypeOf(ReadOnlySpan<byte> name)
    {
        var type = Encoding.Latin1.GetString(name[..4]);
        return type.All(char.IsAsciiLetter) && (Kept.Contains(type) || char.IsAsciiLetterLower(type[0])) ? type : throw PictureSource.Broken;
    }

    /// <returns>The orientation a chunk of Exif says; else null.</returns>
    private static async ValueTask<int?> DropAsync(PictureSource source, string type, long length)
    {
        int? orientation = null;
        if (type == "eXIf")
        {
            var seen = (int)Math.Min(length, PictureSource.LargestPiece);
            orientation = ExifOrientation.Of((await source.TakeAsync(seen)).Span);
            length -= seen;
        }

        await source.SkipAsync(length + ChecksumLength);
        return orientation;
    }

    private static byte[] ExifChunk(int orientation)
    {
        byte[] named = [.. "eXIf"u8, .. ExifOrientation.Minimal(orientation)];
        var chunk = new byte[4 + named.Length + ChecksumLength];
        BinaryPrimitives.WriteInt32BigEndian(chunk, ExifOrientation.MinimalLength);
        named.CopyTo(chunk, 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4 + named.Length), Checksum(named));
        return chunk;
    }

    /// <summary>CRC-32 as annex D computes it; of thirty bytes, so a table would be longer than the work.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
        }

        return ~crc;
    }
}
