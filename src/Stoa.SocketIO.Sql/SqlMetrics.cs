using System.Diagnostics.Metrics;

namespace Stoa.SocketIO.Sql;

/// <summary>The counters of the meter <c>Stoa.SocketIO.Sql</c>.</summary>
internal sealed class SqlMetrics
{
    private readonly Counter<long> _written;
    private readonly Counter<long> _commits;
    private readonly Counter<long> _read;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _lost;

    public SqlMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Stoa.SocketIO.Sql");
        _written = meter.CreateCounter<long>("stoa.socketio.sql.written", "{row}", "Rows written to the log.");
        _commits = meter.CreateCounter<long>("stoa.socketio.sql.commits", "{commit}", "Transactions that wrote them.");
        _read = meter.CreateCounter<long>("stoa.socketio.sql.read", "{row}", "Rows read from the log, own ones included.");
        _dropped = meter.CreateCounter<long>("stoa.socketio.sql.dropped", "{row}", "Rows that could not be written: other nodes did not get them.");
        _lost = meter.CreateCounter<long>("stoa.socketio.sql.connections.lost", "{connection}", "How often a connection to the database was lost.");
    }

    public void Written(int rows)
    {
        _written.Add(rows);
        _commits.Add(1);
    }

    public void Read(int rows) => _read.Add(rows);

    public void Dropped(int rows) => _dropped.Add(rows);

    public void Lost() => _lost.Add(1);
}
