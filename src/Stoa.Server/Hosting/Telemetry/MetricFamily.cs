using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Stoa.Server.Hosting.Telemetry;

internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>All series of one metric name. Instruments that come to the same name (one a host, say) share it.</summary>
internal sealed class MetricFamily
{
    /// <summary>Beyond it, measurements are summed up in one series: a label that never repeats must not fill the memory.</summary>
    public const int MaxSeries = 1000;

    // One set of labels may come in several orders of its tags, each remembered.
    private const int MaxTagSets = 4 * MaxSeries;
    private const string Overflow = "otel_metric_overflow=\"true\"";

    private readonly ConcurrentDictionary<TagSet, MetricSeries> byTags = new(TagSet.Comparer);
    private readonly ConcurrentDictionary<TagSet, MetricSeries>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> lookup;
    private readonly Dictionary<string, MetricSeries> byLabels = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private readonly MetricSeries overflow;
    private bool hasOverflown;

    public MetricFamily(string name, Instrument instrument)
    {
        Name = name;
        Help = instrument.Description ?? "";
        Kind = InstrumentTraits.KindOf(instrument);
        IsObservable = instrument.IsObservable;
        IsSet = instrument.IsObservable || InstrumentTraits.IsPlainGauge(instrument);
        Bounds = Kind == MetricKind.Histogram ? InstrumentTraits.BoundsOf(instrument) : null;
        lookup = byTags.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
        overflow = new MetricSeries(Overflow, Bounds);
    }

    public string Name { get; }

    public string Help { get; }

    public MetricKind Kind { get; }

    public double[]? Bounds { get; }

    /// <summary>Its callbacks are asked at each scrape.</summary>
    public bool IsObservable { get; }

    /// <summary>What is reported replaces the value, instead of adding to it.</summary>
    private bool IsSet { get; }

    public bool Fits(Instrument instrument) => Kind == InstrumentTraits.KindOf(instrument) && IsObservable == instrument.IsObservable;

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = lookup.TryGetValue(tags, out var found) ? found : SeriesOf(tags);
        if (Kind == MetricKind.Histogram)
            series.Observe(value);
        else if (IsSet)
            series.Set(value);
        else
            series.Add(value);
    }

    public IReadOnlyList<MetricSeries> Series()
    {
        lock (gate)
            return [.. byLabels.OrderBy(static s => s.Key, StringComparer.Ordinal).Select(static s => s.Value), .. hasOverflown ? [overflow] : Array.Empty<MetricSeries>()];
    }

    /// <summary>Before callbacks are asked again: what one no longer reports is gone, not stuck at its last value.</summary>
    public void Clear()
    {
        lock (gate)
        {
            byTags.Clear();
            byLabels.Clear();
            hasOverflown = false;
        }
    }

    private MetricSeries SeriesOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (gate)
        {
            if (byLabels.Count >= MaxSeries || byTags.Count >= MaxTagSets)
            {
                hasOverflown = true;
                return overflow;
            }

            var labels = PrometheusText.Labels(tags);
            if (!byLabels.TryGetValue(labels, out var series))
                byLabels[labels] = series = new MetricSeries(labels, Bounds);
            lookup[tags] = series;
            return series;
        }
    }
}
