using System.Diagnostics.Metrics;

namespace Stoa.SocketIO.EngineIO;

/// <summary>The counters of the meter <c>Stoa.SocketIO</c>. Without a listener a call costs a comparison.</summary>
internal sealed class EngineMetrics
{
    public const string MeterName = "Stoa.SocketIO";

    private readonly UpDownCounter<long> _connections;
    private readonly Counter<long> _packetsIn;
    private readonly Counter<long> _packetsOut;
    private readonly Counter<long> _bytesIn;
    private readonly Counter<long> _bytesOut;
    private readonly Counter<long> _slowReaders;
    private readonly Counter<long> _recoveries;

    public EngineMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _connections = meter.CreateUpDownCounter<long>("stoa.socketio.connections", "{connection}", "Open Engine.IO sessions.");
        _packetsIn = meter.CreateCounter<long>("stoa.socketio.packets.in", "{packet}", "Engine.IO packets received.");
        _packetsOut = meter.CreateCounter<long>("stoa.socketio.packets.out", "{packet}", "Engine.IO packets handed to a transport.");
        _bytesIn = meter.CreateCounter<long>("stoa.socketio.bytes.in", "By", "Bytes of packets received, without framing.");
        _bytesOut = meter.CreateCounter<long>("stoa.socketio.bytes.out", "By", "Bytes of packets handed to a transport, with framing.");
        _slowReaders = meter.CreateCounter<long>("stoa.socketio.slow_readers.dropped", "{connection}", "Connections dropped because their outgoing queue was full.");
        _recoveries = meter.CreateCounter<long>("stoa.socketio.recoveries", "{attempt}", "Requested recoveries of a connection's state, by outcome.");
    }

    public void Opened() => _connections.Add(1);

    public void Closed() => _connections.Add(-1);

    public void Received(int bytes)
    {
        _packetsIn.Add(1);
        _bytesIn.Add(bytes);
    }

    public void Sent(int packets, int bytes)
    {
        _packetsOut.Add(packets);
        _bytesOut.Add(bytes);
    }

    public void SlowReaderDropped() => _slowReaders.Add(1);

    public void Recovery(bool succeeded) => _recoveries.Add(1, new KeyValuePair<string, object?>("outcome", succeeded ? "ok" : "failed"));
}
