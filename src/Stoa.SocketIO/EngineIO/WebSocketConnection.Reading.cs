using System.Buffers;
using System.IO.Pipelines;
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

/// <summary>The reading half: frames in, whole messages out. No buffer is held while nothing arrives (zero-byte reads).</summary>
internal sealed partial class WebSocketConnection
{
    private static readonly StreamPipeReaderOptions Reading = new(bufferSize: 4096, minimumReadSize: 512, leaveOpen: true, useZeroByteReads: true);

    private readonly PipeReader _reader = PipeReader.Create(stream, Reading);
    private ArrayBufferWriter<byte>? _fragments;
    private byte _fragmented;
    private bool _fragmentedCompressed;

    /// <summary>Reads and forgets what still comes, so that the peer gets the close frame and not a reset; ends when the peer closes or the connection is cut.</summary>
    public async Task DrainAsync()
    {
        try
        {
            for (ReadResult result; !(result = await _reader.ReadAsync()).IsCompleted;)
                _reader.AdvanceTo(result.Buffer.End);
        }
        catch (Exception e) when (IsGone(e))
        {
            // The connection is over, which is what was waited for.
        }
    }

    /// <summary>Returns what the reader holds to its pool. Only after the last read.</summary>
    public void Release() => _reader.Complete();

    /// <summary>The next message, defragmented and unmasked, in memory that belongs to the caller. Answers pings on the way.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<WebSocketMessage> ReadAsync()
    {
        while (true)
        {
            ReadResult result;
            try
            {
                result = await _reader.ReadAsync();
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
            {
                return WebSocketMessage.End(WebSocketStatus.None);
            }

            var buffer = result.Buffer;
            var message = Take(ref buffer, out var found);
            _reader.AdvanceTo(buffer.Start, found ? buffer.Start : buffer.End);
            if (found)
                return message;
            if (result.IsCompleted)
                return WebSocketMessage.End(WebSocketStatus.None);
        }
    }

    private WebSocketMessage Take(ref ReadOnlySequence<byte> buffer, out bool found)
    {
        found = true;
        while (true)
        {
            var limit = options.MaxPayload - (_fragments?.WrittenCount ?? 0);
            var error = WebSocketFrame.TryRead(ref buffer, limit, deflate, out var frame, out var complete);
            if (error != WebSocketStatus.None)
                return WebSocketMessage.End(error);
            if (!complete)
            {
                found = false;
                return default;
            }

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
            frame.CopyPayload(pong.AsSpan(WebSocketFrame.WriteHeader(pong, WebSocketFrame.Pong, (int)frame.Payload.Length)));
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

        var length = (int)frame.Payload.Length;
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
            if (WebSocketDeflate.Decompress(data, options.MaxPayload, out var tooLong) is not { } inflated)
                return WebSocketMessage.End(tooLong ? WebSocketStatus.TooBig : WebSocketStatus.InvalidText);
            data = inflated;
        }

        return opcode == WebSocketFrame.Text && !Utf8.IsValid(data.Span)
            ? WebSocketMessage.End(WebSocketStatus.InvalidText)
            : new WebSocketMessage(opcode == WebSocketFrame.Text, data, WebSocketStatus.None);
    }
}
