using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Stoa.Load.Measuring;
using Stoa.Load.Servers;

namespace Stoa.Load.Scenarios.Sockets;

/// <summary>A Socket.IO server with the events echo, join and say, as a process of its own on a free port of 127.0.0.1.</summary>
public sealed class PeerServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private readonly Process process;

    private PeerServer(Process process, IPEndPoint address)
    {
        this.process = process;
        Address = address;
    }

    public IPEndPoint Address { get; }

    public double CpuSeconds => ProcessFacts.CpuSeconds(process.Id);

    public long ResidentBytes => ProcessFacts.ResidentBytes(process.Id);

    /// <param name="name"><c>stoa</c>: the conformance host; <c>node</c>: the reference server under benchmarks/peers; <c>bare</c>: an upgraded request of the web server and nothing else; <c>floor</c>: <see cref="Floors.SocketFloor"/>.</param>
    /// <param name="cpus">Processors it may use, in the notation of taskset(1).</param>
    public static async Task<PeerServer> StartAsync(string name, string cpus, WorkFolder work)
    {
        var address = new IPEndPoint(IPAddress.Loopback, FreePort.Find());
        var port = address.Port.ToString(CultureInfo.InvariantCulture);
        string[] command = name switch
        {
            "stoa" => ["dotnet", StoaProgram(), "--bench", "--urls", $"http://{address}"],
            "bare" => ["dotnet", StoaProgram(), "--bench", "--bare=true", "--urls", $"http://{address}"],
            "node" => ["node", Path.Combine(Repository.Root, "benchmarks", "peers", "socketio-node", "server.mjs"), port],
            _ => ["dotnet", typeof(PeerServer).Assembly.Location, "socket-floor", port],
        };
        var start = new ProcessStartInfo("sh", ["-c", "exec \"$@\" >>\"$0\" 2>&1", Path.Combine(work.Path, $"{name}.log"), "taskset", "-c", cpus, .. command]);
        // What this program sets for its own sockets is not for the servers.
        foreach (var own in new[] { "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT" })
            start.Environment.Remove(own);
        var server = new PeerServer(Process.Start(start)!, address);
        await server.AwaitAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static string StoaProgram()
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Repository.Root, "tests", "Conformance", "Host", "bin", framework.Parent!.Name, framework.Name, "Stoa.Conformance.Host.dll");
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

        throw new InvalidOperationException("The peer did not start.");
    }
}
