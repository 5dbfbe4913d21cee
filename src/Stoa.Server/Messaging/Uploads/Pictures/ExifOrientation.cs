using System.Buffers.Binary;

namespace Stoa.Server.Messaging.Uploads.Pictures;

/// <summary>Which way up a picture is: the one thing of its Exif that stays (CIPA DC-008, tag 0x0112; TIFF 6.0).</summary>
internal static class ExifOrientation
{
    /// <summary>As the camera held it: what a picture without Exif means too.</summary>
    public const int Upright = 1;

    /// <summary>Of what <see cref="Minimal"/> writes.</summary>
    public const int MinimalLength = 26;

    private const int Last = 8;
    private const int Tag = 0x0112;
    private const int Short = 3;
    private const int EntryLength = 12;

    /// <summary>1 to 8; null when it is not said, or not so that it can be read.</summary>
    /// <param name="exif">A TIFF structure, with <c>Exif\0\0</c> before it or without; nothing in it is believed.</param>
    public static int? Of(ReadOnlySpan<byte> exif)
    {
        var tiff = exif.StartsWith("Exif\0"u8) && exif.Length >= 6 ? exif[6..] : exif;
        var isLittle = tiff.StartsWith("II*\0"u8);
        if (tiff.Length < 8 || !(isLittle || tiff.StartsWith("MM\0*"u8)))
            return null;
        var directory = isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2)
            return null;
        var entries = tiff[((int)directory + 2)..];
        for (var left = Number(tiff[(int)directory..], isLittle); left > 0 && entries.Length >= EntryLength; left--, entries = entries[EntryLength..])
        {
            if (Number(entries, isLittle) == Tag)
                return Number(entries[2..], isLittle) == Short && Number(entries[8..], isLittle) is >= Upright and <= Last and var said ? said : null;
        }

        return null;
    }

    /// <summary>A TIFF structure that says the orientation and nothing else.</summary>
    public static byte[] Minimal(int orientation) =>
    [
        .. "MM\0*"u8, 0, 0, 0, 8,
        0, 1, Tag >> 8, Tag & 0xFF, 0, Short, 0, 0, 0, 1, 0, (byte)orientation, 0, 0,
        0, 0, 0, 0,
    ];

    private static ushort Number(ReadOnlySpan<byte> bytes, bool isLittle) =>
        isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
