using System.Diagnostics.Metrics;

namespace Stoa.SocketIO.Redis;

/// <summary>The counters of the meter <c>Stoa.SocketIO.Redis</c>.</summary>
internal sealed class RedisMetrics
{
    private readonly Counter<long> _published;
    private readonly Counter<long> _received;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _caughtUp;

    public RedisMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Stoa.SocketIO.Redis");
        _published = meter.CreateCounter<long>("stoa.socketio.redis.published", "{message}", "Messages handed to Redis.");
        _received = meter.CreateCounter<long>("stoa.socketio.redis.received", "{message}", "Messages that came from Redis, own ones included.");
        _dropped = meter.CreateCounter<long>("stoa.socketio.redis.dropped", "{message}", "Messages that other nodes did not get, because Redis was away.");
        _refused = meter.CreateCounter<long>("stoa.socketio.redis.refused", "{message}", "Messages of other nodes that were malformed or too large.");
        _lost = meter.CreateCounter<long>("stoa.socketio.redis.connections.lost", "{connection}", "How often a connection to Redis was lost.");
        _caughtUp = meter.CreateCounter<long>("stoa.socketio.redis.caught_up", "{event}", "Events read from the stream after Redis had been away.");
    }

    public void Published() => _published.Add(1);

    public void Received() => _received.Add(1);

    public void Dropped() => _dropped.Add(1);

    public void Refused() => _refused.Add(1);

    public void ConnectionLost() => _lost.Add(1);

    public void CaughtUp(int events) => _caughtUp.Add(events);
}
