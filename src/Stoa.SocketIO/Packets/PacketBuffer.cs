using System.Buffers;
using System.Text.Json;

namespace Stoa.SocketIO.Packets;

/// <summary>
/// A growing buffer with room in front: the JSON is written first, because only then the number of attachments is known, and the packet's
/// head goes right before it. One per thread is kept.
/// </summary>
#pragma warning disable CA1001 // The JSON writer holds no resource of its own: it writes into this buffer.
internal sealed class PacketBuffer : IBufferWriter<byte>
#pragma warning restore CA1001
{
    private const int LargestKept = 64 * 1024;

    [ThreadStatic]
    private static PacketBuffer? t_kept;

    private byte[] _bytes = new byte[1024];
    private int _start;
    private int _end;
    private Utf8JsonWriter? _json;

    public List<ReadOnlyMemory<byte>> Attachments { get; } = [];

    /// <summary>The written bytes, head included.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(_start, _end - _start);

    /// <summary>A buffer for one packet on this thread. Give it back with <see cref="Return"/>, unless something was thrown.</summary>
    /// <param name="head">Room kept in front, in bytes.</param>
    public static PacketBuffer Rent(int head)
    {
        var buffer = t_kept ?? new PacketBuffer();
        // A converter that sends another packet while this one is written gets a buffer of its own.
        t_kept = null;
        buffer._start = buffer._end = head;
        if (buffer._bytes.Length < head)
            buffer._bytes = new byte[head * 2];
        return buffer;
    }

    /// <summary>A writer that appends to this buffer; flush it before the next use of the buffer.</summary>
    public Utf8JsonWriter Writer(JsonWriterOptions options)
    {
        if (_json is null || _json.Options.Encoder != options.Encoder || _json.Options.MaxDepth != options.MaxDepth)
            _json = new Utf8JsonWriter(this, options);
        else
            _json.Reset();
        return _json;
    }

    public static void Return(PacketBuffer buffer)
    {
        // The attachments belong to the application: keeping them would keep its memory.
        buffer.Attachments.Clear();
        if (buffer._bytes.Length <= LargestKept)
            t_kept = buffer;
    }

    /// <summary>Puts bytes before what is written already.</summary>
    public void Prepend(ReadOnlySpan<byte> bytes)
    {
        _start -= bytes.Length;
        bytes.CopyTo(_bytes.AsSpan(_start));
    }

    public void Advance(int count) => _end += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsMemory(_end);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsSpan(_end);
    }

    private void Grow(int sizeHint)
    {
        var needed = _end + Math.Max(sizeHint, 1);
        if (needed > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(needed, _bytes.Length * 2));
    }
}
