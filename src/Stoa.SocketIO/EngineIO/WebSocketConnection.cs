using Microsoft.AspNetCore.Http;

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
/// A WebSocket over the stream of an upgraded request. Unlike the framework's class it writes ready-made frames, so that a broadcast costs one
/// copy per connection into the server's pipe and nothing else; it holds no buffer while nothing arrives.
/// </summary>
/// <remarks>Any thread may send; messages leave in the order of the calls. One reader at a time.</remarks>
internal sealed partial class WebSocketConnection(Stream stream, EngineOptions options, bool deflate, HttpContext request)
{
    private readonly Lock _gate = new();
    private Queue<byte[]>? _queue;
    private int _queuedBytes;
    private bool _writing;
    private bool _ended;

    /// <summary>Whether no write is under way.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
                return !_writing;
        }
    }

    /// <summary>Hands a message to the connection without waiting for it to leave.</summary>
    /// <param name="onlyIfIdle">Drop the message when an earlier write is still under way ("volatile").</param>
    public SendOutcome Send(OutgoingMessage message, bool onlyIfIdle = false)
    {
        var bytes = deflate ? message.DeflatedFrames : message.Frames;
        lock (_gate)
        {
            if (_ended)
                return SendOutcome.Closed;
            if (_writing)
            {
                if (onlyIfIdle)
                    return SendOutcome.Dropped;
                _queue ??= new Queue<byte[]>();
                if (_queue.Count >= options.MaxOutgoingPackets || _queuedBytes > options.MaxOutgoingBytes - bytes.Length)
                    return SendOutcome.Overflow;
                Enqueue(bytes);
                return SendOutcome.Sent;
            }

            _writing = true;
        }

        Write(bytes);
        return SendOutcome.Sent;
    }

    /// <summary>Sends a close frame after what is queued; nothing can be sent afterwards. Reading goes on until the peer closes too.</summary>
    public void Close(WebSocketStatus status)
    {
        byte[] frame = [0x88, 2, (byte)((ushort)status >> 8), (byte)status];
        lock (_gate)
        {
            if (_ended)
                return;
            _ended = true;
            if (_writing)
            {
                Enqueue(frame);
                return;
            }

            _writing = true;
        }

        Write(frame);
    }

    /// <summary>Cuts the connection without a close frame: for a peer that does not read.</summary>
    public void Abort()
    {
        lock (_gate)
        {
            _ended = true;
            _queue = null;
            _queuedBytes = 0;
        }

        request.Abort();
    }

    private void SendControl(byte[] frame)
    {
        lock (_gate)
        {
            // A peer that floods pings and reads nothing gets no more answers than it may have packets waiting.
            if (_ended || _queue?.Count >= options.MaxOutgoingPackets)
                return;
            if (_writing)
            {
                Enqueue(frame);
                return;
            }

            _writing = true;
        }

        Write(frame);
    }

    private void Enqueue(byte[] bytes)
    {
        (_queue ??= new Queue<byte[]>()).Enqueue(bytes);
        _queuedBytes += bytes.Length;
    }

    /// <summary>Writes on the caller's thread as long as the server's pipe takes it, then goes on when it has room again.</summary>
    private void Write(byte[] bytes)
    {
        while (true)
        {
            try
            {
                if (Unfinished(stream.WriteAsync(bytes)) is { } unfinished)
                {
                    _ = Finish(unfinished);
                    return;
                }
            }
            catch (Exception e) when (IsGone(e))
            {
                Abort();
                return;
            }

            if (Next() is not { } next)
                return;
            bytes = next;
        }
    }

    private static Task? Unfinished(ValueTask write)
    {
        if (!write.IsCompletedSuccessfully)
            return write.AsTask();
        write.GetAwaiter().GetResult();
        return null;
    }

    private async Task Finish(Task write)
    {
        try
        {
            await write;
        }
        catch (Exception e) when (IsGone(e))
        {
            Abort();
            return;
        }

        if (Next() is { } next)
            Write(next);
    }

    private byte[]? Next()
    {
        lock (_gate)
        {
            if (_queue is { Count: > 0 })
            {
                var next = _queue.Dequeue();
                _queuedBytes -= next.Length;
                return next;
            }

            _writing = false;
            _queue = null;
            return null;
        }
    }

    private static bool IsGone(Exception e) => e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException;
}
