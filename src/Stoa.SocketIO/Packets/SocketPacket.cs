using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Stoa.SocketIO.EngineIO;

namespace Stoa.SocketIO.Packets;

/// <summary>
/// A packet to be sent, encoded already. Immutable: a broadcast makes one, and the same bytes go to every client (Socket.IO 5, "Packet encoding").
/// </summary>
public sealed class SocketPacket
{
    // Type digits, count of attachments with dash, comma, ack id.
    private const int HeadWithoutNamespace = 2 + 11 + 1 + 20;
    private const int BytesPerCharacter = 3;
    private readonly int _jsonStart;

    private SocketPacket(SocketPacketType type, string space, long? id, OutgoingMessage message, int jsonStart, IReadOnlyList<ReadOnlyMemory<byte>> attachments)
    {
        Type = type;
        Namespace = space;
        Id = id;
        Message = message;
        Attachments = attachments;
        _jsonStart = jsonStart;
    }

    /// <summary>The type; a binary one exactly when there are attachments.</summary>
    public SocketPacketType Type { get; }

    /// <summary>The namespace, with its slash.</summary>
    public string Namespace { get; }

    /// <summary>The acknowledgement id, when an answer is wanted.</summary>
    public long? Id { get; }

    /// <summary>The payload as UTF-8 JSON, with placeholders for binary values: for an event the array with its name first. This is what an adapter publishes.</summary>
    public ReadOnlyMemory<byte> Utf8Json => Message.Text[_jsonStart..];

    /// <summary>The binary values, in the order of their numbers. Valid as long as the caller who emitted them leaves them alone: publish or copy at once.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Attachments { get; }

    /// <summary>The offset of connection state recovery, which is the last argument then; null when there is none.</summary>
    public string? Offset { get; private init; }

    internal OutgoingMessage Message { get; }

    /// <summary>An event that another node has encoded.</summary>
    /// <param name="space">The namespace, with its slash.</param>
    /// <param name="utf8Json">A JSON array with the event's name first; it is sent as it is, so the source must be trusted.</param>
    /// <param name="attachments">The binary values its placeholders name.</param>
    public static SocketPacket Event(string space, ReadOnlyMemory<byte> utf8Json, IReadOnlyList<ReadOnlyMemory<byte>> attachments) =>
        FromJson(SocketPacketType.Event, space, null, utf8Json.Span, attachments);

    /// <summary>The same event with one more last argument: the offset of connection state recovery.</summary>
    /// <param name="offset">Unique and ordered in the namespace.</param>
    public SocketPacket WithOffset(string offset)
    {
        var json = Utf8Json.Span;
        var quoted = Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(offset, JsonText.Encoder)}\"]");
        byte[] longer = [.. json[..^1], (byte)',', .. quoted];
        return FromJson(SocketPacketType.Event, Namespace, Id, longer, Attachments, offset);
    }

    /// <summary>The same event asking for an answer with this id.</summary>
    internal SocketPacket WithId(long id) => FromJson(SocketPacketType.Event, Namespace, id, Utf8Json.Span, Attachments);

    /// <param name="name">The event's name; null for an acknowledgement.</param>
    internal static SocketPacket Encode(PayloadJson serializer, string space, string? name, ReadOnlySpan<object?> arguments, long? id)
    {
        var buffer = PacketBuffer.Rent(HeadWithoutNamespace + (space.Length * BytesPerCharacter));
        var json = buffer.Writer(serializer.WriterOptions);
        json.WriteStartArray();
        if (name is not null)
            json.WriteStringValue(name);
        foreach (var argument in arguments)
            serializer.Write(json, argument, buffer.Attachments);
        json.WriteEndArray();
        json.Flush();
        var packet = Finish(buffer, name is null ? SocketPacketType.Ack : SocketPacketType.Event, space, id, [.. buffer.Attachments], null);
        PacketBuffer.Return(buffer);
        return packet;
    }

    internal static SocketPacket Connect(string space, string socketId, string? privateId) =>
        FromJson(SocketPacketType.Connect, space, null, Encoding.ASCII.GetBytes(privateId is null ? $"{{\"sid\":\"{socketId}\"}}" : $"{{\"sid\":\"{socketId}\",\"pid\":\"{privateId}\"}}"), []);

    internal static SocketPacket Disconnect(string space) => FromJson(SocketPacketType.Disconnect, space, null, [], []);

    internal static SocketPacket ConnectError(PayloadJson serializer, string space, string message, object? data)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, serializer.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("message"u8, message);
            if (data is not null)
            {
                json.WritePropertyName("data"u8);
                serializer.Write(json, data, []);
            }

            json.WriteEndObject();
        }

        return FromJson(SocketPacketType.ConnectError, space, null, bytes.ToArray(), []);
    }

    private static SocketPacket FromJson(SocketPacketType type, string space, long? id, ReadOnlySpan<byte> json, IReadOnlyList<ReadOnlyMemory<byte>> attachments, string? offset = null)
    {
        var buffer = PacketBuffer.Rent(HeadWithoutNamespace + (space.Length * BytesPerCharacter));
        json.CopyTo(buffer.GetSpan(json.Length));
        buffer.Advance(json.Length);
        var packet = Finish(buffer, type, space, id, attachments, offset);
        PacketBuffer.Return(buffer);
        return packet;
    }

    private static SocketPacket Finish(PacketBuffer buffer, SocketPacketType type, string space, long? id, IReadOnlyList<ReadOnlyMemory<byte>> attachments, string? offset)
    {
        if (attachments.Count > 0)
            type = type is SocketPacketType.Event or SocketPacketType.BinaryEvent ? SocketPacketType.BinaryEvent : SocketPacketType.BinaryAck;
        else if (type is SocketPacketType.BinaryEvent or SocketPacketType.BinaryAck)
            type -= 3;

        var json = buffer.Written.Length;
        Span<byte> number = stackalloc byte[20];
        if (id is { } ack && Utf8Formatter.TryFormat(ack, number, out var digits))
            buffer.Prepend(number[..digits]);
        if (space.Length > 1)
        {
            buffer.Prepend(","u8);
            buffer.Prepend(Encoding.UTF8.GetBytes(space));
        }

        if (attachments.Count > 0)
        {
            buffer.Prepend("-"u8);
            Utf8Formatter.TryFormat(attachments.Count, number, out digits);
            buffer.Prepend(number[..digits]);
        }

        buffer.Prepend([(byte)'4', (byte)('0' + (int)type)]);
        return new SocketPacket(type, space, id, OutgoingMessage.FromText(buffer.Written, attachments), buffer.Written.Length - json, attachments) { Offset = offset };
    }
}
