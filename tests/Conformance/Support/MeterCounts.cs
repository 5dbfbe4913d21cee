using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Stoa.Conformance.Support;

/// <summary>What the meters of one server have counted since this was made.</summary>
public sealed class MeterCounts : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _sums = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    public MeterCounts(TestServer server)
    {
        var scope = server.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Stoa.SocketIO" && instrument.Meter.Scope == scope)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, n, tags, _) =>
        {
            var key = tags.IsEmpty ? instrument.Name : string.Join(' ', [instrument.Name, .. tags.ToArray().Select(t => t.Value)]);
            _sums.AddOrUpdate(key, n, (_, sum) => sum + n);
        });
        _listener.Start();
    }

    /// <param name="key">The instrument, with the values of its tags behind it: <c>stoa.socketio.recoveries ok</c>.</param>
    public long this[string key] => _sums.GetValueOrDefault(key);

    public void Dispose() => _listener.Dispose();
}
