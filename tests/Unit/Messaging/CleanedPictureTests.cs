using System.Text;
using Stoa.Server.Messaging.Uploads;
using Stoa.Server.Messaging.Uploads.Pictures;
using Stoa.TestSupport;
using Xunit;

namespace Unit.Messaging;

/// <summary>Pictures lose what tells about their sender, and nothing that is seen.</summary>
public sealed class CleanedPictureTests
{
    private static readonly (string Mime, byte[] Telling)[] Kinds =
    [
        ("image/jpeg", Photos.TellingJpeg(6)), ("image/png", Photos.TellingPng(8)), ("image/webp", Photos.TellingWebp(3)), ("image/gif", Photos.TellingGif()),
    ];

    public static TheoryData<int, bool> Orientations => [.. Enumerable.Range(0, 10).SelectMany(static o => (TheoryDataRow<int, bool>[])[new(o, true), new(o, false)])];

    [Theory]
    [MemberData(nameof(Orientations))]
    public async Task Of_a_jpeg_stay_tables_coded_pixels_profile_transform_and_which_way_up_it_is(int orientation, bool isLittle)
    {
        var cleaned = await CleanAsync(Photos.TellingJpeg(orientation, isLittle), "image/jpeg");

        byte[] expected =
        [
            .. Photos.Jpeg[..18], 0, 0,
            .. orientation is > 1 and <= 8 ? Photos.Segment(0xE1, [.. "Exif\0\0"u8, .. Upright(orientation)]) : [],
            .. Photos.Segment(0xEE, [.. "Adobe"u8, 0, 100, 0, 0, 0, 0, 1]),
            .. Photos.Jpeg[Photos.JpegRest..],
        ];
        Assert.Equal(expected, cleaned);
        Assert.Contains("ICC_PROFILE", Encoding.Latin1.GetString(cleaned), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(9)]
    public async Task Of_a_png_stay_pixels_colours_resolution_and_which_way_up_it_is(int orientation)
    {
        var cleaned = await CleanAsync(Photos.TellingPng(orientation), "image/png");

        byte[] expected =
        [
            .. Photos.Png[..Photos.PngRest], .. Photos.Chunk("gAMA", [0, 0, 0xB1, 0x8F]), .. orientation == 6 ? Photos.Chunk("eXIf", Upright(6)) : [],
            .. Photos.Chunk("pHYs", [0, 0, 11, 19, 0, 0, 11, 19, 1]), .. Photos.Png[Photos.PngRest..],
        ];
        Assert.Equal(expected, cleaned);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public async Task Of_a_webp_metadata_is_overwritten_in_place_and_announced_no_more(int orientation)
    {
        var telling = Photos.TellingWebp(orientation);
        var cleaned = await CleanAsync(telling, "image/webp");

        var length = BitConverter.ToInt32(telling, 4) + 8;
        Assert.Equal(length, cleaned.Length);
        Assert.Equal((byte)((telling[20] | 0x0C) & ~0x04), cleaned[20]);
        Assert.Equal(Photos.Webp[21..], cleaned[21..Photos.Webp.Length]);
        var exif = Photos.Exif(orientation, isLittle: true).Length;
        Assert.Equal(Photos.RiffChunk("EXIF", [.. Upright(orientation), .. new byte[exif - 26]]), cleaned.Skip(Photos.Webp.Length).Take(8 + exif + (exif & 1)));
        Assert.Equal(2, Encoding.Latin1.GetString(cleaned).Split("JUNK").Length - 1);
    }

    [Fact]
    public async Task Frames_of_a_moving_webp_are_cleaned_too()
    {
        byte[] image = [.. Photos.RiffChunk("VP8 ", [1, 2, 3]), .. Photos.RiffChunk("note", [.. "SECRET"u8])];
        byte[] chunks = [.. Photos.RiffChunk("VP8X", [0x02, .. new byte[9]]), .. Photos.RiffChunk("ANIM", new byte[6]), .. Photos.RiffChunk("ANMF", [.. new byte[16], .. image])];

        var cleaned = await CleanAsync([.. "RIFF"u8, .. BitConverter.GetBytes(chunks.Length + 4), .. "WEBP"u8, .. chunks], "image/webp");

        Assert.Equal([.. Photos.RiffChunk("VP8 ", [1, 2, 3]), .. Photos.RiffChunk("JUNK", new byte[6])], cleaned[^image.Length..]);
    }

    [Fact]
    public async Task Of_a_gif_stay_pictures_timing_and_repetition() => Assert.Equal(Photos.Gif, await CleanAsync(Photos.TellingGif(), "image/gif"));

    [Fact]
    public async Task No_secret_remains_and_a_clean_picture_is_not_touched_again()
    {
        foreach (var (mime, telling) in Kinds)
        {
            Assert.Contains(Photos.Secret, Encoding.Latin1.GetString(telling), StringComparison.Ordinal);
            var cleaned = await CleanAsync(telling, mime);
            foreach (var secret in (byte[][])[[.. "SECRET"u8], Photos.Latitude, [.. Photos.Latitude.Chunk(4).SelectMany(static n => n.Reverse())]])
                Assert.Equal(-1, cleaned.AsSpan().IndexOf(secret));
            Assert.Equal(cleaned, await CleanAsync(cleaned, mime));
        }
    }

    [Fact]
    public async Task What_comes_byte_by_byte_is_cleaned_alike()
    {
        foreach (var (mime, telling) in Kinds)
            Assert.Equal(await CleanAsync(telling, mime), await CleanAsync(telling, mime, mostAtOnce: 1));
    }

    [Fact]
    public async Task A_picture_that_is_cut_off_anywhere_is_refused_or_what_is_left_is_clean()
    {
        foreach (var (mime, telling) in Kinds)
        {
            var taken = 0;
            for (var length = 0; length < telling.Length; length++)
            {
                if (await TryAsync(telling[..length], mime) is { } cleaned)
                {
                    taken++;
                    Assert.DoesNotContain(Photos.Secret, Encoding.Latin1.GetString(cleaned), StringComparison.Ordinal);
                }
            }

            // Taken are those that lack only what follows the picture, and JPEGs that end within their coded pixels.
            Assert.InRange(taken, 1, telling.Length - 100);
        }
    }

    [Fact]
    public async Task Whatever_is_wrong_in_a_picture_it_is_cleaned_or_refused_and_never_grows()
    {
        var random = new Random(20261201);
        var (taken, refused) = (0, 0);
        for (var i = 0; i < 10_000; i++)
        {
            var (mime, telling) = Kinds[i % Kinds.Length];
            var hurt = telling.ToArray();
            for (var flips = random.Next(1, 6); flips > 0; flips--)
                hurt[random.Next(hurt.Length)] = (byte)random.Next(256);
            if (await TryAsync(hurt, mime) is { } cleaned)
            {
                taken++;
                Assert.InRange(cleaned.Length, 1, hurt.Length + 64);
            }
            else
            {
                refused++;
            }
        }

        Assert.InRange(taken, 1000, 9900);
        Assert.InRange(refused, 100, 9000);
    }

    public static TheoryData<string, byte[]> Hostile =>
    [
        new("image/jpeg", [0xFF, 0xD8, 0xFF, 0xD9]),
        new("image/jpeg", [0xFF, 0xD8, 0xFF, 0xE1, 0, 0, .. Photos.Jpeg[2..]]),
        new("image/jpeg", [0xFF, 0xD8, 0xFF, 0xE1, 0, 1, .. Photos.Jpeg[2..]]),
        new("image/jpeg", [0xFF, 0xD8, .. Photos.Jpeg]),
        new("image/jpeg", [0xFF, 0xD8, .. Enumerable.Repeat(Photos.Segment(0xFE, []), 500_000).SelectMany(static s => s)]),
        new("image/jpeg", [0xFF, 0xD8, .. Enumerable.Repeat((byte)0xFF, 1_000_000)]),
        new("image/png", [.. Photos.Png[..8], 0xFF, 0xFF, 0xFF, 0xFF, .. "IHDR"u8, .. Photos.Png[16..]]),
        new("image/png", [.. Photos.Png[..33], 0x7F, 0xFF, 0xFF, 0xFF, .. "eXIf"u8, .. Photos.Exif(6, true)]),
        new("image/png", [.. Photos.Png[..33], .. Photos.Chunk("ABCD", []), .. Photos.Png[33..]]),
        new("image/png", [.. Photos.Png[..33], .. Photos.Chunk("IEND", [])]),
        new("image/webp", [.. "RIFF"u8, 0, 0, 0, 0, .. Photos.Webp[8..]]),
        new("image/webp", [.. "RIFF"u8, 0xFF, 0xFF, 0xFF, 0xFF, .. Photos.Webp[8..]]),
        new("image/webp", [.. Photos.Webp[..16], 0xFF, 0xFF, 0xFF, 0xFF, .. Photos.Webp[20..]]),
        new("image/gif", [.. Photos.Gif[..19], 0x3B]),
        new("image/gif", [.. Photos.Gif[..19], 0x21, 0xFE, .. Enumerable.Repeat((byte)1, 1_000_000)]),
    ];

    [Theory]
    [MemberData(nameof(Hostile), DisableDiscoveryEnumeration = true)]
    public async Task Lengths_that_lie_and_structures_without_an_end_are_refused(string mime, byte[] picture) => Assert.Null(await TryAsync(picture, mime));

    [Fact]
    public async Task Exif_that_leads_out_of_itself_says_no_orientation()
    {
        foreach (var exif in (byte[][])[[], [.. "MM\0*"u8], [.. "MM\0*"u8, 0xFF, 0xFF, 0xFF, 0xFF, 0, 1], [.. "II*\0"u8, 8, 0, 0, 0, 0xFF, 0xFF, 0x12, 1], [.. "MM\0*"u8, 0, 0, 0, 8, 0, 9]])
        {
            byte[] picture = [0xFF, 0xD8, .. Photos.Segment(0xE1, [.. "Exif\0\0"u8, .. exif]), .. Photos.Jpeg[2..]];
            Assert.Equal(Photos.Jpeg, await CleanAsync(picture, "image/jpeg"));
        }
    }

    /// <summary>TIFF with one entry, tag 0x0112.</summary>
    private static byte[] Upright(int orientation) => [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];

    private static async Task<byte[]> CleanAsync(byte[] picture, string mime, int mostAtOnce = int.MaxValue)
    {
        using var source = new Trickle(picture, mostAtOnce);
        await using var cleaned = new CleanedPicture(source, mime, TestContext.Current.CancellationToken);
        using var kept = new MemoryStream();
        await cleaned.CopyToAsync(kept, TestContext.Current.CancellationToken);
        Assert.Equal(picture.Length, source.Position);
        return kept.ToArray();
    }

    /// <summary>Null: refused as it should be. Anything else that is thrown ends the test.</summary>
    private static async Task<byte[]?> TryAsync(byte[] picture, string mime)
    {
        try
        {
            return await CleanAsync(picture, mime);
        }
        catch (UploadRefusedException refused)
        {
            Assert.Equal("upload.broken_picture", refused.Refusal.Code);
            return null;
        }
    }

    private sealed class Trickle(byte[] bytes, int mostAtOnce) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, mostAtOnce)], cancellationToken);
    }
}
