using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Stoa.Load.Measuring;

namespace Stoa.Load.Servers;

/// <summary>A server that is not the one under test, as a process of its own on a free port of 127.0.0.1.</summary>
public sealed class PeerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private readonly Process process;

    private PeerProcess(Process process, IPEndPoint address)
    {
        this.process = process;
        Address = address;
    }

    public IPEndPoint Address { get; }

    public double CpuSeconds => ProcessFacts.CpuSeconds(process.Id);

    public long ResidentBytes => ProcessFacts.ResidentBytes(process.Id);

    /// <param name="name">Of its log file in the work folder.</param>
    /// <param name="command">Makes the command line for the port.</param>
    /// <param name="cpus">Processors it may use, in the notation of taskset(1); null: all.</param>
    /// <param name="environment">Added to this program's own.</param>
    public static async Task<PeerProcess> StartAsync(
        string name, Func<IPEndPoint, IEnumerable<string>> command, string? cpus, WorkFolder work, params (string Name, string Value)[] environment)
    {
        var address = new IPEndPoint(IPAddress.Loopback, FreePort.Find());
        var log = Path.Combine(work.Path, $"{name}.log");
        string[] pinned = cpus is null ? [] : ["taskset", "-c", cpus];
        var start = new ProcessStartInfo("sh", ["-c", "exec \"$@\" >>\"$0\" 2>&1", log, .. pinned, .. command(address)]);
        GeneratorEnvironment.RemoveFrom(start);
        foreach (var (key, value) in environment)
            start.Environment[key] = value;
        var server = new PeerProcess(Process.Start(start)!, address);
        try
        {
            await server.AwaitAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw new InvalidOperationException($"{name} did not start: {await File.ReadAllTextAsync(log)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private async Task AwaitAsync()
    {
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < StartLimit && !process.HasExited; await Task.Delay(20))
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(Address);
                return;
            }
            catch (SocketException)
            {
                // Not yet.
            }
        }

        throw new TimeoutException();
    }
}
