using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Stoa.SocketIO.Redis.Wire;

/// <summary>Writes the part of MessagePack that the adapters of Socket.IO use, each value in its shortest form.</summary>
internal sealed class MessagePackWriter
{
    private readonly ArrayBufferWriter<byte> _out = new(512);

    public ReadOnlyMemory<byte> Written => _out.WrittenMemory;

    public void Nil() => Byte(0xc0);

    public void Boolean(bool value) => Byte(value ? (byte)0xc3 : (byte)0xc2);

    public void Integer(long value)
    {
        if (value >= 0)
            Unsigned((ulong)value);
        else if (value >= -32)
            Byte((byte)value);
        else if (value >= sbyte.MinValue)
            Head(0xd0, (ulong)value, 1);
        else if (value >= short.MinValue)
            Head(0xd1, (ulong)value, 2);
        else if (value >= int.MinValue)
            Head(0xd2, (ulong)value, 4);
        else
            Head(0xd3, (ulong)value, 8);
    }

    public void Unsigned(ulong value)
    {
        if (value < 0x80)
            Byte((byte)value);
        else if (value <= byte.MaxValue)
            Head(0xcc, value, 1);
        else if (value <= ushort.MaxValue)
            Head(0xcd, value, 2);
        else if (value <= uint.MaxValue)
            Head(0xce, value, 4);
        else
            Head(0xcf, value, 8);
    }

    public void Double(double value) => Head(0xcb, BitConverter.DoubleToUInt64Bits(value), 8);

    public void Text(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        TextHead(length);
        Encoding.UTF8.GetBytes(value, _out.GetSpan(length));
        _out.Advance(length);
    }

    public void Text(ReadOnlySpan<byte> utf8)
    {
        TextHead(utf8.Length);
        _out.Write(utf8);
    }

    public void Binary(ReadOnlySpan<byte> value)
    {
        Sized(value.Length, 0xc4, 0xc5, 0xc6);
        _out.Write(value);
    }

    /// <summary>So many values follow.</summary>
    public void Array(int count) => Counted(count, 0x90, 0xdc, 0xdd);

    /// <summary>So many pairs follow.</summary>
    public void Map(int count) => Counted(count, 0x80, 0xde, 0xdf);

    private void TextHead(int length)
    {
        if (length < 32)
            Byte((byte)(0xa0 | length));
        else
            Sized(length, 0xd9, 0xda, 0xdb);
    }

    private void Counted(int count, byte few, byte some, byte many)
    {
        if (count < 16)
            Byte((byte)(few | count));
        else if (count <= ushort.MaxValue)
            Head(some, (ulong)count, 2);
        else
            Head(many, (ulong)count, 4);
    }

    private void Sized(int length, byte small, byte middle, byte large)
    {
        if (length <= byte.MaxValue)
            Head(small, (ulong)length, 1);
        else if (length <= ushort.MaxValue)
            Head(middle, (ulong)length, 2);
        else
            Head(large, (ulong)length, 4);
    }

    private void Byte(byte value)
    {
        _out.GetSpan(1)[0] = value;
        _out.Advance(1);
    }

    // The value's last bytes, the highest first.
    private void Head(byte type, ulong value, int bytes)
    {
        Span<byte> all = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(all, value);
        Byte(type);
        _out.Write(all[(sizeof(ulong) - bytes)..]);
    }
}
