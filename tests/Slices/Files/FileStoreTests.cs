using System.Security.Cryptography;
using Stoa.Server.Hosting.Files;
using Stoa.Server.Hosting.Settings;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Files;

/// <summary>What every file store promises, and one run of a whole server over a bucket.</summary>
public sealed class FileStoreTests
{
    [Theory, MemberData(nameof(Stores))]
    public async Task What_was_written_is_read_from_any_place(string store)
    {
        await using var place = await Place.OpenAsync(store);
        var bytes = RandomNumberGenerator.GetBytes(300_000);
        var key = NewKey();
        await place.Store.WriteAsync(key, new Trickle(bytes), Cancel);

        await using var opened = await place.Store.OpenAsync(key, Cancel);
        Assert.Equal(bytes.Length, opened!.Length);
        Assert.Equal(bytes, await AllAsync(opened));
        opened.Seek(299_000, SeekOrigin.Begin);
        Assert.Equal(bytes[299_000..], await AllAsync(opened));
        opened.Position = 100;
        var some = new byte[50];
        await opened.ReadExactlyAsync(some, Cancel);
        Assert.Equal(bytes[100..150], some);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_writer_that_fails_leaves_nothing(string store)
    {
        await using var place = await Place.OpenAsync(store);
        var key = NewKey();
        await Assert.ThrowsAsync<IOException>(() => place.Store.WriteAsync(key, new Trickle(new byte[200_000], failsAt: 150_000), Cancel));
        using var ended = new CancellationTokenSource();
        await ended.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => place.Store.WriteAsync(key, new Trickle(new byte[200_000]), ended.Token));

        Assert.Null(await place.Store.OpenAsync(key, Cancel));
        Assert.Equal(0, place.Count());
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task What_is_removed_is_gone_and_removing_nothing_is_no_fault(string store)
    {
        await using var place = await Place.OpenAsync(store);
        var (one, two) = (NewKey(), NewKey());
        await place.Store.DeleteAsync(one, Cancel);
        await place.Store.WriteAsync(one, new Trickle([1, 2, 3]), Cancel);
        await place.Store.WriteAsync(two, new Trickle([4]), Cancel);
        await place.Store.DeleteAsync(one, Cancel);

        Assert.Null(await place.Store.OpenAsync(one, Cancel));
        await using var other = await place.Store.OpenAsync(two, Cancel);
        Assert.Equal([4], await AllAsync(other!));
        Assert.Equal(1, place.Count());
    }

    [Fact]
    public async Task Files_in_the_folder_are_for_the_server_alone()
    {
        if (OperatingSystem.IsWindows())
            return;
        var folder = Directory.CreateTempSubdirectory("stoa-files-");
        await new FolderFileStore(Path.Combine(folder.FullName, "files")).WriteAsync("abcd" + NewKey()[4..], new Trickle([1]), Cancel);

        var file = Assert.Single(folder.GetFiles("*", SearchOption.AllDirectories));
        Assert.EndsWith(Path.Combine("files", "ab", "cd"), file.DirectoryName, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.UnixFileMode);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, file.Directory!.UnixFileMode);
        folder.Delete(recursive: true);
    }

    [Theory, EachDatabase]
    [Requirement("S3-67")]
    public async Task A_server_keeps_its_files_in_a_bucket(Database database)
    {
        using var bucket = await S3Server.StartAsync();
        await using var stoa = StoaServer.Start(database, null, bucket.Settings);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        (await ana.UploadAsync(new SentFile("a.txt", "kept?"u8.ToArray()), new SentFile("b.html", "<html>"u8.ToArray()))).IsRefusal(415, "upload.type_not_allowed");
        Assert.Equal(0, bucket.Count);

        var id = await ana.UploadOneAsync("digits.txt", "0123456789"u8.ToArray());
        (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = "look", attachments = new object[] { new { id } } })).Is(201);

        var url = (await ben.GetAsync("/messages/received")).Is(200).Body[0].GetProperty("attachments")[0].GetProperty("url").GetString()!;
        Assert.Equal("0123456789"u8.ToArray(), (await ben.FetchAsync(url)).Bytes);
        Assert.Equal("345"u8.ToArray(), (await ben.FetchAsync(url, null, ("Range", "bytes=3-5"))).Bytes);
        Assert.Equal(1, bucket.Count);
    }

    public static TheoryData<string> Stores => ["folder", "s3"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string NewKey() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    private static async Task<byte[]> AllAsync(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, Cancel);
        return all.ToArray();
    }

    /// <summary>A store with nothing in it, and how many files lie where it keeps them.</summary>
    private sealed record Place(IFileStore Store, Func<int> Count, Action Close) : IAsyncDisposable
    {
        public static async Task<Place> OpenAsync(string store)
        {
            if (store == "folder")
            {
                var folder = Directory.CreateTempSubdirectory("stoa-files-");
                return new Place(new FolderFileStore(folder.FullName), () => folder.GetFiles("*", SearchOption.AllDirectories).Length, () => folder.Delete(recursive: true));
            }

            var server = await S3Server.StartAsync();
            var s3 = new S3FileStore(new S3Settings { Bucket = S3Server.Bucket, Endpoint = server.Endpoint, AccessKey = S3Server.Key, SecretKey = S3Server.Key, PathStyle = true, Prefix = "stoa/" });
            return new Place(s3, () => server.Count, () =>
            {
                s3.Dispose();
                server.Dispose();
            });
        }

        public ValueTask DisposeAsync()
        {
            Close();
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Comes in pieces and cannot seek, as from a network; may break off.</summary>
    private sealed class Trickle(byte[] bytes, int failsAt = int.MaxValue) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) => CopyAsync(destination, cancellationToken);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            if (Position >= failsAt)
                throw new IOException("The network is gone.");
            return await base.ReadAsync(buffer[..Math.Min(buffer.Length, 10_000)], cancellationToken);
        }

        private async Task CopyAsync(Stream destination, CancellationToken cancellation)
        {
            var buffer = new byte[4096];
            for (int read; (read = await ReadAsync(buffer, cancellation)) > 0;)
                await destination.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
    }
}
