using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace Stoa.Server.Hosting.Telemetry;

/// <summary>Listens to the meters of ASP.NET Core, the runtime, Npgsql and Stoa, and writes their instruments as Prometheus text.</summary>
/// <remarks>
/// A measurement costs one dictionary look-up by its tags and one short lock. Each metric name keeps at most
/// <see cref="MetricFamily.MaxSeries"/> series; what goes beyond is summed up under <c>otel_metric_overflow="true"</c>.
/// </remarks>
public sealed partial class MetricsText : IDisposable
{
    private static readonly string[] Meters = ["Microsoft.AspNetCore", "System.Runtime", "Npgsql", "Stoa"];

    private readonly ConcurrentDictionary<string, MetricFamily> families = new(StringComparer.Ordinal);
    private readonly MeterListener listener = new();
    private readonly Lock scraping = new();
    private readonly IMeterFactory meters;
    private readonly ILogger<MetricsText> log;

    /// <param name="meters">The host's: of meters made by a factory only those of this one count, as a process may run several hosts.</param>
    public MetricsText(IMeterFactory meters, ILogger<MetricsText> log)
    {
        this.meters = meters;
        this.log = log;
        listener.InstrumentPublished = Published;
        listener.SetMeasurementEventCallback<byte>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<short>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<float>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, family) => Record(family, (double)value, tags));
        listener.Start();
    }

    /// <summary>Everything measured so far, and what observable instruments say now.</summary>
    public string Render()
    {
        // One at a time: a scrape first empties what observable instruments said in the one before.
        lock (scraping)
        {
            Observe();
            var text = new StringBuilder(16 * 1024);
            foreach (var family in families.Values.OrderBy(static f => f.Name, StringComparer.Ordinal))
                PrometheusText.Write(text, family);
            return text.ToString();
        }
    }

    public void Dispose() => listener.Dispose();

    private static void Record(object? family, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => ((MetricFamily)family!).Record(value, tags);

    private void Published(Instrument instrument, MeterListener to)
    {
        if (!Array.Exists(Meters, name => instrument.Meter.Name.StartsWith(name, StringComparison.Ordinal)) || IsOfAnotherHost(instrument.Meter))
            return;
        var name = InstrumentTraits.NameOf(instrument);
        var family = families.GetOrAdd(name, static (name, instrument) => new MetricFamily(name, instrument), instrument);

        // A name has one type in the format; whoever comes second with another is left out.
        if (family.Fits(instrument))
            to.EnableMeasurementEvents(instrument, family);
        else
            NameTaken(instrument.Meter.Name, instrument.Name);
    }

    private bool IsOfAnotherHost(Meter meter) => meter.Scope is IMeterFactory factory && !ReferenceEquals(factory, meters);

    private void Observe()
    {
        foreach (var family in families.Values.Where(static f => f.IsObservable))
            family.Clear();
        try
        {
            listener.RecordObservableInstruments();
        }
        catch (AggregateException fault)
        {
            // The others have been asked all the same.
            CallbackFailed(fault);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "metrics.name_taken meter={Meter} instrument={Instrument}")]
    private partial void NameTaken(string meter, string instrument);

    [LoggerMessage(2, LogLevel.Warning, "metrics.callback_failed")]
    private partial void CallbackFailed(Exception fault);
}
