using System.Globalization;
using Stoa.Load.Measuring;

namespace Stoa.Load.Scenarios;

/// <summary>One database and one number of senders: the rounds of the floor and of each door.</summary>
public sealed class SendsCell(LoadOptions options, string database, int senders)
{
    /// <summary>Stands where a door's name stands.</summary>
    public const string Floor = "floor";

    public static readonly string[] Columns =
    [
        "database", "over", "senders", "sends/s", "all rounds", "p50 ms", "p99 ms",
        "server CPU s/1,000", "database CPU s/1,000", "generator CPU s/1,000", "events per send", "refused", "ours/floor",
    ];

    private readonly Dictionary<string, List<Measured>> rounds = new(StringComparer.Ordinal) { [Floor] = [] };

    public LoadOptions Options { get; } = options;

    public int Senders { get; } = senders;

    /// <summary>Measures one round and lets the senders go.</summary>
    public async Task RunAsync(string over, IReadOnlyList<Sender> all, Func<CpuTimes> cpu)
    {
        try
        {
            var measured = await ClosedLoop.RunAsync(all, Window.After(Options.WarmUp, Options.Length), cpu);
            if (!rounds.TryGetValue(over, out var list))
                rounds[over] = list = [];
            list.Add(measured);
            Scenario.Progress(
                $"{database} {over} {Senders}: {Figures.Whole(measured.PerSecond)}/s, p50 {Figures.Milliseconds(measured.Latency.Percentile(0.5))}, " +
                $"p99 {Figures.Milliseconds(measured.Latency.Percentile(0.99))} ms, {measured.Refused} refused{(measured.FirstFault is { } fault ? $" ({fault})" : "")}");
        }
        finally
        {
            foreach (var sender in all)
                sender.Dispose();
        }
    }

    public void WriteTo(Report report)
    {
        foreach (var (over, all) in rounds)
        {
            WriteRow(report, over, all);
            if (all.Sum(static r => r.Refused) is > 0 and var refused)
                report.Fail($"{refused} sends of {database}/{over}/{Senders} were not acknowledged: {all.Find(static r => r.FirstFault is not null)?.FirstFault ?? "refused"}.");
        }
    }

    private void WriteRow(Report report, string over, List<Measured> all)
    {
        var middle = Figures.Median(all);
        var cpu = middle.Cpu;
        var isFloor = over == Floor;
        report.Row(
            database, over, Senders.ToString(CultureInfo.InvariantCulture), Figures.Whole(middle.PerSecond), Figures.Spread(all),
            Figures.Milliseconds(middle.Latency.Percentile(0.5)), Figures.Milliseconds(middle.Latency.Percentile(0.99)),
            isFloor ? "" : Figures.CpuSeconds(middle.PerThousand(cpu.Server)),
            cpu.Database == 0 ? "" : Figures.CpuSeconds(middle.PerThousand(cpu.Database)),
            Figures.CpuSeconds(middle.PerThousand(cpu.Generator)),
            middle.EventsPerSend == 0 ? "" : Figures.Ratio(middle.EventsPerSend),
            Figures.Whole(all.Sum(static r => r.Refused)),
            isFloor ? "" : Figures.Ratio(RatioToFloor(all)));
    }

    /// <summary>Each round against the floor of the same round, because the machine changes between them; the middle of these.</summary>
    private double RatioToFloor(List<Measured> all) =>
        Figures.Median([.. all.Zip(rounds[Floor], static (ours, floor) => ours.PerSecond / floor.PerSecond)]);
}
