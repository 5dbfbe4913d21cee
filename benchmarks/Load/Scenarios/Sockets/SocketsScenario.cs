using System.Globalization;
using Stoa.Load.Measuring;
using Stoa.Load.Servers;

namespace Stoa.Load.Scenarios.Sockets;

/// <summary>Our Socket.IO server beside the reference one, each on one processor, the generator on the other, turn by turn in one run.</summary>
public sealed class SocketsScenario : Scenario
{
    private static readonly (string Name, string Unit, string? Floor, Func<PeerProcess, Task<double>> Measure)[] Questions =
    [
        ("1,000,000 deliveries, room of 1,000", "CPU s", "floor", static s => Measurements.DeliveriesAsync(s, 1000)),
        ("1,000,000 acknowledged echoes", "CPU s", "floor", static s => Measurements.EchoesAsync(s, 3000)),
        ("connection set up", "CPU ms", "floor", static s => Measurements.ConnectionsAsync(s, 2000)),
        ("idle WebSocket at 5,000", "KiB", "bare", static s => Measurements.IdleMemoryAsync(s, 5000)),
        ("p99 at 20 messages/s × 1,000", "ms", "floor", static s => Measurements.LatencyAsync(s, 200)),
        ("100,000 acknowledged echoes over polling", "CPU s", null, static s => Measurements.PollingAsync(s, 10000)),
    ];

    public override string Name => "sockets";

    public override string Summary => "Stoa.SocketIO beside Node's socket.io: deliveries, echoes, connections, memory, latency, polling";

    protected override Report NewReport(LoadOptions options) => new(options.Section) { Columns = ["per", "unit", "Stoa.SocketIO", "socket.io (Node)", "floor", "ours/Node"] };

    protected override async Task MeasureAsync(LoadOptions options, WorkFolder work, Report report)
    {
        var cpus = options.ServerCpus ?? "0";
        foreach (var (name, unit, floorPeer, measure) in Questions.Where(q => q.Name.Contains(options.Only, StringComparison.OrdinalIgnoreCase)))
        {
            var (stoa, node, floor) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round < options.Rounds; round++)
            {
                stoa.Add(await AskAsync("stoa", cpus, work, measure));
                node.Add(await AskAsync("node", cpus, work, measure));
                if (floorPeer is not null)
                    floor.Add(await AskAsync(floorPeer, cpus, work, measure));
                Progress(string.Create(CultureInfo.InvariantCulture, $"{name}: {stoa[^1]:0.00} {unit} against {node[^1]:0.00}, floor {floor.LastOrDefault():0.00}"));
            }

            var (ours, theirs) = (Figures.Median([.. stoa]), Figures.Median([.. node]));
            report.Row(name, unit, Text(ours), Text(theirs), floor.Count == 0 ? "" : Text(Figures.Median([.. floor])), Text(ours / theirs));
        }

        report.Note($"Median of {options.Rounds} rounds; each figure is that of the server process, started anew for it. The memory row depends on the garbage collector: the host runs with the defaults of the SDK's web projects (server GC, which on one processor is workstation GC).");
    }

    private static async Task<double> AskAsync(string peer, string cpus, WorkFolder work, Func<PeerProcess, Task<double>> measure)
    {
        await using var server = await PeerServer.StartAsync(peer, cpus, work);
        return await measure(server);
    }

    private static string Text(double value) => value.ToString(value < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture);
}
