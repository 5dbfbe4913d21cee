using System.Buffers;
using System.Text;
using System.Text.Json;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Redis.Recovery;
using Stoa.SocketIO.Rooms;

namespace Stoa.SocketIO.Redis.Wire;

/// <summary>
/// An event for the sockets of other nodes: <c>[uid, {type, data, nsp}, {rooms, except, flags}]</c> (@socket.io/redis-adapter 8). An event that can
/// be recovered has two more elements, which other programs ignore: the number its sender gave it, and its id in the stream, which Redis appends.
/// </summary>
internal sealed class BroadcastMessage
{
    private const int EventType = 2;
    private const int BinaryEventType = 5;
    private const int PingParts = 2;
    private const int PlainParts = 3;
    private const int RecoverableParts = 5;

    private BroadcastMessage(string uid) => Uid = uid;

    public string Uid { get; }

    /// <summary>Null when it was not asked for.</summary>
    public SocketPacket? Packet { get; private set; }

    public BroadcastOptions Options { get; private set; } = new();

    /// <summary>Set with <see cref="Id"/>: the sender's number.</summary>
    public long Sequence { get; private set; }

    /// <summary>Null for an event that cannot be recovered.</summary>
    public StreamId? Id { get; private set; }

    /// <summary>A plain message, complete.</summary>
    public static byte[] Write(string uid, SocketPacket packet, BroadcastOptions options)
    {
        var writer = new MessagePackWriter();
        writer.Array(PlainParts);
        Write(writer, uid, packet, options);
        return writer.Written.ToArray();
    }

    /// <summary>A recoverable message, to which the id must be appended.</summary>
    public static byte[] WriteWithoutId(string uid, SocketPacket packet, BroadcastOptions options, long sequence)
    {
        var writer = new MessagePackWriter();
        writer.Array(RecoverableParts);
        Write(writer, uid, packet, options);
        writer.Integer(sequence);
        return writer.Written.ToArray();
    }

    /// <summary>A message as the stream keeps it, with the id of its entry.</summary>
    public static byte[] Complete(ReadOnlySpan<byte> withoutId, StreamId id)
    {
        var writer = new MessagePackWriter();
        writer.Text(id.ToString());
        return [.. withoutId, .. writer.Written.Span];
    }

    /// <summary>A message of a node to itself, to see that subscriptions work and how far they are.</summary>
    public static byte[] WritePing(string uid, long number)
    {
        var writer = new MessagePackWriter();
        writer.Array(PingParts);
        writer.Text(uid);
        writer.Integer(number);
        return writer.Written.ToArray();
    }

    /// <summary>The number of a ping; null when it is none.</summary>
    public static long? ReadPing(byte[] message)
    {
        var reader = new MessagePackReader(message);
        if (reader.ReadArray() != PingParts)
            return null;
        reader.Skip();
        return (long)reader.Read().Number;
    }

    /// <param name="own">The uid whose packets need not be read: their sender has them.</param>
    /// <returns>Null when it is for another namespace, or no event.</returns>
    /// <exception cref="FormatException">It is malformed.</exception>
    public static BroadcastMessage? Read(ReadOnlyMemory<byte> message, string space, string? own = null)
    {
        var reader = new MessagePackReader(message);
        var parts = reader.ReadArray();
        if (parts < PlainParts)
            throw new FormatException("A broadcast has three parts.");
        var read = new BroadcastMessage(reader.ReadText());
        if (read.Uid == own)
        {
            reader.Skip();
            reader.Skip();
        }
        else
        {
            read.Packet = ReadPacket(ref reader, space);
            read.Options = ReadOptions(ref reader);
            if (read.Packet is null)
                return null;
        }

        if (parts == RecoverableParts)
        {
            read.Sequence = (long)reader.Read().Number;
            read.Id = StreamId.TryParse(reader.ReadText()) ?? throw new FormatException("No id of a stream.");
        }

        return read;
    }

