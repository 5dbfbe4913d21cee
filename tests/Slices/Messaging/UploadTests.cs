using System.Net.Sockets;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Core.Data;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>Files on their way in: what is taken, what is refused, and that nothing of what is refused remains.</summary>
public sealed class UploadTests
{
    private static readonly byte[] Text = Encoding.UTF8.GetBytes("Grüße, and nothing else.\n");

    [Theory, EachDatabase]
    [Requirement("S3-67")]
    public async Task Files_are_told_by_their_bytes_and_answered_one_by_one(Database database)
    {
        using var ana = await StoaServer.For(database).RegisterAsync("ana");
        var answer = (await ana.UploadAsync(
            new SentFile("C:\\photos\\cat\u202e.png", PersonFiles.Png, "image/jpeg"), new SentFile("../../notes.txt", Text), new SentFile("voice.webm", Webm, "audio/webm;codecs=opus"))).Is(201);

        var uploads = answer.Body.GetProperty("uploads");
        Assert.Equal(["cat.png", "notes.txt", "voice.webm"], uploads.EnumerateArray().Select(static u => u.GetProperty("name").GetString()));
        Assert.Equal(["image/png", "text/plain", "audio/webm"], uploads.EnumerateArray().Select(static u => u.GetProperty("mime").GetString()));
        Assert.Equal([PersonFiles.Png.Length, Text.Length, Webm.Length], uploads.EnumerateArray().Select(static u => u.GetProperty("size").GetInt32()));
        Assert.All(uploads.EnumerateArray(), static u => Assert.StartsWith($"/api/files/{u.GetProperty("id").GetString()}?", u.GetProperty("url").GetString(), StringComparison.Ordinal));
    }

    [Theory, EachDatabase]
    [Requirement("S3-67")]
    public async Task What_is_not_on_the_list_or_says_it_is_something_else_is_refused(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        using var ana = await stoa.RegisterAsync("ana");
        SentFile[] refused =
        [
            new("page.html", Encoding.UTF8.GetBytes("<!DOCTYPE html><p>hello")),
            new("page.txt", Encoding.UTF8.GetBytes("  \n<HTML><script>alert(1)</script>")),
            new("picture.svg", Encoding.UTF8.GetBytes("<svg xmlns='http://www.w3.org/2000/svg'/>"), "image/svg+xml"),
            new("run.txt", Encoding.UTF8.GetBytes("#!/bin/sh\nrm -rf ~\n")),
            new("setup.exe", [0x4D, 0x5A, 0x90, 0, 3, 0, 0, 0, 4, 0, 0, 0]),
            new("elf", [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0]),
            new("run.bat", Text),
            new("cat.png", Text),
            new("notes.txt", Text, "text/html"),
            new("notes.txt", Text, "image/png"),
            new("cut.txt", [0x41, 0xC3]),
            new("latin.txt", [0x41, 0xFC, 0x62]),
            new("zero.txt", [0x41, 0, 0x62]),
            new("late.txt", [.. Enumerable.Repeat((byte)'a', 100_000), 0xFF]),
            new("app.jar", Zip("META-INF/MANIFEST.MF", "")),
            new("archive.zip", Zip("[Content_Types].xml", "")),
            new("macro.docm", Zip("[Content_Types].xml", "")),
            new("program.odt", Zip("mimetype", "application/java-archive")),
            new("film.mkv", [0x1A, 0x45, 0xDF, 0xA3, 0x88, .. "matroska"u8]),
        ];
        foreach (var file in refused)
            Assert.Equal((file.Name, 415, "upload.type_not_allowed"), await RefusedAsync(ana, file));
        Assert.Equal((0, 0), await RemainingAsync(stoa));
    }

    [Theory]
    [EachDatabase("IMG_0001.HEIC", "image/heic", "IMG_0001.png")]
    [EachDatabase("cat.exe", null, "cat.png")]
    [EachDatabase("cat.png.html", null, "cat.png")]
    [EachDatabase("cat.JPG", "image/jpeg", "cat.JPG")]
    [EachDatabase("cat", null, "cat")]
    public async Task What_a_picture_is_its_bytes_decide_and_a_name_that_says_otherwise_is_mended(Database database, string name, string? type, string kept)
    {
        using var ana = await StoaServer.For(database).RegisterAsync();

        var taken = (await ana.UploadAsync(new SentFile(name, PersonFiles.Png, type))).Is(201).Body.GetProperty("uploads")[0];

        Assert.Equal((kept, "image/png"), (taken.GetProperty("name").GetString(), taken.GetProperty("mime").GetString()));
    }

