using System.Security.Cryptography;
using System.Text;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>Who sends a picture does not send where it was taken, and with what; what is announced of it is what lies there.</summary>
public sealed class PictureUploadTests
{
    private static readonly SentFile[] Telling =
    [
        new("IMG_0001.jpg", Photos.TellingJpeg(6), "image/jpeg"), new("drawing.png", Photos.TellingPng(6), "image/png"),
        new("sticker.webp", Photos.TellingWebp(6), "image/webp"), new("cat.gif", Photos.TellingGif(), "image/gif"),
    ];

    [Theory, EachDatabase]
    public async Task A_picture_is_handed_out_without_what_tells_about_its_sender(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        using var ana = await stoa.RegisterAsync("ana");

        var uploads = (await ana.UploadAsync(Telling)).Is(201).Body.GetProperty("uploads");

        for (var i = 0; i < Telling.Length; i++)
        {
            var fetched = await stoa.Stranger().FetchAsync(uploads[i].GetProperty("url").GetString()!);
            Assert.Equal(fetched.Bytes.Length, uploads[i].GetProperty("size").GetInt32());
            Assert.Equal($"\"{Convert.ToHexStringLower(SHA256.HashData(fetched.Bytes))}\"", fetched.Headers.ETag?.Tag);
            Assert.DoesNotContain(Photos.Secret, Encoding.Latin1.GetString(fetched.Bytes), StringComparison.Ordinal);
            Assert.InRange(fetched.Bytes.Length, 30, Telling[i].Bytes.Length);
        }

        foreach (var file in Directory.GetFiles(Path.Combine(stoa.Folder, "files"), "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(Photos.Secret, await File.ReadAllTextAsync(file, Encoding.Latin1, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory, EachDatabase]
    public async Task A_picture_that_cannot_be_followed_is_refused_and_nothing_of_its_request_remains(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        using var ana = await stoa.RegisterAsync("ana");
        SentFile[] broken =
        [
            new("a.jpg", [0xFF, 0xD8, 0xFF, 0xE1, 0xFF, 0xFF, .. "Exif"u8]), new("a.png", Photos.Png[..^5]),
            new("a.webp", Photos.Webp[..^1]), new("a.gif", Photos.Gif[..22]),
        ];

        foreach (var file in broken)
            (await ana.UploadAsync(new SentFile("good.png", Photos.Png), file)).IsRefusal(400, "upload.broken_picture");

        Assert.Equal((0, 0), await UploadTests.RemainingAsync(stoa));
    }

    [Theory, EachDatabase]
    public async Task Limits_count_what_is_sent_also_what_is_dropped_of_it(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("Files:MaxBytes", "5000"));
        using var ana = await stoa.RegisterAsync("ana");

        (await ana.UploadAsync(new SentFile("cat.png", [.. Photos.Png, .. new byte[5000]]))).IsRefusal(413, "upload.too_large");
        var taken = (await ana.UploadAsync(new SentFile("cat.png", [.. Photos.Png, .. new byte[4000]]))).Is(201).Body.GetProperty("uploads")[0];
        Assert.Equal(Photos.Png.Length, taken.GetProperty("size").GetInt32());
    }

    [Theory, EachDatabase]
    public async Task An_operator_may_keep_pictures_as_they_were_sent(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("Files:KeepPictureMetadata", "true"));
        using var ana = await stoa.RegisterAsync("ana");

        var uploads = (await ana.UploadAsync(Telling)).Is(201).Body.GetProperty("uploads");

        for (var i = 0; i < Telling.Length; i++)
            Assert.Equal(Telling[i].Bytes, (await ana.FetchAsync(uploads[i].GetProperty("url").GetString()!)).Bytes);
    }
}
