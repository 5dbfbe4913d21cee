using System.Buffers;
using System.Buffers.Text;
using System.IO.Compression;

namespace Stoa.SocketIO.EngineIO;

/// <summary>
/// Engine.IO packets that are sent as a unit: at most one text packet, then binary ones. Immutable and shared: a broadcast makes one and
/// hands the same bytes to every connection (Engine.IO 4, "Packet encoding").
/// </summary>
internal sealed class OutgoingMessage
{
    private const int CompressionThreshold = 1024;
    private readonly Range _text;
    private readonly Range[] _binaries;
    private byte[]? _polling;
    private byte[]? _deflated;

    private OutgoingMessage(byte[] frames, Range text, Range[] binaries)
    {
        Frames = frames;
        _text = text;
        _binaries = binaries;
    }

    /// <summary>The message as complete WebSocket frames, ready to be written.</summary>
    public byte[] Frames { get; }

    /// <summary>How many Engine.IO packets these are.</summary>
    public int Packets => _binaries.Length + (HasText ? 1 : 0);

    /// <summary>The text packet with its type digit; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Text => Frames.AsMemory(_text);

    private bool HasText => !_text.Equals(0..0);

    /// <param name="text">A packet with its type digit, in UTF-8.</param>
    public static OutgoingMessage FromText(ReadOnlySpan<byte> text, IReadOnlyList<ReadOnlyMemory<byte>>? attachments = null) => Create(text, true, attachments ?? []);

    public static OutgoingMessage FromBinary(ReadOnlyMemory<byte> data) => Create(default, false, [data]);

    /// <summary>The message in a polling body: text as it is, binary as <c>b</c> and base64, joined by U+001E. Built once.</summary>
    public ReadOnlyMemory<byte> Polling => _binaries.Length == 0 ? Text : _polling ??= EncodePolling();

    /// <summary>The frames with packets over 1,024 bytes deflated, each on its own (RFC 7692 without context takeover). Built once.</summary>
    public byte[] DeflatedFrames => _deflated ??= Frames.Length <= CompressionThreshold ? Frames : Deflate();

    private static OutgoingMessage Create(ReadOnlySpan<byte> text, bool hasText, IReadOnlyList<ReadOnlyMemory<byte>> attachments)
    {
        var length = hasText ? WebSocketFrame.Size(text.Length) : 0;
        for (var i = 0; i < attachments.Count; i++)
            length += WebSocketFrame.Size(attachments[i].Length);

        var frames = GC.AllocateUninitializedArray<byte>(length);
        var at = 0;
        Range textRange = 0..0;
        if (hasText)
            textRange = Append(frames, ref at, WebSocketFrame.Text, text);
        var binaries = attachments.Count == 0 ? [] : new Range[attachments.Count];
        for (var i = 0; i < binaries.Length; i++)
            binaries[i] = Append(frames, ref at, WebSocketFrame.Binary, attachments[i].Span);
        return new OutgoingMessage(frames, textRange, binaries);
    }

    private static Range Append(byte[] frames, ref int at, byte opcode, ReadOnlySpan<byte> payload)
    {
        at += WebSocketFrame.WriteHeader(frames.AsSpan(at), opcode, payload.Length);
        payload.CopyTo(frames.AsSpan(at));
        var range = at..(at + payload.Length);
        at += payload.Length;
        return range;
    }

    private byte[] EncodePolling()
    {
        var length = Text.Length + _binaries.Length - (HasText ? 0 : 1);
        foreach (var range in _binaries)
            length += 1 + Base64.GetMaxEncodedToUtf8Length(Frames.AsSpan(range).Length);
        var body = GC.AllocateUninitializedArray<byte>(length);
        Text.Span.CopyTo(body);
        var at = Text.Length;
        foreach (var range in _binaries)
        {
            if (at > 0)
                body[at++] = PollingPayload.Separator;
            body[at++] = (byte)'b';
            Base64.EncodeToUtf8(Frames.AsSpan(range), body.AsSpan(at), out _, out var written);
            at += written;
        }

        return body;
    }

    private byte[] Deflate()
    {
        var frames = new ArrayBufferWriter<byte>(Frames.Length / 2);
        if (HasText)
            Append(frames, WebSocketFrame.Text, Text.Span);
        foreach (var range in _binaries)
            Append(frames, WebSocketFrame.Binary, Frames.AsSpan(range));
        return frames.WrittenSpan.ToArray();
    }

    private static void Append(ArrayBufferWriter<byte> frames, byte opcode, ReadOnlySpan<byte> payload)
    {
        if (payload.Length > CompressionThreshold)
        {
            payload = WebSocketDeflate.Compress(payload);
            opcode |= WebSocketFrame.Compressed;
        }

        var target = frames.GetSpan(WebSocketFrame.Size(payload.Length));
        var header = WebSocketFrame.WriteHeader(target, opcode, payload.Length);
        payload.CopyTo(target[header..]);
        frames.Advance(header + payload.Length);
    }
}
