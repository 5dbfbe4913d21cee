using System.Text;
using StackExchange.Redis;
using Stoa.SocketIO.Redis.Recovery;
using Stoa.SocketIO.Redis.Wire;

namespace Stoa.SocketIO.Redis;

/// <summary>The gate: what comes from Redis is looked at as something a stranger may have written.</summary>
public sealed partial class RedisAdapter
{
    private void OnBroadcast(RedisChannel channel, RedisValue message)
    {
        if (_channels.Room((string)channel!) is not { } room || !IsAcceptable(message))
            return;
        if (room == _uid)
        {
            _subscribed.TrySetResult();
            Accept(new Arrival(ArrivalKind.Own, message));
        }
        else if (room.Length == 0 || HasLocalMembers(room) || (_feed is not null && !IsOfItsSender(room, (byte[])message!)))
            Accept(new Arrival(ArrivalKind.Broadcast, message));
    }

    private void OnMessage(RedisChannel channel, RedisValue message)
    {
        if (!IsAcceptable(message))
            return;
        if ((string)channel! == _channels.Request)
            Accept(new Arrival(ArrivalKind.Request, message));
        else
            // Not in the queue: a verb that waits for answers must not wait for what is before them.
            Guarded(() => OnAnswer((byte[])message!));
    }

    // Of another node like this one, for itself: named after its sender, whose uid is the message's first element. A room may look the same.
    private bool IsOfItsSender(string room, ReadOnlySpan<byte> message) =>
        room.Length == _uid.Length && room[0] == OwnKind && message.Length > room.Length + 2 && Ascii.Equals(message.Slice(2, room.Length), room);

    private bool IsAcceptable(RedisValue message)
    {
        _redis.Metrics.Received();
        var size = ((byte[]?)message)?.Length ?? 0;
        if (size > 0 && size <= _options.MaxMessageSize)
            return true;
        Refused("its size");
        return false;
    }

    private void Accept(Arrival arrival)
    {
        if (_feed is not null)
            _feed.Accept(arrival);
        else
            Guarded(() => HandlePlain(arrival));
    }

    // On a thread of the Redis client, which an exception would end.
    private void Guarded(Action handle)
    {
        try
        {
            handle();
        }
        catch (FormatException e)
        {
            Refused(e.Message);
        }
#pragma warning disable CA1031 // The edge.
        catch (Exception e)
#pragma warning restore CA1031
        {
            RedisLog.MessageFailed(_log, e, Namespace.Name);
        }
    }

    private void Refused(string reason)
    {
        _redis.Metrics.Refused();
        RedisLog.Refused(_log, Namespace.Name, reason);
    }

    private void HandlePlain(Arrival arrival)
    {
        if (arrival.Kind == ArrivalKind.Request)
            OnRequest(arrival.Message!);
        else if (arrival.Kind == ArrivalKind.Broadcast && BroadcastMessage.Read(arrival.Message, Namespace.Name, _uid) is { Packet: { } packet } broadcast)
            DeliverLocally(packet, broadcast.Options with { Local = false });
    }
}
