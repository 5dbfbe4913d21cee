using System.Buffers.Binary;
using System.Text;

namespace Stoa.TestSupport;

/// <summary>Pictures of 16 × 8 pixels, upper left quarter blue and the rest red, and the same as cameras and programs make them: full of what nobody else should know.</summary>
/// <remarks>All that must go contains <see cref="Secret"/>, or is <see cref="Latitude"/>.</remarks>
public static class Photos
{
    public const string Secret = "SECRET";

    private const string SecretText = "SECRET-TEXT: 52 N 13 E, Ana's camera 4711";

    /// <summary>52° 31' 12.34'' as Exif writes it.</summary>
    public static byte[] Latitude => [.. Number(52), .. Number(1), .. Number(31), .. Number(1), .. Number(1234), .. Number(100)];

    /// <summary>With JFIF first, then a colour profile.</summary>
    public static byte[] Jpeg { get; } = Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/4gHYSUNDX1BST0ZJTEUAAQEAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAAAABhY3NwAAAAAAAAAAAAAAAA"
        + "AAAAAAAAAAAAAAAAAAAAAQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAlkZXNjAAAA8AAA"
        + "ACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFlaAAABPAAAABR3dHB0AAABUAAAABRyVFJDAAABZAAAAChnVFJDAAABZAAAAChiVFJDAAABZAAAAChjcHJ0"
        + "AAABjAAAADxtbHVjAAAAAAAAAAEAAAAMZW5VUwAAAAgAAAAcAHMAUgBHAEJYWVogAAAAAAAAb6IAADj1AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAA"
        + "AAAAACSgAAAPhAAAts9YWVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAPKnAAANWQAAE9AAAApbAAAAAAAAAABtbHVjAAAAAAAAAAEAAAAM"
        + "ZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADb/2wBDAAoHBwgHBgoICAgLCgoLDhgQDg0NDh0VFhEYIx8lJCIfIiEmKzcvJik0"
        + "KSEiMEExNDk7Pj4+JS5ESUM8SDc9Pjv/2wBDAQoLCw4NDhwQEBw7KCIoOzs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7"
        + "Ozv/wAARCAAIABADASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAAAAUG/8QAGBABAAMBAAAAAAAAAAAAAAAAABVjouH/xAAVAQEBAAAAAAAAAAAAAAAA"
        + "AAAFB//EAB8RAAEDBAMBAAAAAAAAAAAAAAEEERIAAgUxFCFRcf/aAAwDAQACEQMRAD8AwcPfjqkA5dlFa+PJvlF26A2z6A8qro8clRS49sZM/ZOvpPtf/9k=");

    public static byte[] Png { get; } = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAABAAAAAICAYAAADwdn+XAAAAL0lEQVR4AcyPsQ0AAAjCqv//jF4Ag4skTARCGyRnG25xBzjpwYAonBPfA4R0MeUDAAD//6wV"
        + "OS4AAAAGSURBVAMAY1wn8eoolLgAAAAASUVORK5CYII=");

    /// <summary>Extended, with a colour profile.</summary>
    public static byte[] Webp { get; } = Convert.FromBase64String(
        "UklGRjACAABXRUJQVlA4WAoAAAAgAAAADwAABwAASUNDUMgBAAAAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAAAABhY3NwAAAAAAAAAAAAAAAA"
        + "AAAAAAAAAAAAAAAAAAAAAQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAlkZXNjAAAA8AAA"
        + "ACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFlaAAABPAAAABR3dHB0AAABUAAAABRyVFJDAAABZAAAAChnVFJDAAABZAAAAChiVFJDAAABZAAAAChjcHJ0"
        + "AAABjAAAADxtbHVjAAAAAAAAAAEAAAAMZW5VUwAAAAgAAAAcAHMAUgBHAEJYWVogAAAAAAAAb6IAADj1AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAA"
        + "AAAAACSgAAAPhAAAts9YWVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAPKnAAANWQAAE9AAAApbAAAAAAAAAABtbHVjAAAAAAAAAAEAAAAM"
        + "ZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADZWUDggQgAAADACAJ0BKhAACAACQDglqAJ0ugH4AAMVvvbEAP78qLqqD/xGT/5Z"
        + "qt/5sp5TPol/+Wsv/kEEz/BD/EhfiQv/D+AAAA==");

    /// <summary>Two by one pixels, repeated for ever.</summary>
    public static byte[] Gif { get; } =
    [
        .. "GIF89a"u8, 2, 0, 1, 0, 0x80, 0, 0, 0, 0, 255, 255, 0, 0,
        0x21, 0xFF, 11, .. "NETSCAPE2.0"u8, 3, 1, 0, 0, 0,
        0x21, 0xF9, 4, 0, 10, 0, 0, 0,
        0x2C, 0, 0, 0, 0, 2, 0, 1, 0, 0, 2, 2, 0x44, 0x0A, 0,
        0x3B,
    ];

    /// <summary>Where the JPEG's tables and coded pixels begin, behind JFIF.</summary>
    public const int JpegRest = 20;

    /// <summary>Where the PNG's chunks go on behind the first.</summary>
    public const int PngRest = 33;

    /// <summary>As a telephone takes it: every kind of metadata there is, a thumbnail, a second picture and a film.</summary>
    public static byte[] TellingJpeg(int orientation, bool isLittle = true)
    {
        byte[] thumbnail = [3, 1, .. "SECRET-PI"u8];
        return
        [
            0xFF, 0xD8,
            .. Segment(0xE0, [.. Jpeg[6..18], .. thumbnail]), .. Segment(0xE0, [.. "JFXX\0"u8, 0x10, .. Text]),
            .. Segment(0xE1, [.. "Exif\0\0"u8, .. Exif(orientation, isLittle)]),
            .. Segment(0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. Text]), .. Segment(0xE1, [.. "http://ns.adobe.com/xmp/extension/\0"u8, .. Text]),
            .. Segment(0xE2, [.. "MPF\0"u8, .. Text]), .. Segment(0xED, [.. "Photoshop 3.0\0"u8, .. Text]), .. Segment(0xEC, Text), .. Segment(0xEF, Text),
            .. Segment(0xEE, [.. "Adobe"u8, 0, 100, 0, 0, 0, 0, 1, .. Text]),
            .. Segment(0xFE, Text), .. Text, 0xFF, 0xFF,
            .. Jpeg[JpegRest..^2],
            .. Segment(0xFE, Text), 0xFF, 0xD9,
            .. Jpeg[..2], .. Segment(0xE1, [.. "Exif\0\0"u8, .. Exif(orientation, isLittle)]), .. Jpeg[2..], .. "ftypmp42"u8, .. Text,
        ];
    }

    public static byte[] TellingPng(int orientation) =>
    [
        .. Png[..PngRest],
        .. Chunk("gAMA", Number(45455)), .. Chunk("tEXt", [.. "Author\0"u8, .. Text]), .. Chunk("zTXt", Text), .. Chunk("iTXt", [.. "XML:com.adobe.xmp\0\0\0\0\0"u8, .. Text]),
        .. Chunk("tIME", [7, 234, 12, 1, 12, 0, 0]), .. Chunk("eXIf", Exif(orientation, isLittle: false)), .. Chunk("pHYs", [0, 0, 11, 19, 0, 0, 11, 19, 1]), .. Chunk("caBX", Text),
        .. Png[PngRest..], .. Text,
    ];

    /// <summary>Exif and XMP are announced and follow the picture, as the format wants it.</summary>
    public static byte[] TellingWebp(int orientation)
    {
        byte[] chunks =
        [
            .. Webp[12..20], (byte)(Webp[20] | 0x0C), .. Webp[21..],
            .. RiffChunk("EXIF", Exif(orientation, isLittle: true)), .. RiffChunk("XMP ", Text), .. RiffChunk("odd ", [.. Text, 1]),
        ];
        return [.. "RIFF"u8, .. LittleNumber(chunks.Length + 4), .. "WEBP"u8, .. chunks, .. Text];
    }

    public static byte[] TellingGif() =>
    [
        .. Gif[..19], 0x21, 0xFE, .. Block(Text), 0, 0x21, 0xFF, 11, .. "XMP DataXMP"u8, .. Block(Text), .. Block([1, .. Text]), 0, 0x21, 0x01, 12, .. new byte[12], .. Block(Text), 0,
        .. Gif[19..], .. Text,
    ];

    private static byte[] Text => Encoding.ASCII.GetBytes(SecretText);

    public static byte[] Segment(byte marker, byte[] body) => [0xFF, marker, (byte)((body.Length + 2) >> 8), (byte)(body.Length + 2), .. body];

    public static byte[] Chunk(string type, byte[] body)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(type), .. body];
        return [.. Number(body.Length), .. named, .. Number((int)Checksum(named))];
    }

    public static byte[] RiffChunk(string type, byte[] body) => [.. Encoding.ASCII.GetBytes(type), .. LittleNumber(body.Length), .. body, .. new byte[body.Length & 1]];

    private static uint Checksum(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
        }

        return ~crc;
    }

    private static byte[] Block(byte[] bytes) => [(byte)bytes.Length, .. bytes];

    private static byte[] Number(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    private static byte[] LittleNumber(int number) => [.. Number(number).Reverse()];

    /// <summary>A camera's name, the orientation, a place, and a thumbnail that tells things itself.</summary>
    public static byte[] Exif(int orientation, bool isLittle)
    {
        byte[] thumbnail = [.. Jpeg[..2], .. Segment(0xFE, Text), .. Jpeg[2..]];
        byte[] make = [.. "SECRET-MAKE\0"u8];
        byte[] area = [.. "SECRET-PLACE\0\0\0\0"u8];
        byte[] latitude = isLittle ? [.. Latitude.Chunk(4).SelectMany(static n => n.Reverse())] : Latitude;
        return
        [
            .. isLittle ? "II*\0"u8 : "MM\0*"u8, .. Long(8),
            .. Short(3), .. Entry(0x010F, 2, make.Length, Long(50)), .. Entry(0x0112, 3, 1, [.. Short(orientation), 0, 0]), .. Entry(0x8825, 4, 1, Long(62)), .. Long(132),
            .. make,
            .. Short(2), .. Entry(2, 5, 3, Long(92)), .. Entry(0x1C, 7, area.Length, Long(116)), .. Long(0),
            .. latitude, .. area,
            .. Short(2), .. Entry(0x0201, 4, 1, Long(162)), .. Entry(0x0202, 4, 1, Long(thumbnail.Length)), .. Long(0),
            .. thumbnail,
        ];

        byte[] Long(int number) => isLittle ? LittleNumber(number) : Number(number);
        byte[] Short(int number) => isLittle ? [(byte)number, (byte)(number >> 8)] : [(byte)(number >> 8), (byte)number];
        byte[] Entry(int tag, int type, int count, byte[] value) => [.. Short(tag), .. Short(type), .. Long(count), .. value];
    }
}
