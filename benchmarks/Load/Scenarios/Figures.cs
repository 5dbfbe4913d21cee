using System.Globalization;
using Stoa.Load.Measuring;

namespace Stoa.Load.Scenarios;

/// <summary>How figures are written, and which of several rounds stands for all.</summary>
public static class Figures
{
    public static string Whole(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Milliseconds(TimeSpan span) => span.TotalMilliseconds.ToString("0.00", CultureInfo.InvariantCulture);

    public static string CpuSeconds(double seconds) => seconds.ToString("0.000", CultureInfo.InvariantCulture);

    public static string Ratio(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    public static string MiB(double bytes) => (bytes / 1024 / 1024).ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>The round in the middle by rate; of an even number the lower of the two.</summary>
    public static Measured Median(IReadOnlyCollection<Measured> rounds) => rounds.OrderBy(static r => r.PerSecond).ElementAt((rounds.Count - 1) / 2);

    public static double Median(IReadOnlyCollection<double> values) => values.Order().ElementAt((values.Count - 1) / 2);

    /// <summary>Lowest and highest rate of all rounds.</summary>
    public static string Spread(IReadOnlyCollection<Measured> rounds) => $"{Whole(rounds.Min(static r => r.PerSecond))}–{Whole(rounds.Max(static r => r.PerSecond))}";
}
