using System.Globalization;
using Stoa.Load.Servers;

namespace Stoa.Load.Scenarios;

/// <summary>How long a start takes, and how much memory a server holds that nobody talks to. On SQLite.</summary>
public sealed class Idle : Scenario
{
    public override string Name => "idle";

    public override string Summary => "time from start to the first 200 on /health, and memory when idle";

    protected override Report NewReport(LoadOptions options) => new(options.Section)
    {
        Columns = ["start", "ms to /health", $"MiB resident after {options.IdleLength.TotalSeconds:0} s"],
    };

    protected override async Task MeasureAsync(LoadOptions options, WorkFolder work, Report report)
    {
        await using var database = await BenchDatabase.NewAsync(work, postgres: null);
        var starts = new List<(double Milliseconds, double Bytes)>();
        for (var i = 1; i <= options.Starts; i++)
        {
            await using var server = await ServerUnderTest.StartAsync(database.Url, database.Folder, options.ServerCpus);
            await Task.Delay(options.IdleLength);
            var (milliseconds, bytes) = (server.TimeToHealth.TotalMilliseconds, (double)server.ResidentBytes);
            starts.Add((milliseconds, bytes));
            Progress($"start {i}: {Figures.Whole(milliseconds)} ms, {Figures.MiB(bytes)} MiB");
            report.Row(i == 1 ? "1, makes the database" : i.ToString(CultureInfo.InvariantCulture), Figures.Whole(milliseconds), Figures.MiB(bytes));
        }

        // Starts on what is there already: the first one is another question.
        var again = starts.Count > 1 ? starts[1..] : starts;
        report.Row(
            "median of the later ones",
            Figures.Whole(Figures.Median([.. again.Select(static s => s.Milliseconds)])),
            Figures.MiB(Figures.Median([.. again.Select(static s => s.Bytes)])));
    }
}
