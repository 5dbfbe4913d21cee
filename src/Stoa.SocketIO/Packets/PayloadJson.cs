using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Stoa.SocketIO.Packets;

/// <summary>
/// Payloads as JSON with binary values taken out (Socket.IO 5, "Packet encoding"): a <c>byte[]</c>, <c>Memory</c> or <c>ReadOnlyMemory</c>
/// of bytes anywhere in a payload becomes <c>{"_placeholder":true,"num":I}</c> and an attachment.
/// </summary>
/// <remarks>Converters get no state from the serializer, so the attachments of the packet at hand stand in a thread-static: serializing is synchronous.</remarks>
internal sealed class PayloadJson
{
    [ThreadStatic]
    private static IReadOnlyList<ReadOnlyMemory<byte>>? t_reading;

    [ThreadStatic]
    private static List<ReadOnlyMemory<byte>>? t_writing;

    public PayloadJson(JsonSerializerOptions options, int maxDepth)
    {
        Options = new JsonSerializerOptions(options) { MaxDepth = maxDepth, WriteIndented = false };
        Options.Encoder ??= JsonText.Encoder;
        Options.Converters.Insert(0, new BytesConverter());
        Options.Converters.Insert(0, new MemoryConverter());
        Options.Converters.Insert(0, new ReadOnlyMemoryConverter());
        Options.Converters.Insert(0, new SocketValueConverter(this));
        Options.TypeInfoResolverChain.Add(PlainTypes());
        Options.MakeReadOnly(populateMissingResolver: true);
        WriterOptions = new JsonWriterOptions { Encoder = Options.Encoder, SkipValidation = true, MaxDepth = maxDepth };
    }

    public JsonSerializerOptions Options { get; }

    public JsonWriterOptions WriterOptions { get; }

    /// <exception cref="JsonException">The JSON does not fit the type.</exception>
    public T? Read<T>(ReadOnlySpan<byte> json, IReadOnlyList<ReadOnlyMemory<byte>> attachments)
    {
        var outer = t_reading;
        t_reading = attachments;
        try
        {
            return JsonSerializer.Deserialize(json, (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T)));
        }
        catch (InvalidOperationException e) when (e is not ObjectDisposedException)
        {
            // A lone surrogate in a string is found only when the string is made.
            throw new JsonException("The JSON holds a string that is no text.", e);
        }
        finally
        {
            t_reading = outer;
        }
    }

    /// <summary>Writes a value by its own type; binary values are added to <paramref name="attachments"/>.</summary>
    public void Write(Utf8JsonWriter writer, object? value, List<ReadOnlyMemory<byte>> attachments)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                return;
            case string text:
                writer.WriteStringValue(text);
                return;
        }

        var outer = t_writing;
        t_writing = attachments;
        try
        {
            JsonSerializer.Serialize(writer, value, Options.GetTypeInfo(value.GetType()));
        }
        finally
        {
            t_writing = outer;
        }
    }

    // A source-generated context often names only the application's own records; numbers and JSON values work without being named.
    private static DefaultJsonTypeInfoResolver PlainTypes() => new();

    private static void WritePlaceholder(Utf8JsonWriter writer, ReadOnlyMemory<byte> bytes)
    {
        var attachments = t_writing ?? throw new InvalidOperationException("Binary values can only be written as part of a packet.");
        WritePlaceholder(writer, attachments.Count);
        attachments.Add(bytes);
    }

    private static void WritePlaceholder(Utf8JsonWriter writer, int num)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("_placeholder"u8, true);
        writer.WriteNumber("num"u8, num);
        writer.WriteEndObject();
    }

    private static ReadOnlyMemory<byte>? ReadBytes(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetBytesFromBase64();
        if (Placeholder(JsonElement.ParseValue(ref reader)) is { } num && t_reading is { } attachments && num < attachments.Count)
            return attachments[num];
        throw new JsonException("A binary value is expected here.");
    }

    /// <summary>The number of the attachment this value stands for; null when it is an ordinary value.</summary>
    public static int? Placeholder(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object
        && value.TryGetProperty("_placeholder"u8, out var mark) && mark.ValueKind == JsonValueKind.True
        && value.TryGetProperty("num"u8, out var num) && num.ValueKind == JsonValueKind.Number && num.TryGetInt32(out var index) && index >= 0
            ? index
            : null;

    private sealed class BytesConverter : JsonConverter<byte[]>
    {
        public override byte[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ReadBytes(ref reader)?.ToArray();

        public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) => WritePlaceholder(writer, value);
    }

    private sealed class MemoryConverter : JsonConverter<Memory<byte>>
    {
        public override Memory<byte> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ReadBytes(ref reader)?.ToArray();

        public override void Write(Utf8JsonWriter writer, Memory<byte> value, JsonSerializerOptions options) => WritePlaceholder(writer, value);
    }

    private sealed class ReadOnlyMemoryConverter : JsonConverter<ReadOnlyMemory<byte>>
    {
        public override ReadOnlyMemory<byte> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ReadBytes(ref reader) ?? default;

        public override void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte> value, JsonSerializerOptions options) => WritePlaceholder(writer, value);
    }

    /// <summary>Keeps a received value as it came; when it is sent on, its placeholders are numbered anew.</summary>
    private sealed class SocketValueConverter(PayloadJson serializer) : JsonConverter<SocketValue>
    {
        public override bool HandleNull => true;

        public override SocketValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(serializer, JsonSerializer.SerializeToUtf8Bytes(JsonElement.ParseValue(ref reader)), t_reading ?? []);

        public override void Write(Utf8JsonWriter writer, SocketValue value, JsonSerializerOptions options)
        {
            if (value.Attachments.Count == 0)
                writer.WriteRawValue(value.Utf8Json.Span, skipInputValidation: true);
            else
                Copy(writer, value.AsJson(), value.Attachments);
        }

        private static void Copy(Utf8JsonWriter writer, JsonElement value, IReadOnlyList<ReadOnlyMemory<byte>> attachments)
        {
            if (Placeholder(value) is { } num && num < attachments.Count)
            {
                WritePlaceholder(writer, attachments[num]);
                return;
            }

            switch (value.ValueKind)
            {
                case JsonValueKind.Object:
                    writer.WriteStartObject();
                    foreach (var property in value.EnumerateObject())
                    {
                        writer.WritePropertyName(property.Name);
                        Copy(writer, property.Value, attachments);
                    }

                    writer.WriteEndObject();
                    break;
                case JsonValueKind.Array:
                    writer.WriteStartArray();
                    foreach (var item in value.EnumerateArray())
                        Copy(writer, item, attachments);
                    writer.WriteEndArray();
                    break;
                default:
                    value.WriteTo(writer);
                    break;
            }
        }
    }
}
