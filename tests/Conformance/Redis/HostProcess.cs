using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Stoa.Conformance.Host;

namespace Stoa.Conformance.Redis;

/// <summary>The conformance host in a process of its own.</summary>
public sealed class HostProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly int _port;

    private HostProcess(Process process, int port) => (_process, _port) = (process, port);

    public Uri Address => new($"http://127.0.0.1:{_port}");

    /// <summary>A node of several, at a Redis.</summary>
    public static Task<HostProcess> StartAsync(string redis, string prefix) => StartWithAsync($"--redis={redis}", $"--prefix={prefix}");

    /// <summary>A node of several.</summary>
    /// <param name="adapter">Which adapter, in the host's own words.</param>
    public static Task<HostProcess> StartWithAsync(params string[] adapter) => StartHostAsync([.. adapter, "--recovery=true", "--bench"]);

    /// <summary>What a protocol suite is pointed at.</summary>
    public static Task<HostProcess> StartSuiteAsync() => StartHostAsync([]);

    /// <summary>What the suites of the JavaScript clients are pointed at.</summary>
    /// <param name="letsGo">Whether WebSockets leave the web server.</param>
    public static Task<HostProcess> StartClientSuiteAsync(bool letsGo) => StartHostAsync(["--clients", $"--transport={letsGo}"]);

    private static async Task<HostProcess> StartHostAsync(string[] settings)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        string[] arguments = [typeof(ConformanceApp).Assembly.Location, $"--urls=http://127.0.0.1:{port}", .. settings];
        var host = new HostProcess(Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!, port);
        host._process.BeginOutputReadLine();
        await Wait.Until(host.Listens);
        return host;
    }

    public async Task<WireSocket> ConnectAsync(string auth = "")
    {
        var socket = await OpenAsync();
        await socket.EnterAsync(auth: auth);
        return socket;
    }

    public async Task<WireSocket> OpenAsync()
    {
        var socket = await WireSocket.ConnectAsync(new Uri($"ws://127.0.0.1:{_port}/socket.io/?EIO=4&transport=websocket"));
        Assert.StartsWith("0{", await socket.TextAsync());
        return socket;
    }

    /// <summary>SIGTERM: its clients are told, their sessions kept.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await _process.WaitForExitAsync(TestServer.Cancellation).Soon();
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestServer.Cancellation).Soon();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private bool Listens()
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", _port);
            return true;
        }
        catch (SocketException)
        {
            Assert.False(_process.HasExited);
            return false;
        }
    }
}
