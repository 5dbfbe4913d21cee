using System.Buffers;
using Stoa.SocketIO.Epoll;

namespace Stoa.SocketIO.EngineIO;

/// <summary>What became of a message handed to a connection.</summary>
internal enum SendOutcome
{
    Sent,
    Dropped,
    Closed,
    Overflow,
}

/// <summary>
/// A WebSocket over the stream of an upgraded request or of a socket that was let go. Unlike the framework's class it writes ready-made
/// frames, so that a broadcast costs one copy or system call per connection and nothing else; it holds no buffer while nothing arrives.
/// </summary>
/// <remarks>Any thread may send; messages leave in the order of the calls. One reader at a time.</remarks>
internal sealed partial class WebSocketConnection : TurnWriter
{
    // How long a peer that has closed may take for what was sent to it before.
    private static readonly TimeSpan LastWritePatience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Stream _stream;
    private readonly EngineOptions _options;
    private readonly bool _deflate;
    private readonly Action _cut;
    private readonly bool _gathers;
    private TaskCompletionSource? _written;
    private WaitingFrames _waiting;
    private bool _writing;
    private bool _gathering;
    private bool _ended;
    private bool _isCut;

    /// <param name="cut">Ends the connection at once.</param>
    /// <param name="early">Bytes that came before <paramref name="stream"/> was read; copied.</param>
    public WebSocketConnection(Stream stream, EngineOptions options, bool deflate, Action cut, ReadOnlyMemory<byte> early = default)
    {
        (_stream, _options, _deflate, _cut) = (stream, options, deflate, cut);
        _gathers = stream is LooseStream;
        _maxPayload = options.MaxPayload;
        if (early.IsEmpty)
            return;
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(early.Length, SmallestBuffer));
        early.CopyTo(_buffer);
        _end = early.Length;
    }

    /// <summary>Whether no write is under way.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
                return !_writing || _gathering;
        }
    }

    /// <summary>Hands a message to the connection without waiting for it to leave.</summary>
    /// <param name="onlyIfIdle">Drop the message when an earlier write is still under way ("volatile").</param>
    public SendOutcome Send(OutgoingMessage message, bool onlyIfIdle = false)
    {
        var bytes = _deflate ? message.DeflatedFrames : message.Frames;
        lock (_gate)
        {
            if (_ended)
                return SendOutcome.Closed;
            if (_writing && !_gathering && onlyIfIdle)
                return SendOutcome.Dropped;
            if (_writing && !_gathering && IsFull(bytes.Length))
                return SendOutcome.Overflow;
            if (!MayWrite(bytes))
                return SendOutcome.Sent;
        }

        Write();
        return SendOutcome.Sent;
    }

    /// <summary>Sends a close frame after what is queued; nothing can be sent afterwards. Reading goes on until the peer closes too.</summary>
    public void Close(WebSocketStatus status)
    {
        lock (_gate)
        {
            if (_ended)
                return;
            _ended = true;
            if (!MayWrite([0x88, 2, (byte)((ushort)status >> 8), (byte)status]))
                return;
        }

        Write();
    }

    /// <summary>Cuts the connection without a close frame: for a peer that does not read.</summary>
    public void Abort()
    {
        lock (_gate)
        {
            _ended = _isCut = true;
            _waiting.Clear();
            _written?.TrySetResult();
        }

        try
        {
            _cut();
        }
        catch (ObjectDisposedException)
        {
            // The request has ended, and the connection with it.
        }
    }

    /// <summary>After the last read: waits a moment for what is still being written, then gives back everything that is held.</summary>
    public async ValueTask EndAsync(TimeProvider clock)
    {
        Release();
        TaskCompletionSource? written = null;
        lock (_gate)
        {
            _ended = true;
            if (_writing && !_isCut)
                written = _written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        if (written is not null && await Task.WhenAny(written.Task, Task.Delay(LastWritePatience, clock)) != written.Task)
            Abort();
        await _stream.DisposeAsync();
    }

    /// <summary>A message larger than the limit is no sign of a slow reader when nothing waits before it.</summary>
    private bool IsFull(int length) =>
        _waiting.Count >= _options.MaxOutgoingPackets || (_waiting.Count > 0 && _waiting.Bytes > _options.MaxOutgoingBytes - length);

    private void SendControl(byte[] frame)
    {
        lock (_gate)
        {
            // A peer that floods pings and reads nothing gets no more answers than it may have packets waiting.
            if (_ended || (!_gathering && _waiting.Count >= _options.MaxOutgoingPackets) || !MayWrite(frame))
                return;
        }

        Write();
    }
}
