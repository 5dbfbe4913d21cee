using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Redis.Wire;
using Stoa.SocketIO.Rooms;

namespace Stoa.SocketIO.Redis.Recovery;

/// <summary>
/// Events of this node on their way through the stream. Each is delivered to this node's sockets once: with its offset when it comes back from
/// Redis, or, when Redis does not take it, without one, and then the stream gets a mark that something is missing in it.
/// </summary>
/// <remarks>Thread-safe. Events are delivered in the order of <see cref="AppendAsync"/>.</remarks>
internal sealed class PendingEvents(EventStream stream, Channels channels, string uid, RedisConnection redis, TimeProvider clock, Action<SocketPacket, BroadcastOptions> deliver)
{
    // More than a busy node has on its way; beyond it Redis is as good as away.
    private const int Most = 10_000;
    private readonly Lock _gate = new();
    private readonly Queue<Pending> _queue = new();
    private long _sequence;
    private long _abandoned;
    private long _marked;
    private bool _closed;

    /// <summary>Ends when the event was delivered to this node's sockets; never fails.</summary>
    public Task AppendAsync(SocketPacket packet, BroadcastOptions options)
    {
        Pending pending;
        Task appending;
        lock (_gate)
        {
            if (_queue.Count == Most)
                AbandonUpTo(_sequence);
            _ = MendAsync();
            pending = new Pending(++_sequence, packet, options, clock.GetTimestamp());
            var message = BroadcastMessage.WriteWithoutId(uid, packet, options, pending.Sequence);
            appending = stream.AppendAsync(options.Local ? channels.Own : channels.For(options.Rooms), message);
            // When nothing comes back any more: it goes to other nodes all the same.
            if (_closed)
                Deliver(pending, packet);
            else
                _queue.Enqueue(pending);
        }

        _ = WatchAsync(appending, pending.Sequence);
        return pending.Delivered.Task;
    }

    /// <summary>Ends when all events appended so far were delivered.</summary>
    public Task SettleAsync()
    {
        lock (_gate)
            return _queue.Count == 0 ? Task.CompletedTask : _queue.Last().Delivered.Task;
    }

    /// <summary>The event has come back. Nothing happens when it was given up before.</summary>
    public void Deliver(long sequence, StreamId id)
    {
        lock (_gate)
        {
            // What was appended before it and has not come did not get into the stream.
            AbandonUpTo(sequence - 1);
            if (_queue.TryPeek(out var pending) && pending.Sequence == sequence)
                Deliver(_queue.Dequeue(), pending.Packet.WithOffset(id.ToString()));
        }
    }

    /// <summary>Whether an event has waited for so long.</summary>
    public bool HasWaited(TimeSpan time)
    {
        lock (_gate)
            return _queue.TryPeek(out var oldest) && clock.GetElapsedTime(oldest.Since) >= time;
    }

    /// <summary>Delivers the events that have waited for so long.</summary>
    public void AbandonAfter(TimeSpan time)
    {
        lock (_gate)
        {
            while (_queue.TryPeek(out var oldest) && clock.GetElapsedTime(oldest.Since) >= time)
                AbandonUpTo(oldest.Sequence);
        }
    }

    /// <summary>Nothing will come back soon: what is appended from now on is sent to other nodes, and delivered here at once. What waits already is waited for.</summary>
    public void Close()
    {
        lock (_gate)
            _closed = true;
    }

    /// <summary>Delivers what waits still.</summary>
    public void AbandonAll()
    {
        lock (_gate)
            AbandonUpTo(_sequence);
    }

    /// <summary>Something is missing in the stream: says so in it now, or when Redis is back.</summary>
    public void Break()
    {
        lock (_gate)
            _abandoned++;
        _ = MendAsync();
    }

    /// <summary>Sets the mark when one is due. Sent before anything that is sent after this call; never fails.</summary>
    /// <returns>How much was missing until then, for <see cref="IsWholeSince"/>; null when the mark is due still.</returns>
    public async Task<long?> MendAsync()
    {
        Task marking;
        long due;
        lock (_gate)
        {
            due = _abandoned;
            if (due == _marked)
                return due;
            if (!redis.IsConnected)
                return null;
            marking = stream.AppendMarkAsync(new BroadcastOptions());
        }

        try
        {
            await marking;
            lock (_gate)
                _marked = Math.Max(_marked, due);
            return due;
        }
        catch (Exception e) when (RedisConnection.IsLoss(e))
        {
            return null;
        }
    }

    /// <summary>Whether nothing more is missing than was then.</summary>
    public bool IsWholeSince(long missing)
    {
        lock (_gate)
            return _abandoned == missing;
    }

    private async Task WatchAsync(Task appending, long sequence)
    {
        try
        {
            await appending;
            redis.Metrics.Published();
        }
        catch (Exception e) when (RedisConnection.IsLoss(e))
        {
            lock (_gate)
            {
                AbandonUpTo(sequence);
                if (!_closed)
                    return;
            }

            // It has been delivered already.
            redis.Dropped();
            Break();
        }
    }

    private void AbandonUpTo(long sequence)
    {
        while (_queue.TryPeek(out var pending) && pending.Sequence <= sequence)
        {
            _abandoned++;
            redis.Dropped();
            Deliver(_queue.Dequeue(), pending.Packet);
        }
    }

    private void Deliver(Pending pending, SocketPacket packet)
    {
        deliver(packet, pending.Options);
        pending.Delivered.TrySetResult();
    }

    private sealed record Pending(long Sequence, SocketPacket Packet, BroadcastOptions Options, long Since)
    {
        public TaskCompletionSource Delivered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
