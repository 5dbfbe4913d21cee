using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace Stoa.SocketIO.EngineIO;

/// <summary>One message read from a WebSocket; <see cref="Closed"/> when there is no more.</summary>
internal readonly record struct WebSocketMessage(bool IsText, ReadOnlyMemory<byte> Data, WebSocketStatus Status)
{
    /// <summary>The peer closed or went away: <see cref="WebSocketStatus.None"/>; or it broke a rule, then the code to close with.</summary>
    public bool Closed { get; private init; }

    public static WebSocketMessage End(WebSocketStatus status) => new(false, default, status) { Closed = true };
}

/// <summary>
/// The reading half: frames in, whole messages out. While nothing arrives no buffer is held: a read of no bytes waits, and only then one is rented.
/// </summary>
internal sealed partial class WebSocketConnection
{
    private const int SmallestBuffer = 4096;
    private byte[]? _buffer;
    private bool _forget;
    private int _start;
    private int _end;
    private ArrayBufferWriter<byte>? _fragments;
    private byte _fragmented;
    private bool _fragmentedCompressed;
    private volatile int _maxPayload;

    /// <summary>The largest message taken from now on; at first that of the options.</summary>
    public int MaxPayload { get => _maxPayload; set => _maxPayload = value; }

    /// <summary>Reads and forgets what still comes, so that the peer gets the close frame and not a reset; ends when the peer closes or the connection is cut.</summary>
    public async Task DrainAsync()
    {
        _forget = true;
        await ReadAsync();
    }

    /// <summary>Returns what the reader holds to its pool.</summary>
    private void Release()
    {
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
        _start = _end = 0;
    }

    /// <summary>The next message, defragmented and unmasked, in memory that belongs to the caller. Answers pings on the way.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<WebSocketMessage> ReadAsync()
    {
        try
        {
            while (true)
            {
                if (Take() is { } message)
                    return message;
                if (_start == _end)
                {
                    Release();
#pragma warning disable CA2022 // No bytes are asked for: this only waits until some are there.
                    await _stream.ReadAsync(Memory<byte>.Empty);
#pragma warning restore CA2022
                }

                var read = await _stream.ReadAsync(MakeRoom());
                if (read == 0)
                    break;
                _end += read;
            }
        }
        catch (Exception e) when (IsGone(e))
        {
            // The connection is over, as at its regular end.
        }

        return WebSocketMessage.End(WebSocketStatus.None);
    }

    /// <summary>Grows with what has arrived, never with what a header promises: a promise costs the client nothing.</summary>
    private Memory<byte> MakeRoom()
    {
        _buffer ??= ArrayPool<byte>.Shared.Rent(SmallestBuffer);
        if (_end == _buffer.Length)
        {
            var used = _end - _start;
            var target = used > _buffer.Length / 2 ? ArrayPool<byte>.Shared.Rent(_buffer.Length * 2) : _buffer;
            _buffer.AsSpan(_start, used).CopyTo(target);
            if (target != _buffer)
                ArrayPool<byte>.Shared.Return(_buffer);
            (_buffer, _start, _end) = (target, 0, used);
        }

        return _buffer.AsMemory(_end);
    }

    /// <summary>The next message in the buffer; null when more bytes are needed.</summary>
    private WebSocketMessage? Take()
    {
        if (_forget)
            _start = _end;
        while (_start < _end)
        {
            var limit = MaxPayload - (_fragments?.WrittenCount ?? 0);
            var error = WebSocketFrame.TryRead(_buffer.AsSpan(_start, _end - _start), limit, _deflate, out var frame, out var size);
            if (error != WebSocketStatus.None)
                return WebSocketMessage.End(error);
            if (size == 0)
                return null;
            _start += size;
            if (frame.IsControl)
            {
                if (Control(frame))
                    return WebSocketMessage.End(WebSocketStatus.None);
            }
            else if (Data(frame) is { } message)
            {
                return message;
            }
        }

        return null;
    }

    /// <summary>True when the peer closes.</summary>
    private bool Control(in WebSocketFrame frame)
    {
        if (frame.Opcode == WebSocketFrame.Close)
        {
            Close(WebSocketStatus.Normal);
            return true;
        }

        if (frame.Opcode == WebSocketFrame.Ping)
        {
            var pong = new byte[2 + frame.Payload.Length];
            frame.CopyPayload(pong.AsSpan(WebSocketFrame.WriteHeader(pong, WebSocketFrame.Pong, frame.Payload.Length)));
            SendControl(pong);
        }

        return false;
    }

    /// <summary>The message this frame completes, if it does (RFC 6455, 5.4).</summary>
    private WebSocketMessage? Data(in WebSocketFrame frame)
    {
        var continues = frame.Opcode == WebSocketFrame.Continuation;
        if (continues != (_fragments is not null))
            return WebSocketMessage.End(WebSocketStatus.ProtocolError);

        var length = frame.Payload.Length;
        if (!continues && frame.IsFinal)
        {
            var data = GC.AllocateUninitializedArray<byte>(length);
            frame.CopyPayload(data);
            return Complete(frame.Opcode, frame.IsCompressed, data);
        }

        if (!continues)
            (_fragments, _fragmented, _fragmentedCompressed) = (new ArrayBufferWriter<byte>(), frame.Opcode, frame.IsCompressed);
        if (length > 0)
        {
            frame.CopyPayload(_fragments!.GetSpan(length));
            _fragments.Advance(length);
        }

        if (!frame.IsFinal)
            return null;
        var whole = _fragments!.WrittenMemory;
        _fragments = null;
        return Complete(_fragmented, _fragmentedCompressed, whole);
    }

    private WebSocketMessage Complete(byte opcode, bool compressed, ReadOnlyMemory<byte> data)
    {
        if (compressed)
        {
            if (WebSocketDeflate.Decompress(data, MaxPayload, out var tooLong) is not { } inflated)
                return WebSocketMessage.End(tooLong ? WebSocketStatus.TooBig : WebSocketStatus.InvalidText);
            data = inflated;
        }

        return opcode == WebSocketFrame.Text && !Utf8.IsValid(data.Span)
            ? WebSocketMessage.End(WebSocketStatus.InvalidText)
            : new WebSocketMessage(opcode == WebSocketFrame.Text, data, WebSocketStatus.None);
    }
}
