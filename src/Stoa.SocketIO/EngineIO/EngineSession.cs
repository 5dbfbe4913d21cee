namespace Stoa.SocketIO.EngineIO;

/// <summary>
/// One Engine.IO client, over polling, WebSocket or one after the other. Sending never waits: a message is handed to the transport or queued,
/// in the order of the calls, and a client whose queue is full is dropped (<see cref="EngineCloseReason.SlowReader"/>).
/// </summary>
public sealed partial class EngineSession
{
    // A forced close of a polling client that is not asking right now is kept this long for its next GET (the reference's 30 s).
    private const long FarewellMilliseconds = 30_000;

    // How long a WebSocket may take to answer a close frame before its connection is cut.
    private const long CloseHandshakeMilliseconds = 5_000;

    private static readonly OutgoingMessage ClosePacket = OutgoingMessage.FromText("1"u8);
    internal static readonly OutgoingMessage NoopPacket = OutgoingMessage.FromText("6"u8);
    private static readonly OutgoingMessage PingPacket = OutgoingMessage.FromText("2"u8);

    private readonly Lock _gate = new();
    private readonly EngineServer _server;
    private readonly EngineHandler _handler;
    private readonly Timer _timer;
    private volatile WebSocketConnection? _webSocket;
    private Queue<OutgoingMessage>? _queue;
    private int _queuedBytes;
    private volatile State _state;
    private OutgoingMessage _farewell = ClosePacket;

    internal EngineSession(EngineServer server, string id, EngineHandshake handshake, WebSocketConnection? webSocket, Func<EngineSession, EngineHandler> handler, bool isAdmitted)
    {
        _isAdmitted = isAdmitted;
        _server = server;
        _webSocket = webSocket;
        Id = id;
        Handshake = handshake;
        if (webSocket is not null)
            webSocket.MaxPayload = MaxPayload;
        _timer = new Timer(this);
        BeginBeat(server.Wheel.Now);
        _handler = handler(this);
    }

    private enum State : byte
    {
        Open,

        /// <summary>Over for the application; a polling client still has its last packets to fetch.</summary>
        Lingering,
        Closed,
    }

    /// <summary>The session id. Whoever knows it can read and write this session: never show or log it.</summary>
    public string Id { get; }

    /// <summary>The request that opened the session.</summary>
    public EngineHandshake Handshake { get; }

    /// <summary>The transport in use now: <see cref="EngineTransports.Polling"/> or <see cref="EngineTransports.WebSocket"/>.</summary>
    public EngineTransports Transport => _webSocket is null ? EngineTransports.Polling : EngineTransports.WebSocket;

    /// <summary>Whether messages can still be sent and received.</summary>
    public bool IsOpen => _state == State.Open;

    /// <summary>Why the session ended; meaningful once <see cref="IsOpen"/> is false.</summary>
    public EngineCloseReason CloseReason { get; private set; }

    /// <summary>Whether everything sent so far has been handed to the web server.</summary>
    internal bool IsIdle => _webSocket?.IsIdle ?? _queue is null;

    /// <summary>Sends a text message. False when the session is over.</summary>
    /// <param name="text">UTF-8; over polling it must not hold U+001E, which has no escape there.</param>
    public bool SendText(ReadOnlySpan<byte> text)
    {
        byte[] packet = [(byte)'4', .. text];
        return Send(OutgoingMessage.FromText(packet));
    }

    /// <summary>Sends a binary message; the bytes are copied. False when the session is over.</summary>
    public bool SendBinary(ReadOnlyMemory<byte> data) => Send(OutgoingMessage.FromBinary(data));

    /// <summary>Ends the session with <see cref="EngineCloseReason.ForcedClose"/>, after what was sent before. Does nothing when it is over already.</summary>
    public void Close() => Close(EngineCloseReason.ForcedClose);

    /// <param name="onlyIfWritable">Drop the message when it could not leave at once: an earlier write is under way, or no poll waits.</param>
    internal bool Send(OutgoingMessage message, bool onlyIfWritable = false)
    {
        var socket = _webSocket;
        if (socket is null)
        {
            lock (_gate)
            {
                if (_state != State.Open)
                    return false;
                socket = _webSocket;
                if (socket is null && onlyIfWritable && _poll is null or { Task.IsCompleted: true })
                    return false;
                if (socket is null && Enqueue(message))
                {
                    _poll?.TrySetResult(true);
                    return true;
                }
            }
        }

        switch (socket?.Send(message, onlyIfWritable) ?? SendOutcome.Overflow)
        {
            case SendOutcome.Sent:
                _server.Metrics.Sent(message.Packets, message.Frames.Length);
                return true;
            case SendOutcome.Overflow:
                _server.Metrics.SlowReaderDropped();
                Close(EngineCloseReason.SlowReader);
                return false;
            default:
                return false;
        }
    }

    /// <param name="status">The code of the WebSocket's close frame.</param>
    internal void Close(EngineCloseReason reason, WebSocketStatus status = WebSocketStatus.Normal)
    {
        WebSocketConnection? socket;
        lock (_gate)
        {
            if (_state != State.Open)
                return;
            CloseReason = reason;
            socket = _webSocket;
            var fetchLater = socket is null && reason == EngineCloseReason.ForcedClose;
            _state = fetchLater ? State.Lingering : State.Closed;
            if (!fetchLater)
                _queue = null;
            _lingerUntil = _server.Wheel.Now + (fetchLater ? FarewellMilliseconds : CloseHandshakeMilliseconds);
            _poll?.TrySetResult(true);
        }

        if (_state == State.Closed)
            _server.Forget(this);
        _server.Wheel.Schedule(_timer, _lingerUntil);
        if (reason == EngineCloseReason.SlowReader)
            socket?.Abort();
        else
            socket?.Close(reason == EngineCloseReason.ServerShuttingDown ? WebSocketStatus.GoingAway : status);
        EndUpgrade();
        _server.Closed(this, reason);
        // A full queue is met in the middle of a broadcast: what the end of a client sets off must not run under the locks of that.
        if (reason == EngineCloseReason.SlowReader)
            ThreadPool.UnsafeQueueUserWorkItem(static session => session.TellClosed(), this, preferLocal: false);
        else
            TellClosed();
    }

    private void TellClosed()
    {
        try
        {
            _handler.OnClosed(CloseReason);
        }
#pragma warning disable CA1031 // The edge: a fault of the application's handler must not end whoever closed the session, e.g. a timer.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _server.ServingFailed(e);
        }
    }

    /// <summary>Polling only, under the gate.</summary>
    private bool Enqueue(OutgoingMessage message)
    {
        _queue ??= new Queue<OutgoingMessage>();
        // A message larger than the limit is no sign of a slow reader when nothing waits before it.
        if (_queue.Count >= _server.Options.MaxOutgoingPackets || (_queue.Count > 0 && _queuedBytes > _server.Options.MaxOutgoingBytes - message.Frames.Length))
            return false;
        _queue.Enqueue(message);
        _queuedBytes += message.Frames.Length;
        return true;
    }

    private List<OutgoingMessage> TakeQueue()
    {
        var taken = new List<OutgoingMessage>(_queue ?? []);
        _queue = null;
        _queuedBytes = 0;
        return taken;
    }

    private sealed class Timer(EngineSession session) : TimerWheel.Entry
    {
        protected internal override void OnDue(long now) => session.OnTimer(now);
    }
}
