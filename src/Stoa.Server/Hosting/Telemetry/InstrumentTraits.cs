using System.Diagnostics.Metrics;

namespace Stoa.Server.Hosting.Telemetry;

/// <summary>What Prometheus wants to know about an instrument.</summary>
internal static class InstrumentTraits
{
    private static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private static readonly double[] Magnitudes = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 100000, 1000000];

    public static MetricKind KindOf(Instrument instrument)
    {
        var type = instrument.GetType().GetGenericTypeDefinition();
        return type == typeof(Histogram<>) ? MetricKind.Histogram
            : type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? MetricKind.Counter
            : MetricKind.Gauge;
    }

    public static bool IsPlainGauge(Instrument instrument) => instrument.GetType().GetGenericTypeDefinition() == typeof(Gauge<>);

    /// <summary>The bounds the instrument's maker advises, or else some that suit its unit.</summary>
    public static double[] BoundsOf(Instrument instrument)
    {
        double[] advised = instrument switch
        {
            Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
            Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(static b => (double)b)],
            Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(static b => (double)b)],
            _ => [],
        };
        return advised.Length > 0 ? advised : instrument.Unit == "s" ? Seconds : Magnitudes;
    }

    /// <summary>The name in Prometheus' convention: underscores, the unit written out, <c>_total</c> behind a counter.</summary>
    public static string NameOf(Instrument instrument)
    {
        var name = PrometheusText.Identifier(instrument.Name);
        var unit = instrument.Unit switch
        {
            null or "" or "1" => "",
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "By" => "_bytes",
            "%" => "_percent",
            // "{request}" only says what is counted.
            ['{', ..] => "",
            var other => "_" + PrometheusText.Identifier(other),
        };
        if (unit.Length > 0 && !name.EndsWith(unit, StringComparison.Ordinal))
            name += unit;
        return KindOf(instrument) == MetricKind.Counter && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }
}
