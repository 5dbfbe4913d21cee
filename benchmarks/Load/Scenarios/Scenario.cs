using Stoa.Load.Measuring;
using Stoa.Load.Servers;

namespace Stoa.Load.Scenarios;

/// <summary>One question to the server, asked again and again in the same way.</summary>
public abstract class Scenario
{
    /// <summary>As typed.</summary>
    public abstract string Name { get; }

    /// <summary>One line for the list of scenarios.</summary>
    public abstract string Summary { get; }

    /// <summary>Starts what it needs, measures, stops it again. Progress goes to standard error.</summary>
    public async Task<Report> RunAsync(LoadOptions options)
    {
        using var work = new WorkFolder(options.Folder);
        var report = NewReport(options);
        report.Fact("date", DateTimeOffset.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture));
        report.Fact("command", $"`{options.CommandLine}`");
        foreach (var (name, value) in Machine.Facts(work.Path))
            report.Fact(name, value);
        if (options.ServerCpus is not null || options.GeneratorCpus is not null)
            report.Fact("pinned", $"server to processors {options.ServerCpus ?? "all"}, generator to {options.GeneratorCpus ?? "all"}");
        report.Fact("garbage collection of the server", ServerUnderTest.GarbageCollection());
        await MeasureAsync(options, work, report);
        return report;
    }

    protected abstract Report NewReport(LoadOptions options);

    protected abstract Task MeasureAsync(LoadOptions options, WorkFolder work, Report report);

    /// <summary>Tells whoever waits what was found so far.</summary>
    public static void Progress(string text) => Console.Error.WriteLine(text);
}
