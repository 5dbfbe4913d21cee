using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Recovery;
using Stoa.SocketIO.Redis.Recovery;
using Stoa.SocketIO.Redis.Wire;
using Stoa.SocketIO.Rooms;

namespace Stoa.SocketIO.Redis;

/// <summary>Connection state recovery across nodes: all null when it is off.</summary>
public sealed partial class RedisAdapter
{
    private static readonly TimeSpan FeedPatience = TimeSpan.FromSeconds(5);
    private EventStream? _stream;
    private PendingEvents? _pending;
    private ForeignEvents? _foreign;
    private SessionStore? _sessions;
    private EventFeed? _feed;

    /// <inheritdoc/>
    public override bool Recovers => _stream is not null;

    /// <inheritdoc/>
    public override async ValueTask SaveSessionAsync(SavedSession session)
    {
        if (_sessions is not null)
            await _sessions.SaveAsync(session);
    }

    /// <summary>Takes a saved session away, so that no second client can, on no node; null when there is none, or Redis is away.</summary>
    public override async ValueTask<SavedSession?> TakeSessionAsync(string privateId)
    {
        try
        {
            if (_sessions is null || await _sessions.TakeAsync(privateId) is not { } session)
                return null;
            // Another node may be ahead: what the client got there must have passed here before its socket is in its rooms, or it would come again.
            await _feed!.BarrierAsync(FeedPatience);
            return session;
        }
        catch (Exception e) when (RedisConnection.IsLoss(e) || e is FormatException or IOException)
        {
            RedisLog.RequestFailed(_log, e, Namespace.Name, "take session");
            return null;
        }
    }

    /// <inheritdoc/>
    /// <remarks>Null, too, when something the session should have got may be missing in the stream: events that other programs published, or may have while no node heard them, or that were sent while Redis was away.</remarks>
    public override async ValueTask<IReadOnlyList<SocketPacket>?> ReadMissedAsync(SavedSession session, string offset)
    {
        if (_stream is null || StreamId.TryParse(offset) is not { } from)
            return null;
        try
        {
            if (await _pending!.MendAsync() is not { } missing)
                return null;
            var missed = new List<SocketPacket>();
            await foreach (var page in _stream.ReadAfterAsync(from, own: null))
            {
                if (page is null || !Add(page, session, missed))
                    return null;
            }

            // What was read must not come again: the feed passes it while the socket still holds what it gets.
            await _feed!.BarrierAsync(FeedPatience);
            return _pending.IsWholeSince(missing) ? missed : null;
        }
        catch (Exception e) when (RedisConnection.IsLoss(e))
        {
            RedisLog.RequestFailed(_log, e, Namespace.Name, "read missed events");
            return null;
        }
    }

    private static bool IsFor(BroadcastOptions meant, SavedSession session)
    {
        bool In(string room) => room == session.Id || session.Rooms.Contains(room);
        return (meant.Rooms.Count == 0 || meant.Rooms.Any(In)) && !meant.Except.Any(In);
    }

    private bool Add(List<StreamEntry> page, SavedSession session, List<SocketPacket> missed)
    {
        foreach (var entry in page)
        {
            if (entry.Mark is { } mark && IsFor(mark, session))
                return false;
            if (entry.Message is not { } message || !IsFor(message.Options, session))
                continue;
            if (!message.Options.Local || _sessions!.WasOn(session, message.Uid))
                missed.Add(message.Packet!.WithOffset(entry.Id.ToString()));
        }

        return true;
    }

    private void SetUpRecovery(RecoveryOptions recovery)
    {
        _stream = new EventStream(_redis, _channels, Namespace.Name, recovery.MaxPackets);
        _pending = new PendingEvents(_stream, _channels, _uid, _redis, _clock, (packet, options) => DeliverLocally(packet, options));
        _foreign = new ForeignEvents(_stream, _pending, _channels, _redis, _clock);
        _sessions = new SessionStore(_redis, _channels, _uid, recovery, _json);
        var setting = new EventFeed.Setting(Namespace.Name, _uid, _channels, _redis, _clock, _log, HandleAsync, (packet, options) => DeliverLocally(packet, options));
        _feed = new EventFeed(_stream, _pending, _foreign, setting);
    }

    private async ValueTask StartRecoveryAsync()
    {
        if (_feed is null)
            return;
        _redis.Restored += OnRestored;
        _feed.CatchUp();
        // Configured to start without Redis: the feed begins when it is there.
        if (_redis.IsConnected)
            await _feed.BarrierAsync(FeedPatience);
    }

    private async ValueTask StopRecoveryAsync()
    {
        _redis.Restored -= OnRestored;
        if (_feed is not null)
            await _feed.StopAsync();
    }

    private void OnRestored()
    {
        _ = _pending!.MendAsync();
        _feed!.CatchUp();
    }

    private ValueTask SettleAsync() => _pending is null ? ValueTask.CompletedTask : new ValueTask(_pending.SettleAsync());

    /// <summary>One message, in the order of the feed.</summary>
    private async ValueTask HandleAsync(Arrival arrival)
    {
        try
        {
            if (arrival.Kind == ArrivalKind.Request)
                OnRequest(arrival.Message!);
            else if (arrival.Kind == ArrivalKind.Own && BroadcastMessage.ReadPing(arrival.Message!) is { } number)
                await _feed!.OnPingAsync(number);
            else if (BroadcastMessage.Read(arrival.Message, Namespace.Name, _uid) is { } message)
                await HandleAsync(message);
        }
        catch (FormatException e)
        {
            Refused(e.Message);
        }
    }

    private async ValueTask HandleAsync(BroadcastMessage message)
    {
        if (message.Id is not null)
        {
            await _feed!.OnEventAsync(message);
        }
        else if (message.Uid != _uid)
        {
            DeliverLocally(message.Packet!, message.Options with { Local = false });
            if (!message.Options.Volatile)
                _ = _foreign!.MarkAsync(message.Options);
        }
    }
}
