namespace Stoa.SocketIO.EngineIO;

/// <summary>
/// The heartbeat (Engine.IO 4, "Heartbeat"): the server pings an interval after each pong, and the client has until ONE deadline, last pong + interval +
/// timeout. Two chained timers would let a client live longer under load; the deadline is also looked at when a request comes in. Another packet moves
/// the deadline of a running ping once, as in the reference since 6.6.11. While a handler holds the reader back nothing is read, so silence proves
/// nothing: the deadline waits, but pings go on, because the client gives up a server that does not ping.
/// </summary>
public sealed partial class EngineSession
{
    private long _pingDue;
    private long _deadline;
    private long _lingerUntil;
    private long _alarm = long.MaxValue;
    private int _blocked;
    private volatile bool _pinged;
    private bool _extended;

    private long PingInterval => (long)_server.Options.PingInterval.TotalMilliseconds;

    private long PingTimeout => (long)_server.Options.PingTimeout.TotalMilliseconds;

    internal bool IsHeldBack => Volatile.Read(ref _blocked) > 0;

    /// <summary>Opens the session for the application and starts the heartbeat, whose time counts from before the handshake answer.</summary>
    internal void Start()
    {
        lock (_gate)
            _server.Wheel.Schedule(_timer, Math.Min(_pingDue, _alarm));
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
            _server.Wheel.Schedule(_timer, Math.Min(Math.Min(_pingDue, _deadline), _alarm));
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

            if (IsHeldBack)
                Postpone(now);
            dead = now >= _deadline;
            ping = now >= _pingDue && (!_pinged || IsHeldBack);
            alarm = now >= _alarm;
            if (ping)
                (_pinged, _extended) = (true, false);
            // Also when none is sent: a ping is under way then, and it is looked at again in case the reader is held back by that time.
            if (now >= _pingDue)
                _pingDue = now + PingInterval;
            if (alarm)
                _alarm = long.MaxValue;
            if (!dead)
                _server.Wheel.Schedule(_timer, Math.Min(_alarm, Math.Min(_deadline, _pingDue)));
        }

        if (dead)
            Close(EngineCloseReason.PingTimeout);
        else if (ping)
            Send(PingPacket);
        if (alarm)
            _handler.OnAlarm();
    }

    private void OnPong()
    {
        lock (_gate)
            BeginBeat(_server.Wheel.Now);
    }

    private void BeginBeat(long now)
    {
        _pinged = false;
        _pingDue = now + PingInterval;
        _deadline = _pingDue + PingTimeout;
    }

    /// <summary>Gives the client at least its whole timeout from now.</summary>
    private void Postpone(long now) => _deadline = Math.Max(_deadline, now + PingTimeout);

    private void OnOtherPacket()
    {
        lock (_gate)
        {
            if (!_pinged || _extended)
                return;
            _extended = true;
            Postpone(_server.Wheel.Now);
        }
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
