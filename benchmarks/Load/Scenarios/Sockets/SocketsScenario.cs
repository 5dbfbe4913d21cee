using System.Globalization;
using Stoa.Load.Measuring;
using Stoa.Load.Servers;

namespace Stoa.Load.Scenarios.Sockets;

/// <summary>Our Socket.IO server beside the reference one, each on one processor, the generator on the other, turn by turn in one run.</summary>
public sealed class SocketsScenario : Scenario
{
    private static readonly Question[] Questions =
    [
        Connects("default"),
        Connects("websocket"),
        Connects("polling"),
        Question.One("1,000,000 deliveries, room of 1,000", "CPU s", "floor", static s => Measurements.DeliveriesAsync(s, 1000)),
        Question.One("1,000,000 acknowledged echoes", "CPU s", "floor", static s => Measurements.EchoesAsync(s, 3000)),
        Question.One("connection set up", "CPU ms", "floor", static s => Measurements.ConnectionsAsync(s, 2000)),
        Question.One("idle WebSocket at 5,000", "KiB", "bare", static s => Measurements.IdleMemoryAsync(s, 5000)),
        Question.One("p99 at 20 messages/s × 1,000", "ms", "floor", static s => Measurements.LatencyAsync(s, 200)),
        Question.One("100,000 acknowledged echoes over polling", "CPU s", null, static s => Measurements.PollingAsync(s, 10000)),
    ];

    public override string Name => "sockets";

    public override string Summary => "Stoa.SocketIO beside Node's socket.io: connecting, deliveries, echoes, connections, memory, latency, polling";

    protected override Report NewReport(LoadOptions options) => new(options.Section) { Columns = ["per", "unit", "Stoa.SocketIO", "socket.io (Node)", "floor", "ours/Node"] };

    protected override async Task MeasureAsync(LoadOptions options, WorkFolder work, Report report)
    {
        foreach (var question in Questions.Where(q => q.Figures.Any(f => f.Contains(options.Only, StringComparison.OrdinalIgnoreCase))))
            await AskAsync(question, options, work, report);
        report.Note($"Median of {options.Rounds} rounds; each figure is that of the server process, started anew for it, and the times of connecting are those of Node's stock client. The memory row depends on the garbage collector: the host runs with the defaults of the SDK's web projects (server GC, which on one processor is workstation GC).");
    }

    private static Question Connects(string transports) => new(
        [.. StockClient.Figures.Select(f => $"{transports} transport: {f}")],
        "ms",
        null,
        server => StockClient.ConnectAsync(server, transports));

    private static async Task AskAsync(Question question, LoadOptions options, WorkFolder work, Report report)
    {
        var cpus = options.ServerCpus ?? "0";
        string[] servers = question.Floor is { } floor ? ["stoa", "node", floor] : ["stoa", "node"];
        var answers = servers.ToDictionary(static s => s, static _ => new List<double[]>());
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var name in servers)
            {
                await using var server = await PeerServer.StartAsync(name, cpus, work);
                answers[name].Add(await question.Measure(server));
                Progress($"{question.Figures[0]}: {name} {string.Join(", ", answers[name][^1].Select(Text))} {question.Unit}");
            }
        }

        for (var i = 0; i < question.Figures.Length; i++)
        {
            var medians = servers.Select(s => Figures.Median([.. answers[s].Select(a => a[i])])).ToArray();
            var least = medians.Length > 2 ? Text(medians[2]) : "";
            report.Row(question.Figures[i], question.Unit, Text(medians[0]), Text(medians[1]), least, Text(medians[0] / medians[1]));
        }
    }

    private static string Text(double value) => value.ToString(value < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture);

    /// <summary>What is asked of each server in turn.</summary>
    /// <param name="Figures">What the answers are, a row each.</param>
    /// <param name="Floor">The server that does the least that can be done, if there is one.</param>
    private sealed record Question(string[] Figures, string Unit, string? Floor, Func<PeerProcess, Task<double[]>> Measure)
    {
        public static Question One(string figure, string unit, string? floor, Func<PeerProcess, Task<double>> measure) =>
            new([figure], unit, floor, async server => [await measure(server)]);
    }
}