    [Theory, EachDatabase]
    public async Task An_account_stores_so_much_and_no_more_whether_it_comes_at_once_or_not(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("Files:MaxBytesPerAccount", "1000"), ("Files:MaxBytes", "300"));
        using var ana = await stoa.RegisterAsync("ana");
        using var ben = await stoa.RegisterAsync("ben");
        var file = new SentFile("notes.txt", Encoding.UTF8.GetBytes(new string('x', 250)));

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ana.UploadAsync(file)));
        foreach (var refused in answers.Where(static a => a.Status != 201))
            refused.IsRefusal(409, "upload.quota");
        while ((await ana.UploadAsync(file)).Status == 201)
        {
        }

        Assert.Equal(1000, await stoa.AskAsync(async db => await db.Uploads.Where(u => u.OwnerId == ana.Id).SumAsync(static u => u.Size)));
        (await ana.UploadAsync(new SentFile("notes.txt", Text))).IsRefusal(409, "upload.quota");
        (await ben.UploadAsync(file)).Is(201);

        var one = await stoa.AskAsync(async db => await db.Uploads.Where(u => u.OwnerId == ana.Id).Select(static u => u.Id).FirstAsync());
        (await ana.DeleteAsync($"/api/uploads/{one}")).Is(204);
        (await ana.UploadAsync(new SentFile("large.txt", Encoding.UTF8.GetBytes(new string('x', 251))))).IsRefusal(409, "upload.quota");
        (await ana.UploadAsync(file)).Is(201);
    }

    [Theory, EachDatabase]
    [Requirement("S3-67")]
    public async Task Each_kind_on_the_list_is_taken(Database database)
    {
        using var ana = await StoaServer.For(database).RegisterAsync("ana");
        (SentFile File, string Mime)[] taken =
        [
            (new("a.jpg", Photos.Jpeg), "image/jpeg"),
            (new("a.gif", Photos.Gif), "image/gif"),
            (new("a.webp", Photos.Webp), "image/webp"),
            (new("a.pdf", [.. "%PDF-1.7\n"u8]), "application/pdf"),
            (new("a.mp4", [0, 0, 0, 24, .. "ftypisom"u8, 0, 0, 2, 0]), "video/mp4"),
            (new("a.mov", [0, 0, 0, 20, .. "ftypqt  "u8, 0, 0, 2, 0]), "video/quicktime"),
            (new("a.m4a", [0, 0, 0, 24, .. "ftypM4A "u8, 0, 0, 2, 0]), "audio/mp4"),
            (new("a.mp3", [.. "ID3"u8, 4, 0, 0, 0, 0, 0, 0]), "audio/mpeg"),
            (new("b.mp3", [0xFF, 0xFB, 0x90, 0x64, 0, 0, 0, 0]), "audio/mpeg"),
            (new("a.ogg", [.. "OggS"u8, 0, 2, 0, 0]), "audio/ogg"),
            (new("a.wav", [.. "RIFF"u8, 1, 0, 0, 0, .. "WAVEfmt "u8]), "audio/wav"),
            (new("a.webm", Webm), "video/webm"),
            (new("a.docx", Zip("[Content_Types].xml", "")), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            (new("a.odt", Zip("mimetype", "application/vnd.oasis.opendocument.text")), "application/vnd.oasis.opendocument.text"),
            (new("a.csv", Encoding.UTF8.GetBytes("\uFEFFa;b\r\n1;2\r\n"), "text/csv"), "text/plain"),
            (new("long.txt", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("äöü€😀", 20_000)))), "text/plain"),
        ];
        foreach (var (file, mime) in taken)
        {
            var upload = (await ana.UploadAsync(file)).Is(201).Body.GetProperty("uploads")[0];
            Assert.Equal((file.Name, mime), (file.Name, upload.GetProperty("mime").GetString()));
            Assert.Equal(file.Bytes, (await ana.FetchAsync(upload.GetProperty("url").GetString()!)).Bytes);
        }
    }

    [Theory, EachDatabase]
    public async Task A_file_may_be_larger_than_other_bodies_and_a_name_is_cut_with_its_ending_left(Database database)
    {
        using var ana = await StoaServer.For(database).RegisterAsync("ana");
        var bytes = Encoding.UTF8.GetBytes(new string('a', 5_000_000));
        var upload = (await ana.UploadAsync(new SentFile(new string('n', 300) + ".txt", bytes))).Is(201).Body.GetProperty("uploads")[0];
        Assert.Equal(new string('n', 251) + ".txt", upload.GetProperty("name").GetString());
        Assert.Equal(bytes.Length, (await ana.FetchAsync(upload.GetProperty("url").GetString()!)).Bytes.Length);
    }

    [Theory, EachDatabase]
    [Requirement("S3-67")]
    public async Task Sizes_and_counts_have_limits_and_nothing_of_a_refused_request_remains(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("Files:MaxBytes", "1000"), ("Files:MaxPerRequest", "2"), ("Files:MaxWaiting", "3"));
        using var ana = await stoa.RegisterAsync("ana");
        var good = new SentFile("a.txt", Text);
        (await ana.UploadAsync(good, new SentFile("b.txt", new byte[1001].Select(static _ => (byte)'b').ToArray()))).IsRefusal(413, "upload.too_large");
        (await ana.UploadAsync(good, new SentFile("b.txt", new byte[3_000_000].Select(static _ => (byte)'b').ToArray()))).Is(413);
        (await ana.UploadAsync(good, new SentFile("b.txt", []))).IsRefusal(400, "upload.empty");
        (await ana.UploadAsync(good, good, good)).IsRefusal(400, "upload.too_many_files");
        (await ana.UploadRawAsync("--x\r\nContent-Disposition: form-data; name=note\r\n\r\nhello\r\n--x--\r\n")).IsRefusal(400, "upload.no_file");
        (await ana.UploadRawAsync("--x\r\nContent-Disposition: form-data; name=f; filename=a.txt\r\n\r\nhello")).IsRefusal(400, "upload.malformed");
        (await ana.UploadRawAsync("nothing of a form")).IsRefusal(400, "upload.malformed");
        (await ana.UploadRawAsync("nothing of a form", "multipart/form-data")).IsRefusal(400, "upload.malformed");
        (await ana.PostAsync("/api/uploads", new { })).Is(415);
        Assert.Equal((0, 0), await RemainingAsync(stoa));

        (await ana.UploadAsync(good, good)).Is(201);
        (await ana.UploadAsync(good, good)).IsRefusal(429, "upload.too_many_waiting");
        (await ana.UploadAsync(new SentFile("1000.txt", new byte[1000].Select(static _ => (byte)'b').ToArray()))).Is(201);
        Assert.Equal((3, 3), await RemainingAsync(stoa));

        using var stranger = stoa.Stranger();
        (await stranger.UploadAsync(good)).IsRefusal(401, "auth.required");
    }

    [Theory, EachDatabase]
    public async Task Who_uploads_from_many_places_at_once_gets_no_more_than_the_limit(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("Files:MaxWaiting", "3"), ("Files:MaxPerHour", "12"));
        using var ana = await stoa.RegisterAsync("ana");
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => ana.UploadAsync(new SentFile("a.txt", Text))));
        Assert.Equal(3, answers.Count(static a => a.Status == 201));
        Assert.All(answers.Where(static a => a.Status != 201), static a => a.IsRefusal(429, "upload.too_many_waiting"));
        (await ana.UploadAsync(new SentFile("a.txt", Text))).IsRefusal(429, "rate.uploads");
        Assert.Equal((3, 3), await RemainingAsync(stoa));
    }

    [Theory, EachDatabase]
    public async Task A_connection_that_breaks_leaves_nothing(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        using var ana = await stoa.RegisterAsync("ana");
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(stoa.Address.Host, stoa.Address.Port, TestContext.Current.CancellationToken);
            var start = $"POST /api/uploads HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ana.Token}\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 900000\r\n\r\n"
                + "--x\r\nContent-Disposition: form-data; name=f; filename=a.txt\r\n\r\n" + new string('a', 200_000);
            await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(start), TestContext.Current.CancellationToken);
            await Eventually.GetAsync(() => RemainingAsync(stoa), static r => r is { Rows: 1, Files: 1 }, static r => $"the upload did not begin: {r}");
        }

        await Eventually.GetAsync(() => RemainingAsync(stoa), static r => r is { Rows: 0, Files: 0 }, static r => $"something remains: {r}");
    }

    private static byte[] Webm => [0x1A, 0x45, 0xDF, 0xA3, 0x9F, 0x42, 0x86, 0x81, 1, 0x42, 0x82, 0x84, .. "webm"u8];

    private static async Task<(string, int, string?)> RefusedAsync(Person person, SentFile file)
    {
        var answer = await person.UploadAsync(file);
        return (file.Name, answer.Status, answer.Status == 201 ? null : answer.Body.GetProperty("code").GetString());
    }

    /// <summary>A ZIP's first entry, as it stands in the file: stored, with its name and content.</summary>
    private static byte[] Zip(string name, string content) =>
        [.. "PK\x03\x04"u8, .. new byte[14], (byte)content.Length, 0, 0, 0, (byte)content.Length, 0, 0, 0, (byte)name.Length, 0, 0, 0, .. Encoding.ASCII.GetBytes(name + content)];

    internal static async Task<(int Rows, int Files)> RemainingAsync(StoaServer stoa)
    {
        await using var scope = stoa.Services.CreateAsyncScope();
        var rows = await scope.ServiceProvider.GetRequiredService<StoaDb>().Uploads.CountAsync(TestContext.Current.CancellationToken);
        var folder = Path.Combine(stoa.Folder, "files");
        return (rows, Directory.Exists(folder) ? Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Length : 0);
    }
}
