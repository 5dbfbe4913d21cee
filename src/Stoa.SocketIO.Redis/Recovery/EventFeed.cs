using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Redis.Wire;
using Stoa.SocketIO.Rooms;

namespace Stoa.SocketIO.Redis.Recovery;

/// <summary>
/// Hands everything that comes from Redis to the adapter, one message after the other, and recoverable events in the order of the stream without
/// holes: after a lost connection, or when messages came faster than they were handled, what is missing is read from the stream first.
/// </summary>
internal sealed class EventFeed
{
    private const int MostWaiting = 20_000;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SuspiciousWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);
    private readonly Channel<Arrival> _arrivals = Channel.CreateBounded<Arrival>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly ConcurrentDictionary<long, TaskCompletionSource> _barriers = new();
    private readonly EventStream _stream;
    private readonly PendingEvents _pending;
    private readonly ForeignEvents _foreign;
    private readonly Setting _setting;
    private readonly ITimer _timer;
    private readonly Task _running;
    private long _pings;

    // Whether messages may have been lost since catching up began; then it ends later.
    private volatile bool _lossReported = true;

    // Whether it is worth looking, though nothing says that anything was lost.
    private volatile bool _lookDue;
    private volatile bool _lookQueued;
    private volatile bool _catchingUp;

    // Of the running loop alone.
    private bool _foreignDue;
    private long _catchUpPing;
    private StreamId? _lastSeen;
    private int _caughtUp;

    public EventFeed(EventStream stream, PendingEvents pending, ForeignEvents foreign, Setting setting)
    {
        (_stream, _pending, _foreign, _setting) = (stream, pending, foreign, setting);
        _running = RunAsync();
        _timer = setting.Clock.CreateTimer(_ => OnTick(), null, Tick, Tick);
    }

    /// <summary>What the feed needs of its adapter.</summary>
    /// <param name="Handle">Handles one message; calls <see cref="OnEventAsync"/> and <see cref="OnPingAsync"/> for those that are the feed's.</param>
    public sealed record Setting(
        string Space, string Uid, Channels Channels, RedisConnection Redis, TimeProvider Clock, ILogger Log, Func<Arrival, ValueTask> Handle, Action<SocketPacket, BroadcastOptions> Deliver);

    /// <summary>Takes a message in. Never blocks.</summary>
    public void Accept(Arrival arrival)
    {
        if (_arrivals.Writer.TryWrite(arrival))
            return;
        // Events are read from the stream instead; the rest is lost.
        if (!arrival.IsInStream)
            _foreign.Missed();
        _lossReported = true;
        _setting.Redis.Dropped();
    }

    /// <summary>Messages were lost, or may have been: the stream must be looked at.</summary>
    public void CatchUp()
    {
        _lossReported = true;
        LookSoon();
    }

    /// <summary>Ends when everything that Redis published before has been handled here.</summary>
    /// <exception cref="TimeoutException">It did not come in time.</exception>
    public async Task BarrierAsync(TimeSpan patience)
    {
        var number = Interlocked.Increment(ref _pings);
        var reached = _barriers[number] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            Ping(number);
            await reached.Task.WaitAsync(patience, _setting.Clock);
        }
        finally
        {
            _barriers.TryRemove(number, out _);
        }
    }

    /// <summary>A message from this node to itself has come back: subscriptions work.</summary>
    public async ValueTask OnPingAsync(long number)
    {
        if (_catchingUp && number >= _catchUpPing)
        {
            await ReadOnAsync();
            if (_foreignDue)
                await _foreign.SettleAsync();
            _foreignDue = _lookDue = _catchingUp = false;
            if (_caughtUp > 0)
                RedisLog.GapClosed(_setting.Log, _setting.Space, _caughtUp);
            _caughtUp = 0;
        }

        // Until then events may be passed over as seen before: nobody may count on this feed yet.
        if (_catchingUp)
            return;
        // What was published before a later message has been handled as well.
        foreach (var (earlier, reached) in _barriers)
        {
            if (earlier <= number)
                reached.TrySetResult();
        }
    }

    /// <summary>A recoverable event has come.</summary>
    public async ValueTask OnEventAsync(BroadcastMessage message)
    {
        var id = message.Id!.Value;
        if (id <= _lastSeen)
            return;
        if ((_catchingUp || _lossReported) && _lastSeen is not null)
        {
            // There may be others before it. When they cannot be read now, all of them wait until they can.
            await ReadOnAsync();
            return;
        }

        Deliver(message);
        _lastSeen = id;
    }

    public async Task StopAsync()
    {
        await _timer.DisposeAsync();
        _arrivals.Writer.TryComplete();
        await _running;
        _pending.AbandonAll();
    }

    private void OnTick()
    {
        _pending.AbandonAfter(LongestWait);
        _ = _pending.MendAsync();
        if (_catchingUp || _lossReported || _lookDue || _pending.HasWaited(SuspiciousWait))
            LookSoon();
        // A message to itself may be lost like any other.
        if (!_barriers.IsEmpty)
            Ping(Interlocked.Increment(ref _pings));
    }

    // Queued once: each look may take longer than a tick.
    private void LookSoon()
    {
        _lookDue = true;
        if (!_lookQueued)
            _lookQueued = _arrivals.Writer.TryWrite(default);
    }

    private async Task RunAsync()
    {
        await foreach (var arrival in _arrivals.Reader.ReadAllAsync())
        {
            try
            {
                if (arrival.Message is null)
                    _lookQueued = false;
                if ((_lossReported || _lookDue) && _setting.Redis.IsConnected)
                    await BeginCatchUpAsync();
                if (arrival.Message is not null)
                    await _setting.Handle(arrival);
            }
            catch (Exception e) when (RedisConnection.IsLoss(e))
            {
                // Redis is away again; what is missing stays missing until it is back.
                _lookDue = true;
            }
#pragma warning disable CA1031 // One bad message must not end the feed.
            catch (Exception e)
#pragma warning restore CA1031
            {
                RedisLog.MessageFailed(_setting.Log, e, _setting.Space);
            }
        }
    }

    private async Task BeginCatchUpAsync()
    {
        var number = Interlocked.Increment(ref _pings);
        // Begun again only because it takes long, an earlier ping will do: one that is slower than the ticks would never be the last.
        if (!_catchingUp || _lossReported)
            _catchUpPing = number;
        _foreignDue |= _lossReported;
        (_lookDue, _lossReported, _catchingUp) = (false, false, true);
        Ping(number);
        if (_lastSeen is not null)
            await ReadOnAsync();
    }

    private async Task ReadOnAsync()
    {
        if (_lastSeen is not { } from)
        {
            // What was sent before this node was there is not for its sockets.
            _lastSeen = await _stream.LastAsync() ?? default(StreamId);
            return;
        }

        await foreach (var page in _stream.ReadAfterAsync(from, _setting.Uid))
        {
            if (page is null)
                await BeginAnewAsync(_lastSeen.Value);
            foreach (var entry in page ?? [])
            {
                if (entry.Message is not null)
                {
                    Deliver(entry.Message);
                    _caughtUp++;
                    _setting.Redis.Metrics.CaughtUp(1);
                }

                _lastSeen = entry.Id;
            }
        }
    }

    // The stream was trimmed beyond the last event seen, or Redis has lost it; then its ids may even be smaller than before.
    private async Task BeginAnewAsync(StreamId from)
    {
        if (from != default)
        {
            RedisLog.StreamLost(_setting.Log, _setting.Space);
            _pending.Break();
        }

        if (await _stream.LastAsync() is var last && (last is null || last < from))
            _lastSeen = last ?? default(StreamId);
    }

    private void Deliver(BroadcastMessage message)
    {
        if (message.Uid == _setting.Uid)
            _pending.Deliver(message.Sequence, message.Id!.Value);
        else if (!message.Options.Local)
            _setting.Deliver(message.Packet!.WithOffset(message.Id!.Value.ToString()), message.Options);
    }

    private void Ping(long number) => _setting.Redis.Publish(_setting.Channels.Own, BroadcastMessage.WritePing(_setting.Uid, number));
}
