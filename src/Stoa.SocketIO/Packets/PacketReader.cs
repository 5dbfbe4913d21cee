using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace Stoa.SocketIO.Packets;

/// <summary>Reads packets strictly (Socket.IO 5, "Packet encoding"): whatever the reference parser refuses is refused, so that two servers never read one text differently.</summary>
internal sealed class PacketReader(PacketLimits limits)
{
    private const long LargestId = 1L << 53;
    private const int LongestInternedName = 64;

    private static readonly FrozenSet<string> Reserved =
        FrozenSet.Create(StringComparer.Ordinal, "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener");

    private FrozenSet<string> _names = [];

    /// <summary>Names that cannot be event names: they are signals of the libraries themselves.</summary>
    public static bool IsReserved(string name) => Reserved.Contains(name);

    /// <summary>Event names that will be met often: they are not allocated anew for each packet.</summary>
    public void Expect(IEnumerable<string> names) => _names = names.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>False when the text is no packet that a client may send.</summary>
    /// <param name="text">Valid UTF-8. The packet keeps referring to it.</param>
    public bool TryRead(ReadOnlyMemory<byte> text, out IncomingPacket packet)
    {
        packet = default;
        var span = text.Span;
        if (span.Length == 0 || span[0] is < (byte)'0' or > (byte)'6')
            return false;
        var type = (SocketPacketType)(span[0] - '0');
        var at = 1;

        var attachments = 0;
        if (type is SocketPacketType.BinaryEvent or SocketPacketType.BinaryAck && !TryReadCount(span, ref at, out attachments))
            return false;
        if (!TryReadNamespace(span, ref at, out var space) || !TryReadId(span, ref at, out var id))
            return false;

        packet = new IncomingPacket { Type = type, Namespace = space, Id = id, AttachmentCount = attachments, Event = "", Json = text[at..], Bounds = [] };
        return type switch
        {
            SocketPacketType.Connect => IsConnectPayload(packet.Json.Span),
            SocketPacketType.Disconnect => packet.Json.Length == 0,
            SocketPacketType.Event or SocketPacketType.BinaryEvent => TryReadEvent(ref packet),
            SocketPacketType.Ack or SocketPacketType.BinaryAck => id != IncomingPacket.NoId && TryReadArray(ref packet),
            // Only servers refuse.
            _ => false,
        };
    }

    /// <summary>Whether every placeholder names an attachment that is there.</summary>
    public bool PlaceholdersFit(in IncomingPacket packet)
    {
        using var document = JsonDocument.Parse(packet.Json, new JsonDocumentOptions { MaxDepth = limits.Depth });
        return Fits(document.RootElement, packet.AttachmentCount);
    }

    /// <summary>Start and end of each element; null when this is not one JSON array.</summary>
    public int[]? Bounds(ReadOnlySpan<byte> json)
    {
        Span<int> few = stackalloc int[16];
        List<int>? many = null;
        var count = 0;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = limits.Depth });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
                return null;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                var end = (int)reader.BytesConsumed;
                if (many is null && count + 2 <= few.Length)
                    (few[count], few[count + 1]) = (start, end);
                else
                    (many ??= [.. few]).AddRange(start, end);
                count += 2;
            }

            // Throws when something follows the array.
            reader.Read();
        }
        catch (JsonException)
        {
            return null;
        }

        return many?.ToArray() ?? few[..count].ToArray();
    }

    private bool TryReadCount(ReadOnlySpan<byte> text, ref int at, out int count)
    {
        count = 0;
        for (; at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9'; at++)
        {
            count = (count * 10) + (text[at] - '0');
            if (count > limits.Attachments)
                return false;
        }

        return count > 0 && at < text.Length && text[at++] == '-';
    }

    private bool TryReadNamespace(ReadOnlySpan<byte> text, ref int at, out string space)
    {
        space = "/";
        if (at == text.Length || text[at] != '/')
            return true;
        var length = text[at..].IndexOf((byte)',');
        var name = length < 0 ? text[at..] : text.Slice(at, length);
        at += length < 0 ? name.Length : name.Length + 1;
        if (name.Length > limits.NamespaceLength)
            return false;
        if (name.Length > 1)
            space = Encoding.UTF8.GetString(name);
        return true;
    }

    private static bool TryReadId(ReadOnlySpan<byte> text, ref int at, out long id)
    {
        id = IncomingPacket.NoId;
        for (; at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9'; at++)
        {
            id = (Math.Max(id, 0) * 10) + (text[at] - '0');
            if (id > LargestId)
                return false;
        }

        return true;
    }

    private bool IsConnectPayload(ReadOnlySpan<byte> json)
    {
        if (json.Length == 0)
            return true;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = limits.Depth });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            reader.Skip();
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private bool TryReadEvent(ref IncomingPacket packet)
    {
        if (!TryReadArray(ref packet) || packet.Bounds.Length == 0)
            return false;
        var first = packet.Json.Span[packet.Bounds[0]..packet.Bounds[1]];
        if (first[0] is (byte)'-' or (>= (byte)'0' and <= (byte)'9'))
        {
            packet = packet with { Event = Encoding.ASCII.GetString(first) };
            return true;
        }

        if (first[0] != '"' || Name(first) is not { } name || Reserved.Contains(name))
            return false;
        packet = packet with { Event = name };
        return true;
    }

    private bool TryReadArray(ref IncomingPacket packet)
    {
        if (Bounds(packet.Json.Span) is not { } bounds)
            return false;
        packet = packet with { Bounds = bounds };
        return true;
    }

    private string? Name(ReadOnlySpan<byte> quoted)
    {
        var plain = quoted[1..^1];
        if (plain.Contains((byte)'\\'))
            return LoneSurrogates.Count(plain) == 0 ? Unescape(quoted) : null;
        Span<char> characters = stackalloc char[LongestInternedName];
        return plain.Length <= LongestInternedName
            && _names.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(characters[..Encoding.UTF8.GetChars(plain, characters)], out var known)
                ? known
                : Encoding.UTF8.GetString(plain);
    }

    private static string? Unescape(ReadOnlySpan<byte> quoted)
    {
        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        return reader.GetString();
    }

    private static bool Fits(JsonElement value, int attachments)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                if (!Fits(item, attachments))
                    return false;
            }
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            if (PayloadJson.IsPlaceholder(value))
                return PayloadJson.Placeholder(value) is { } num && num < attachments;
            foreach (var property in value.EnumerateObject())
            {
                if (!Fits(property.Value, attachments))
                    return false;
            }
        }

        return true;
    }
}
