using System.Diagnostics.Metrics;
using Stoa.SocketIO.EngineIO;

namespace Stoa.SocketIO.Admin;

/// <summary>What the server's own meter counted since the last reading, under the names the UI knows.</summary>
internal sealed class AdminCounters : IDisposable
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["stoa.socketio.packets.in"] = "packetsIn",
        ["stoa.socketio.packets.out"] = "packetsOut",
        ["stoa.socketio.bytes.in"] = "bytesIn",
        ["stoa.socketio.bytes.out"] = "bytesOut",
    };

    private readonly MeterListener _listener = new();
    private readonly long[] _counts = new long[Names.Count];
    private long _opened;
    private long _closed;

    /// <param name="meters">The host's: a process may run several servers.</param>
    public AdminCounters(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == EngineMetrics.MeterName && ReferenceEquals(instrument.Meter.Scope, meters))
                listener.EnableMeasurementEvents(instrument, instrument.Name == "stoa.socketio.connections" ? -1 : Names.Keys.ToList().IndexOf(instrument.Name));
        };
        _listener.SetMeasurementEventCallback<long>((_, value, _, state) => Count((int)state!, value));
        _listener.Start();
    }

    /// <summary>Takes the counts; what is zero is left out.</summary>
    public List<AdminCount> Take(long timestamp)
    {
        var counts = new List<AdminCount>();
        Add("rawConnection", ref _opened);
        Add("rawDisconnection", ref _closed);
        var i = 0;
        foreach (var name in Names.Values)
            Add(name, ref _counts[i++]);
        return counts;

        void Add(string type, ref long count)
        {
            if (Interlocked.Exchange(ref count, 0) is > 0 and var taken)
                counts.Add(new AdminCount(timestamp, type, null, taken));
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Count(int index, long value)
    {
        if (index >= 0)
            Interlocked.Add(ref _counts[index], value);
        else if (value > 0)
            Interlocked.Add(ref _opened, value);
        else
            Interlocked.Add(ref _closed, -value);
    }
}
