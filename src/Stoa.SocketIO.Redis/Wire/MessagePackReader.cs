using System.Buffers.Binary;
using System.Text;

namespace Stoa.SocketIO.Redis.Wire;

/// <summary>The kinds of values a message can hold.</summary>
internal enum MessagePackKind : byte
{
    Nil,
    Boolean,
    Integer,
    Unsigned,
    Double,
    Text,
    Binary,
    Array,
    Map,
    Time,
}

/// <summary>One value, or the head of an array or a map.</summary>
/// <param name="Number">The bits of a number; 0 or 1 for a boolean; ticks (UTC) for a time; how many values or pairs follow.</param>
/// <param name="Bytes">Of a text, as UTF-8 that was not checked, or of a binary value. A part of the message.</param>
internal readonly record struct MessagePackValue(MessagePackKind Kind, ulong Number, ReadOnlyMemory<byte> Bytes)
{
    public int Count => (int)Number;
}

/// <summary>
/// Reads MessagePack that another program wrote. Whoever can write to the Redis can send anything: every length is checked against what is there,
/// counts cannot exceed the bytes left, and depth is bounded by those who descend.
/// </summary>
/// <remarks>All failures are <see cref="FormatException"/>.</remarks>
internal ref struct MessagePackReader(ReadOnlyMemory<byte> message)
{
    /// <summary>Deepest nesting that is followed.</summary>
    public const int MostDepth = 128;

    private const sbyte Timestamp = -1;
    private int _at;

    public readonly bool AtEnd => _at == message.Length;

    private readonly int Left => message.Length - _at;

    public MessagePackValue Read()
    {
        var type = (byte)Bits(1);
        return type switch
        {
            < 0x80 => new(MessagePackKind.Unsigned, type, default),
            < 0x90 => Map((ulong)(type & 0x0f)),
            < 0xa0 => Array((ulong)(type & 0x0f)),
            < 0xc0 => new(MessagePackKind.Text, 0, Take((ulong)(type & 0x1f))),
            >= 0xe0 => Signed((sbyte)type),
            _ => ReadTyped(type),
        };
    }

    public int ReadArray() => Expect(MessagePackKind.Array).Count;

    public int ReadMap() => Expect(MessagePackKind.Map).Count;

    public string ReadText() => Encoding.UTF8.GetString(Expect(MessagePackKind.Text).Bytes.Span);

    /// <summary>A room or a key: programs in other languages use numbers, too.</summary>
    public string ReadName()
    {
        var value = Read();
        return value.Kind switch
        {
            MessagePackKind.Text => Encoding.UTF8.GetString(value.Bytes.Span),
            MessagePackKind.Unsigned => value.Number.ToString(System.Globalization.CultureInfo.InvariantCulture),
            MessagePackKind.Integer => ((long)value.Number).ToString(System.Globalization.CultureInfo.InvariantCulture),
            _ => throw new FormatException("A name must be a text."),
        };
    }

    public void Skip(int depth = 0)
    {
        if (depth > MostDepth)
            throw new FormatException("Nested too deeply.");
        var value = Read();
        var inner = value.Kind switch
        {
            MessagePackKind.Array => value.Count,
            MessagePackKind.Map => value.Count * 2,
            _ => 0,
        };
        for (var i = 0; i < inner; i++)
            Skip(depth + 1);
    }

    private MessagePackValue ReadTyped(byte type) => type switch
    {
        0xc0 => new(MessagePackKind.Nil, 0, default),
        0xc2 or 0xc3 => new(MessagePackKind.Boolean, (ulong)(type & 1), default),
        0xc4 or 0xc5 or 0xc6 => new(MessagePackKind.Binary, 0, Take(Bits(1 << (type - 0xc4)))),
        0xc7 => Extension(Bits(1)),
        0xca => new(MessagePackKind.Double, BitConverter.DoubleToUInt64Bits(BitConverter.UInt32BitsToSingle((uint)Bits(4))), default),
        0xcb => new(MessagePackKind.Double, Bits(8), default),
        0xcc or 0xcd or 0xce or 0xcf => new(MessagePackKind.Unsigned, Bits(1 << (type - 0xcc)), default),
        0xd0 => Signed((sbyte)Bits(1)),
        0xd1 => Signed((short)Bits(2)),
        0xd2 => Signed((int)Bits(4)),
        0xd3 => Signed((long)Bits(8)),
        0xd4 or 0xd5 or 0xd6 or 0xd7 or 0xd8 => Extension(1UL << (type - 0xd4)),
        0xd9 or 0xda or 0xdb => new(MessagePackKind.Text, 0, Take(Bits(1 << (type - 0xd9)))),
        0xdc or 0xdd => Array(Bits(2 << (type - 0xdc))),
        0xde or 0xdf => Map(Bits(2 << (type - 0xde))),
        _ => throw new FormatException("A type that is not used here."),
    };

    private static MessagePackValue Signed(long value) => new(value < 0 ? MessagePackKind.Integer : MessagePackKind.Unsigned, (ulong)value, default);

    private readonly MessagePackValue Array(ulong count) =>
        count <= (ulong)Left ? new(MessagePackKind.Array, count, default) : throw new FormatException("An array longer than the message.");

    private readonly MessagePackValue Map(ulong count) =>
        count <= (ulong)Left / 2 ? new(MessagePackKind.Map, count, default) : throw new FormatException("A map longer than the message.");

    // notepack, which the JavaScript servers use: undefined was once fixext 1 of type 0; a date is a timestamp.
    private MessagePackValue Extension(ulong length)
    {
        var type = (sbyte)Bits(1);
        var data = Take(length).Span;
        if (type != Timestamp)
            return type == 0 && length == 1 ? new(MessagePackKind.Nil, 0, default) : throw new FormatException("An extension that is not known.");
        var (seconds, nanoseconds) = length switch
        {
            4 => (BinaryPrimitives.ReadUInt32BigEndian(data), 0u),
            8 => ((long)(BinaryPrimitives.ReadUInt64BigEndian(data) & 0x3_ffff_ffff), (uint)(BinaryPrimitives.ReadUInt64BigEndian(data) >> 34)),
            12 => (BinaryPrimitives.ReadInt64BigEndian(data[4..]), BinaryPrimitives.ReadUInt32BigEndian(data)),
            _ => throw new FormatException("A timestamp of no known length."),
        };
        var (first, last) = (DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds());
        if (seconds < first || seconds > last || nanoseconds > 999_999_999)
            throw new FormatException("A timestamp out of range.");
        return new(MessagePackKind.Time, (ulong)(DateTimeOffset.FromUnixTimeSeconds(seconds).UtcTicks + (nanoseconds / 100)), default);
    }

    private MessagePackValue Expect(MessagePackKind kind)
    {
        var value = Read();
        return value.Kind == kind ? value : throw new FormatException($"{kind} expected, {value.Kind} found.");
    }

    private ulong Bits(int bytes)
    {
        Span<byte> all = stackalloc byte[sizeof(ulong)];
        all.Clear();
        Take((ulong)bytes).Span.CopyTo(all[(sizeof(ulong) - bytes)..]);
        return BinaryPrimitives.ReadUInt64BigEndian(all);
    }

    private ReadOnlyMemory<byte> Take(ulong length)
    {
        if (length > (ulong)Left)
            throw new FormatException("The message ends early.");
        var taken = message.Slice(_at, (int)length);
        _at += (int)length;
        return taken;
    }
}
