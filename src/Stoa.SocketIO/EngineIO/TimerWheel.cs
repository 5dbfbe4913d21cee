namespace Stoa.SocketIO.EngineIO;

/// <summary>
/// One timer for every deadline of a server: heartbeats, upgrades, acknowledgements. A timer object per connection would cost memory and a
/// kernel of work each; here an entry is two references in a list, and a tick looks at one slot.
/// </summary>
/// <remarks>Scheduling and cancelling are O(1). An entry fires at its time or up to one tick later, never before.</remarks>
internal sealed class TimerWheel : IDisposable
{
    private const int Slots = 512;
    private readonly Lock _gate = new();
    private readonly Entry?[] _slots = new Entry?[Slots];
    private readonly TimeProvider _clock;
    private readonly long _origin;
    private readonly long _tick;
    private readonly ITimer _timer;
    private readonly Action<Exception> _fault;
    private long _lastTick;
    private int _count;
    private bool _running;

    /// <param name="fault">Told what an entry threw: a fault of one must cost neither the others nor the process.</param>
    public TimerWheel(TimeProvider clock, TimeSpan tick, Action<Exception> fault)
    {
        _fault = fault;
        _clock = clock;
        _origin = clock.GetTimestamp();
        _tick = Math.Max(1, (long)tick.TotalMilliseconds);
        _timer = clock.CreateTimer(static state => ((TimerWheel)state!).Turn(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Something that wants to be called once at a time. Calls are not serialized with anything: the entry checks its own state.</summary>
    public abstract class Entry
    {
        internal Entry? Next;
        internal Entry? Previous;
        internal int Slot = -1;
        internal long Due;

        /// <summary>Called on a pool thread, outside of every lock of the wheel; must not block. The entry is no longer scheduled then.</summary>
        protected internal abstract void OnDue(long now);
    }

    /// <summary>Milliseconds since the wheel was made; never goes backwards.</summary>
    public long Now => (long)_clock.GetElapsedTime(_origin).TotalMilliseconds;

    /// <summary>Calls the entry at <paramref name="due"/> (milliseconds on <see cref="Now"/>); replaces an earlier date of the same entry.</summary>
    public void Schedule(Entry entry, long due)
    {
        lock (_gate)
        {
            Unlink(entry);
            var tick = Math.Max((due + _tick - 1) / _tick, _lastTick + 1);
            entry.Due = due;
            entry.Slot = (int)(tick % Slots);
            entry.Next = _slots[entry.Slot];
            entry.Previous = null;
            if (entry.Next is { } next)
                next.Previous = entry;
            _slots[entry.Slot] = entry;
            _count++;
            if (_running)
                return;
            _running = true;
            _timer.Change(TimeSpan.FromMilliseconds(_tick), TimeSpan.FromMilliseconds(_tick));
        }
    }

    /// <summary>Forgets the entry. It may still fire once when it was due at this very moment.</summary>
    public void Cancel(Entry entry)
    {
        lock (_gate)
            Unlink(entry);
    }

    public void Dispose() => _timer.Dispose();

    private void Turn()
    {
        List<Entry>? due = null;
        var now = Now;
        lock (_gate)
        {
            var tick = now / _tick;
            // Far behind (a suspended machine): every slot is looked at once, not once per missed turn.
            for (var at = Math.Max(_lastTick + 1, tick - Slots + 1); at <= tick; at++)
                Collect((int)(at % Slots), now, ref due);
            _lastTick = Math.Max(_lastTick, tick);
            if (_count == 0 && _running)
            {
                _running = false;
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        foreach (var entry in due ?? [])
        {
            try
            {
                entry.OnDue(now);
            }
#pragma warning disable CA1031 // Above it is only the timer, where an exception ends the process.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _fault(e);
            }
        }
    }

    private void Collect(int slot, long now, ref List<Entry>? due)
    {
        for (var entry = _slots[slot]; entry is not null;)
        {
            var next = entry.Next;
            if (entry.Due <= now)
            {
                Unlink(entry);
                (due ??= []).Add(entry);
            }

            entry = next;
        }
    }

    private void Unlink(Entry entry)
    {
        if (entry.Slot < 0)
            return;
        if (entry.Previous is { } previous)
            previous.Next = entry.Next;
        else
            _slots[entry.Slot] = entry.Next;
        if (entry.Next is { } next)
            next.Previous = entry.Previous;
        entry.Next = entry.Previous = null;
        entry.Slot = -1;
        _count--;
    }
}
