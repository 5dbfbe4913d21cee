using System.Globalization;
using Stoa.Load.Servers;

namespace Stoa.Load.Scenarios.Sockets;

/// <summary>Socket.IO servers with the events echo, join and say.</summary>
public static class PeerServer
{
    /// <param name="name"><c>stoa</c>: the conformance host; <c>node</c>: the reference server under benchmarks/peers; <c>bare</c>: an upgraded request of the web server and nothing else; <c>floor</c>: <see cref="Floors.SocketFloor"/>.</param>
    /// <param name="cpus">Processors it may use, in the notation of taskset(1).</param>
    public static async Task<PeerProcess> StartAsync(string name, string cpus, WorkFolder work)
    {
        var node = name == "node" ? await PeerPackages.InstallAsync("socketio-node") : "";
        return await PeerProcess.StartAsync(
            name,
            address => (port: address.Port.ToString(CultureInfo.InvariantCulture), name) switch
            {
                (_, "stoa") => ["dotnet", StoaProgram(), "--bench", "--urls", $"http://{address}"],
                (_, "bare") => ["dotnet", StoaProgram(), "--bench", "--bare=true", "--urls", $"http://{address}"],
                (var port, "node") => ["node", Path.Combine(node, "server.mjs"), port],
                var (port, _) => ["dotnet", typeof(PeerServer).Assembly.Location, "socket-floor", port],
            },
            cpus,
            work);
    }

    private static string StoaProgram()
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Repository.Root, "tests", "Conformance", "Host", "bin", framework.Parent!.Name, framework.Name, "Stoa.Conformance.Host.dll");
    }
}
