using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Stoa.TestSupport;

/// <summary>npm's s3rver as a process: a bucket outside of our own code. It knows access keys, but takes any SigV4 signature.</summary>
public sealed class S3Server : IDisposable
{
    public const string Bucket = "files";
    public const string Key = "S3RVER";
    private readonly string folder = Directory.CreateTempSubdirectory("stoa-s3-").FullName;
    private readonly Process process;

    private S3Server() => process = Process.Start(
        new ProcessStartInfo("node", [Path.Combine(SourceTree.Root, "tests", "Slices", "node", "s3-server.mjs"), folder, Bucket]) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    public string Endpoint { get; private set; } = "";

    /// <summary>Objects in the bucket.</summary>
    public int Count => Directory.GetFiles(Path.Combine(folder, Bucket), "*_object", SearchOption.AllDirectories).Length;

    /// <summary>What a server needs to keep its files here.</summary>
    public (string Key, string Value)[] Settings =>
        [("S3:Endpoint", Endpoint), ("S3:Bucket", Bucket), ("S3:AccessKey", Key), ("S3:SecretKey", Key), ("S3:PathStyle", "true"), ("S3:Prefix", "stoa/")];

    public static async Task<S3Server> StartAsync()
    {
        var server = new S3Server();
        var line = await server.process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        Assert.True(line?.StartsWith("ready ", StringComparison.Ordinal), line ?? await server.process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        server.process.BeginErrorReadLine();
        server.Endpoint = $"http://127.0.0.1:{int.Parse(line!["ready ".Length..], CultureInfo.InvariantCulture)}";
        return server;
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
