using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Stoa.SocketIO.Packets;

namespace Stoa.SocketIO.Redis.Wire;

/// <summary>The same value as JSON with placeholders for binary parts, which is what goes to clients, and as MessagePack, which is what goes to other nodes.</summary>
internal static class MessagePackJson
{
    /// <summary>Most binary values in one message: a placeholder is longer than an empty one, and a message must not grow without bound.</summary>
    public const int MostAttachments = 1_000;

    /// <param name="json">Valid JSON.</param>
    public static void Write(MessagePackWriter writer, ReadOnlyMemory<byte> json, IReadOnlyList<ReadOnlyMemory<byte>> attachments)
    {
        // MessagePack's text is UTF-8, which has no half characters.
        using var document = JsonDocument.Parse(LoneSurrogates.Replace(json), new JsonDocumentOptions { MaxDepth = MessagePackReader.MostDepth * 8 });
        Write(writer, document.RootElement, attachments);
    }

    /// <summary>Reads one value and appends it as JSON; its binary parts are appended to <paramref name="attachments"/>.</summary>
    /// <exception cref="FormatException">It is malformed, or larger than the bounds.</exception>
    public static void Read(ref MessagePackReader reader, ArrayBufferWriter<byte> json, List<ReadOnlyMemory<byte>> attachments, int depth = 0)
    {
        if (depth > MessagePackReader.MostDepth)
            throw new FormatException("Nested too deeply.");
        var value = reader.Read();
        switch (value.Kind)
        {
            case MessagePackKind.Array:
                Put(json, '[');
                for (var i = 0; i < value.Count; i++)
                {
                    if (i > 0)
                        Put(json, ',');
                    Read(ref reader, json, attachments, depth + 1);
                }

                Put(json, ']');
                break;
            case MessagePackKind.Map:
                Put(json, '{');
                for (var i = 0; i < value.Count; i++)
                {
                    if (i > 0)
                        Put(json, ',');
                    Text(json, Encoding.UTF8.GetBytes(reader.ReadName()));
                    Put(json, ':');
                    Read(ref reader, json, attachments, depth + 1);
                }

                Put(json, '}');
                break;
            default:
                Scalar(value, json, attachments);
                break;
        }
    }

    private static void Scalar(in MessagePackValue value, ArrayBufferWriter<byte> json, List<ReadOnlyMemory<byte>> attachments)
    {
        switch (value.Kind)
        {
            case MessagePackKind.Boolean:
                json.Write(value.Number == 0 ? "false"u8 : "true"u8);
                break;
            case MessagePackKind.Unsigned:
                Number(json, value.Number);
                break;
            case MessagePackKind.Integer:
                Number(json, (long)value.Number);
                break;
            case MessagePackKind.Double:
                var number = BitConverter.UInt64BitsToDouble(value.Number);
                // As JSON.stringify has it.
                if (double.IsFinite(number))
                    Number(json, number);
                else
                    json.Write("null"u8);
                break;
            case MessagePackKind.Text:
                Text(json, value.Bytes.Span);
                break;
            case MessagePackKind.Time:
                var time = new DateTime((long)value.Number, DateTimeKind.Utc);
                Text(json, Encoding.ASCII.GetBytes(time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)));
                break;
            case MessagePackKind.Binary:
                if (attachments.Count == MostAttachments)
                    throw new FormatException("Too many binary values.");
                json.Write("{\"_placeholder\":true,\"num\":"u8);
                Number(json, attachments.Count);
                Put(json, '}');
                attachments.Add(value.Bytes);
                break;
            default:
                json.Write("null"u8);
                break;
        }
    }

    private static void Write(MessagePackWriter writer, JsonElement value, IReadOnlyList<ReadOnlyMemory<byte>> attachments)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when attachments.Count > 0 && Placeholder(value) is { } num && num < attachments.Count:
                writer.Binary(attachments[num].Span);
                break;
            case JsonValueKind.Object:
                writer.Map(value.GetPropertyCount());
                foreach (var property in value.EnumerateObject())
                {
                    writer.Text(property.Name);
                    Write(writer, property.Value, attachments);
                }

                break;
            case JsonValueKind.Array:
                writer.Array(value.GetArrayLength());
                foreach (var item in value.EnumerateArray())
                    Write(writer, item, attachments);
                break;
            case JsonValueKind.String:
                writer.Text(value.GetString()!);
                break;
            case JsonValueKind.Number when value.TryGetInt64(out var whole):
                writer.Integer(whole);
                break;
            case JsonValueKind.Number when value.TryGetUInt64(out var large):
                writer.Unsigned(large);
                break;
            case JsonValueKind.Number:
                writer.Double(value.GetDouble());
                break;
            case JsonValueKind.True or JsonValueKind.False:
                writer.Boolean(value.ValueKind == JsonValueKind.True);
                break;
            default:
                writer.Nil();
                break;
        }
    }

    private static int? Placeholder(JsonElement value) =>
        value.TryGetProperty("_placeholder"u8, out var mark) && mark.ValueKind == JsonValueKind.True
        && value.TryGetProperty("num"u8, out var num) && num.ValueKind == JsonValueKind.Number && num.TryGetInt32(out var index) && index >= 0
            ? index
            : null;

    private static void Text(ArrayBufferWriter<byte> json, ReadOnlySpan<byte> utf8)
    {
        // notepack writes lone surrogates as bytes that are no UTF-8.
        if (!System.Text.Unicode.Utf8.IsValid(utf8))
            utf8 = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(utf8));
        Put(json, '"');
        while (utf8.Length > 0)
        {
            var plain = 0;
            while (plain < utf8.Length && utf8[plain] is >= 0x20 and not (byte)'"' and not (byte)'\\')
                plain++;
            json.Write(utf8[..plain]);
            if (plain < utf8.Length)
                Escaped(json, utf8[plain++]);
            utf8 = utf8[plain..];
        }

        Put(json, '"');
    }

    private static void Escaped(ArrayBufferWriter<byte> json, byte value)
    {
        Put(json, '\\');
        if (value is (byte)'"' or (byte)'\\')
            Put(json, (char)value);
        else
            json.Write(Encoding.ASCII.GetBytes($"u{(int)value:x4}"));
    }

    private static void Number<T>(ArrayBufferWriter<byte> json, T value)
        where T : IUtf8SpanFormattable
    {
        value.TryFormat(json.GetSpan(40), out var written, default, CultureInfo.InvariantCulture);
        json.Advance(written);
    }

    private static void Put(ArrayBufferWriter<byte> json, char ascii)
    {
        json.GetSpan(1)[0] = (byte)ascii;
        json.Advance(1);
    }
}
