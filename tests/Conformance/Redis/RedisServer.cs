using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Stoa.Conformance.Redis;

/// <summary>The Redis of the test run, and private ones that a test may kill.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("stoa-redis-").FullName;
    private readonly int _port;
    private readonly bool _keeps;
    private Process? _process;

    private RedisServer(int port, bool keeps) => (_port, _keeps) = (port, keeps);

    public string Address => $"127.0.0.1:{_port}";

    /// <summary>The shared one; skips the test when there is none.</summary>
    public static string Shared()
    {
        var address = Environment.GetEnvironmentVariable("STOA_TEST_REDIS");
        Assert.SkipWhen(string.IsNullOrEmpty(address), "STOA_TEST_REDIS is not set");
        return address!;
    }

    /// <param name="keeps">Whether its data outlive a kill.</param>
    public static async Task<RedisServer> StartAsync(bool keeps = false)
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/redis-server"), "There is no redis-server");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var redis = new RedisServer(port, keeps);
        await redis.StartAgainAsync();
        return redis;
    }

    public async Task StartAgainAsync()
    {
        string[] arguments =
        [
            "--port", $"{_port}", "--bind", "127.0.0.1", "--dir", _folder, "--save", "", "--appendonly", _keeps ? "yes" : "no", "--appendfsync", "always",
            "--daemonize", "no",
        ];
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = Process.Start(new ProcessStartInfo("/usr/bin/redis-server", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.Contains("Ready to accept connections", StringComparison.Ordinal) == true)
                ready.TrySetResult();
        };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await ready.Task.Soon();
    }

    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).Soon();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
