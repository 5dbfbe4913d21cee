using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Stoa.SocketIO.Rooms;

namespace Stoa.SocketIO.Redis.Wire;

/// <summary>What nodes ask each other (@socket.io/redis-adapter 8, RequestType).</summary>
internal enum RequestType
{
    Sockets = 0,
    AllRooms = 1,
    Join = 2,
    Leave = 3,
    Disconnect = 4,
    Fetch = 5,
    ServerSideEmit = 6,
    Broadcast = 7,
    BroadcastClientCount = 8,
    BroadcastAck = 9,
}

/// <summary>
/// A request or an answer: JSON, or MessagePack when binary values may be inside; told apart by the first byte, as in the reference. Either way it is
/// read as JSON, with placeholders for the binary values.
/// </summary>
internal readonly struct ClusterMessage
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly JsonElement _body;

    private ClusterMessage(JsonElement body, IReadOnlyList<ReadOnlyMemory<byte>> attachments)
    {
        _body = body;
        Attachments = attachments;
    }

    public IReadOnlyList<ReadOnlyMemory<byte>> Attachments { get; }

    public RequestType? Type => Number("type") is >= 0 and <= 9 and var type ? (RequestType)type : null;

    public string? Uid => Text("uid");

    public string? RequestId => Text("requestId");

    /// <exception cref="FormatException">It is malformed.</exception>
    public static ClusterMessage Read(ReadOnlyMemory<byte> message)
    {
        try
        {
            var attachments = new List<ReadOnlyMemory<byte>>();
            if (message.Length > 0 && message.Span[0] != '{')
            {
                var json = new ArrayBufferWriter<byte>(message.Length + 64);
                var reader = new MessagePackReader(message);
                MessagePackJson.Read(ref reader, json, attachments);
                message = json.WrittenMemory;
            }

            var body = JsonElement.Parse(message.Span, new JsonDocumentOptions { MaxDepth = MessagePackReader.MostDepth });
            return body.ValueKind == JsonValueKind.Object ? new ClusterMessage(body, attachments) : throw new FormatException("No object.");
        }
        catch (JsonException e)
        {
            throw new FormatException("Malformed JSON.", e);
        }
    }

    /// <param name="write">Writes the properties.</param>
    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var json = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(json, WriterOptions);
        writer.WriteStartObject();
        write(writer);
        writer.WriteEndObject();
        writer.Flush();
        return json.WrittenSpan.ToArray();
    }

    /// <summary>The same as MessagePack, with the binary values in their places.</summary>
    public static byte[] Pack(byte[] json, IReadOnlyList<ReadOnlyMemory<byte>> attachments)
    {
        var writer = new MessagePackWriter();
        MessagePackJson.Write(writer, json, attachments);
        return writer.Written.ToArray();
    }

    public static void WriteOptions(Utf8JsonWriter json, BroadcastOptions options)
    {
        json.WriteStartObject("opts");
        WriteNames(json, "rooms", options.Rooms);
        WriteNames(json, "except", options.Except);
        if (options.Timeout is { } timeout)
        {
            json.WriteStartObject("flags");
            json.WriteNumber("timeout", (long)timeout.TotalMilliseconds);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    public static void WriteNames(Utf8JsonWriter json, string property, IEnumerable<string> names)
    {
        json.WriteStartArray(property);
        foreach (var name in names)
            json.WriteStringValue(name);
        json.WriteEndArray();
    }

    public string? Text(string property) => _body.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? Text(value) : null;

    public long? Number(string property) =>
        _body.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    public bool Flag(string property) => _body.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.True;

    public JsonElement? Element(string property) => _body.TryGetProperty(property, out var value) ? value : null;

    public List<string> Names(string property) => Names(_body, property);

    /// <summary>A value as JSON text of its own; null is what JavaScript leaves out.</summary>
    public ReadOnlyMemory<byte> Raw(string property) => _body.TryGetProperty(property, out var value) ? JsonMarshal.GetRawUtf8Value(value).ToArray() : "null"u8.ToArray();

    /// <summary>Who is meant; null when it does not say.</summary>
    public BroadcastOptions? Options()
    {
        if (!_body.TryGetProperty("opts", out var options) || options.ValueKind != JsonValueKind.Object)
            return null;
        var timeout = options.TryGetProperty("flags", out var flags) && flags.ValueKind == JsonValueKind.Object
            && flags.TryGetProperty("timeout", out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var milliseconds) && milliseconds >= 0
                ? TimeSpan.FromMilliseconds(Math.Min(milliseconds, TimeSpan.FromHours(1).TotalMilliseconds))
                : (TimeSpan?)null;
        return new BroadcastOptions { Rooms = Names(options, "rooms"), Except = Names(options, "except"), Timeout = timeout };
    }

    private static string Text(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException("A lone surrogate is no text.", e);
        }
    }

    private static List<string> Names(JsonElement parent, string property)
    {
        var names = new List<string>();
        if (!parent.TryGetProperty(property, out var list) || list.ValueKind == JsonValueKind.Null)
            return names;
        if (list.ValueKind != JsonValueKind.Array)
            throw new FormatException("Rooms must be an array.");
        foreach (var item in list.EnumerateArray())
        {
            names.Add(item.ValueKind switch
            {
                JsonValueKind.String => Text(item),
                JsonValueKind.Number => item.GetRawText(),
                _ => throw new FormatException("A room must be a text."),
            });
        }

        return names;
    }
}
