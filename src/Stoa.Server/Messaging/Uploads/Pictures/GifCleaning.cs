namespace Stoa.Server.Messaging.Uploads.Pictures;

/// <summary>GIF (87a, 89a): pictures, their timing and how often they repeat stay, with a colour profile; comments, texts and other programs' blocks are dropped.</summary>
/// <remarks>XMP lies in an application's block. A GIF that ends between two blocks is kept: viewers show it. What is no block ends the picture, as in browsers.</remarks>
internal static class GifCleaning
{
    private const byte Trailer = 0x3B;
    private const byte Extension = 0x21;
    private const byte Image = 0x2C;
    private const byte GraphicControl = 0xF9;
    private const byte Application = 0xFF;
    private const int ScreenLength = 13;
    private const int ImageLength = 10;

    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> Clean(PictureSource source)
    {
        var screen = await source.TakeAsync(ScreenLength);
        var colours = ColourBytes(screen.Span[10]);
        yield return screen;
        await foreach (var piece in source.CopyAsync(colours))
            yield return piece;

        var hasImage = false;
        while (await source.HasAsync(1) && source.Waiting.Span[0] is Extension or Image)
        {
            hasImage |= source.Waiting.Span[0] == Image;
            await foreach (var piece in source.Waiting.Span[0] == Image ? ImageAsync(source) : ExtensionAsync(source))
                yield return piece;
        }

        if (!hasImage)
            throw PictureSource.Broken;
        if (await source.HasAsync(1))
            yield return new[] { Trailer };
    }

    /// <summary>How long the colour table is that a byte of flags announces.</summary>
    private static int ColourBytes(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ImageAsync(PictureSource source)
    {
        var image = await source.TakeAsync(ImageLength);
        var codeSize = 1;
        var rest = ColourBytes(image.Span[9]) + codeSize;
        yield return image;
        await foreach (var piece in source.CopyAsync(rest))
            yield return piece;
        await foreach (var block in BlocksAsync(source))
            yield return block;
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ExtensionAsync(PictureSource source)
    {
        // The first block follows the label; of an application it is the name.
        if (!await source.HasAsync(3) || !await source.HasAsync(3 + source.Waiting.Span[2]))
            throw PictureSource.Broken;
        var isKept = IsKept(source.Waiting.Span[1], source.Waiting.Span[3..(3 + source.Waiting.Span[2])]);
        var introduction = source.Take(2);
        if (isKept)
            yield return introduction;
        await foreach (var block in BlocksAsync(source))
        {
            if (isKept)
                yield return block;
        }
    }

    private static bool IsKept(byte label, ReadOnlySpan<byte> name) => label == GraphicControl
        || (label == Application && (name.SequenceEqual("NETSCAPE2.0"u8) || name.SequenceEqual("ANIMEXTS1.0"u8) || name.SequenceEqual("ICCRGBG1012"u8)));

    /// <summary>Blocks with their lengths, through the empty one that ends them.</summary>
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> BlocksAsync(PictureSource source)
    {
        for (var length = -1; length != 0;)
        {
            length = await source.HasAsync(1) ? source.Waiting.Span[0] : throw PictureSource.Broken;
            yield return await source.TakeAsync(1 + length);
        }
    }
}