    public static void WriteOptions(MessagePackWriter writer, BroadcastOptions options)
    {
        writer.Map(3);
        writer.Text("rooms"u8);
        Write(writer, options.Rooms);
        writer.Text("except"u8);
        Write(writer, options.Except);
        writer.Text("flags"u8);
        writer.Map((options.Volatile ? 1 : 0) + (options.Local ? 1 : 0) + (options.Once is null ? 0 : 1));
        if (options.Volatile)
        {
            writer.Text("volatile"u8);
            writer.Boolean(true);
        }

        if (options.Local)
        {
            writer.Text("local"u8);
            writer.Boolean(true);
        }

        // Other programs pass over flags that they do not know.
        if (options.Once is { } key)
        {
            writer.Text("stoa.once"u8);
            writer.Text(key);
        }
    }

    public static BroadcastOptions ReadOptions(ref MessagePackReader reader)
    {
        var options = new BroadcastOptions();
        for (var left = reader.ReadMap(); left > 0; left--)
        {
            switch (reader.ReadText())
            {
                case "rooms":
                    options = options with { Rooms = ReadNames(ref reader) };
                    break;
                case "except":
                    options = options with { Except = ReadNames(ref reader) };
                    break;
                case "flags":
                    options = ReadFlags(ref reader, options);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return options;
    }

    private static void Write(MessagePackWriter writer, string uid, SocketPacket packet, BroadcastOptions options)
    {
        writer.Text(uid);
        writer.Map(3);
        writer.Text("type"u8);
        writer.Integer(EventType);
        writer.Text("data"u8);
        MessagePackJson.Write(writer, packet.Utf8Json, packet.Attachments);
        writer.Text("nsp"u8);
        writer.Text(packet.Namespace);
        WriteOptions(writer, options);
    }

    private static void Write(MessagePackWriter writer, IReadOnlyList<string> names)
    {
        writer.Array(names.Count);
        foreach (var name in names)
            writer.Text(name);
    }

    private static SocketPacket? ReadPacket(ref MessagePackReader reader, string space)
    {
        var (type, to) = (-1, "/");
        var json = new ArrayBufferWriter<byte>(256);
        var attachments = new List<ReadOnlyMemory<byte>>();
        for (var left = reader.ReadMap(); left > 0; left--)
        {
            switch (reader.ReadText())
            {
                case "type":
                    type = reader.Read() is { Kind: MessagePackKind.Unsigned, Number: < 10 } number ? number.Count : -1;
                    break;
                case "nsp":
                    to = reader.ReadText();
                    break;
                case "data" when json.WrittenCount == 0:
                    MessagePackJson.Read(ref reader, json, attachments);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (to != space || type is not (EventType or BinaryEventType))
            return null;
        return json.WrittenSpan.StartsWith("["u8) && !json.WrittenSpan.SequenceEqual("[]"u8)
            ? SocketPacket.Event(space, json.WrittenMemory, attachments)
            : throw new FormatException("An event is an array with its name first.");
    }

    // JavaScript may send null for what was not set.
    private static List<string> ReadNames(ref MessagePackReader reader)
    {
        var names = new List<string>();
        var head = reader.Read();
        if (head.Kind == MessagePackKind.Nil)
            return names;
        if (head.Kind != MessagePackKind.Array)
            throw new FormatException("Rooms must be an array.");
        for (var left = head.Count; left > 0; left--)
            names.Add(reader.ReadName());
        return names;
    }

    private static BroadcastOptions ReadFlags(ref MessagePackReader reader, BroadcastOptions options)
    {
        var head = reader.Read();
        if (head.Kind == MessagePackKind.Nil)
            return options;
        if (head.Kind != MessagePackKind.Map)
            throw new FormatException("Flags must be a map.");
        for (var left = head.Count; left > 0; left--)
        {
            options = reader.ReadText() switch
            {
                "volatile" => options with { Volatile = ReadFlag(ref reader) },
                "local" => options with { Local = ReadFlag(ref reader) },
                "stoa.once" => options with { Once = reader.ReadText() },
                _ => Skipped(ref reader, options),
            };
        }

        return options;
    }

    private static bool ReadFlag(ref MessagePackReader reader) => reader.Read() is { Kind: MessagePackKind.Boolean, Number: 1 };

    private static BroadcastOptions Skipped(ref MessagePackReader reader, BroadcastOptions options)
    {
        reader.Skip();
        return options;
    }
}
