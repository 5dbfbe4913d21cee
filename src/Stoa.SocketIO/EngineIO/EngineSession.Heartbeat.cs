namespace Stoa.SocketIO.EngineIO;

/// <summary>
/// The heartbeat (Engine.IO 4, "Heartbeat"): the server pings, and the client has until ONE deadline, last sign + interval + timeout. Two
/// chained timers would let a client live longer under load; the deadline is also looked at when a request comes in.
/// </summary>
public sealed partial class EngineSession
{
    private long _lastSign;
    private long _lingerUntil;
    private long _alarm = long.MaxValue;
    private int _blocked;
    private bool _pinged;

    private long PingDue => _lastSign + (long)_server.Options.PingInterval.TotalMilliseconds;

    private long Deadline => PingDue + (long)_server.Options.PingTimeout.TotalMilliseconds;

    internal bool IsHeldBack => Volatile.Read(ref _blocked) > 0;

    /// <summary>Opens the session for the application and starts the heartbeat, whose time counts from before the handshake answer.</summary>
    internal void Start()
    {
        lock (_gate)
            _server.Wheel.Schedule(_timer, Math.Min(PingDue, _alarm));
        _handler.OnOpened();
    }

    /// <summary>Calls <see cref="EngineHandler.OnAlarm"/> once, this long from now. A later call replaces the time.</summary>
    internal void SetAlarm(TimeSpan after)
    {
        lock (_gate)
        {
            if (_state != State.Open)
                return;
            _alarm = _server.Wheel.Now + (long)after.TotalMilliseconds;
            _server.Wheel.Schedule(_timer, Math.Min(PingDue, _alarm));
        }
    }

    /// <summary>Ends the session if its deadline has passed; false then.</summary>
    internal bool IsAlive()
    {
        OnTimer(_server.Wheel.Now);
        return _state != State.Closed;
    }

    private void OnTimer(long now)
    {
        var (ping, dead, alarm) = (false, false, false);
        lock (_gate)
        {
            if (_state != State.Open)
            {
                StopLingering(now);
                return;
            }

            // Nothing is read while a handler holds the reader back, so silence proves nothing.
            if (_blocked > 0)
                Sign(now);
            dead = now >= Deadline;
            ping = !_pinged && now >= PingDue;
            alarm = now >= _alarm;
            _pinged |= ping;
            if (alarm)
                _alarm = long.MaxValue;
            if (!dead)
                _server.Wheel.Schedule(_timer, Math.Min(_alarm, _pinged ? Math.Min(Deadline, now + (long)_server.Options.PingInterval.TotalMilliseconds) : PingDue));
        }

        if (dead)
            Close(EngineCloseReason.PingTimeout);
        else if (ping)
            Send(PingPacket);
        if (alarm)
            _handler.OnAlarm();
    }

    private void Sign(long now)
    {
        _lastSign = now;
        _pinged = false;
    }

    private void StopLingering(long now)
    {
        if (now < _lingerUntil)
            return;
        EndLingering();
        _webSocket?.Abort();
    }

    private void EndLingering()
    {
        if (_state != State.Lingering)
            return;
        _state = State.Closed;
        _queue = null;
        _server.Forget(this);
    }
}
