using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Rooms;

namespace Stoa.SocketIO.Sql;

/// <summary>The body of a row: a JSON object, in which binary values are base64 beside the event.</summary>
internal readonly struct SqlMessage
{
    private const int MaxDepth = 1_024;
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = MaxDepth, SkipValidation = true };
    private readonly JsonElement _body;

    private SqlMessage(JsonElement body) => _body = body;

    public string? RequestId => _body.TryGetProperty("request"u8, out var id) ? id.GetString() : null;

    public static SqlMessage Read(byte[] body) => new(JsonElement.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth }));

    /// <param name="write">Writes the properties.</param>
    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(bytes, WriterOptions);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenSpan.ToArray();
    }

    public static void WriteData(Utf8JsonWriter json, ReadOnlyMemory<byte> data, IReadOnlyList<ReadOnlyMemory<byte>> attachments)
    {
        json.WritePropertyName("data"u8);
        json.WriteRawValue(data.Span, skipInputValidation: true);
        if (attachments.Count == 0)
            return;
        json.WriteStartArray("binary"u8);
        foreach (var attachment in attachments)
            json.WriteBase64StringValue(attachment.Span);
        json.WriteEndArray();
    }

    public static void WriteOptions(Utf8JsonWriter json, BroadcastOptions options)
    {
        WriteNames(json, "rooms", options.Rooms);
        WriteNames(json, "except", options.Except);
        if (options.Local)
            json.WriteBoolean("local"u8, true);
        if (options.Volatile)
            json.WriteBoolean("volatile"u8, true);
        if (options.Once is { } key)
            json.WriteString("once"u8, key);
        if (options.Timeout is { } timeout)
            json.WriteNumber("timeout"u8, (long)timeout.TotalMilliseconds);
    }

    public static void WriteNames(Utf8JsonWriter json, string property, IEnumerable<string> names)
    {
        json.WriteStartArray(property);
        foreach (var name in names)
            json.WriteStringValue(name);
        json.WriteEndArray();
    }

    public BroadcastOptions Options() => new()
    {
        Rooms = Names("rooms"),
        Except = Names("except"),
        Local = Flag("local"),
        Volatile = Flag("volatile"),
        Once = Text("once"),
        Timeout = Number("timeout") is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null,
    };

    public SocketPacket Packet(string space) => SocketPacket.Event(space, Data(), Attachments());

    /// <summary>A JSON array, with placeholders for the binary values.</summary>
    public ReadOnlyMemory<byte> Data() => JsonMarshal.GetRawUtf8Value(_body.GetProperty("data"u8)).ToArray();

    public IReadOnlyList<ReadOnlyMemory<byte>> Attachments() =>
        _body.TryGetProperty("binary"u8, out var list) ? [.. list.EnumerateArray().Select(static b => new ReadOnlyMemory<byte>(b.GetBytesFromBase64()))] : [];

    public List<string> Names(string property) => _body.TryGetProperty(property, out var list) ? [.. list.EnumerateArray().Select(static n => n.GetString()!)] : [];

    public string? Text(string property) => _body.TryGetProperty(property, out var value) ? value.GetString() : null;

    public long? Number(string property) => _body.TryGetProperty(property, out var value) ? value.GetInt64() : null;

    public bool Flag(string property) => _body.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.True;

    public JsonElement? Element(string property) => _body.TryGetProperty(property, out var value) ? value : null;
}
