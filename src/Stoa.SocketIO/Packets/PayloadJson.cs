using System.Buffers;
using System.Runtime.InteropServices;
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

    // Half characters inside of values that are kept as they came: those are not read.
    [ThreadStatic]
    private static int t_kept;

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

    /// <exception cref="UnfitPayloadException">The JSON does not fit the type, or is not well-formed Unicode where the type reads
    /// it.</exception>
    public T? Read<T>(ReadOnlySpan<byte> json, IReadOnlyList<ReadOnlyMemory<byte>> attachments)
    {
        var (outer, outerKept) = (t_reading, t_kept);
        (t_reading, t_kept) = (attachments, 0);
        var halves = LoneSurrogates.Count(json);
        try
        {
            var value = JsonSerializer.Deserialize(json, (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T)));
            // JSON that is read later, e.g. a JsonElement, would throw in the middle of the handler.
            return halves == t_kept ? value : throw new UnfitPayloadException(LoneSurrogates.Refusal);
        }
        catch (Exception e) when (e is JsonException and not UnfitPayloadException || (e is InvalidOperationException && halves > 0))
        {
            // A half character is found by the framework only when a string is made of it.
            throw new UnfitPayloadException(halves > t_kept ? LoneSurrogates.Refusal : e.Message, e);
        }
        finally
        {
            (t_reading, t_kept) = (outer, outerKept);
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
        Member(value, "_placeholder"u8) is { ValueKind: JsonValueKind.True }
        && Member(value, "num"u8) is { ValueKind: JsonValueKind.Number } num && num.TryGetInt32(out var index) && index >= 0
            ? index
            : null;

    /// <summary>Whether the value says it stands for an attachment.</summary>
    public static bool IsPlaceholder(JsonElement value) => Member(value, "_placeholder"u8) is { ValueKind: JsonValueKind.True };

    /// <summary>
    /// The last member of this name, as in JSON.parse. The framework's own look-up throws at a name that holds half a character.
    /// </summary>
    private static JsonElement? Member(JsonElement value, ReadOnlySpan<byte> name)
    {
        JsonElement? found = null;
        if (value.ValueKind != JsonValueKind.Object)
            return found;
        foreach (var property in value.EnumerateObject())
        {
            var raw = JsonMarshal.GetRawUtf8PropertyName(property);
            if (raw.Contains((byte)'\\') ? LoneSurrogates.Count(raw) == 0 && property.NameEquals(name) : raw.SequenceEqual(name))
                found = property.Value;
        }

        return found;
    }

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

        public override SocketValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var json = JsonMarshal.GetRawUtf8Value(JsonElement.ParseValue(ref reader)).ToArray();
            t_kept += LoneSurrogates.Count(json);
            return new SocketValue(serializer, json, t_reading ?? []);
        }

        public override void Write(Utf8JsonWriter writer, SocketValue value, JsonSerializerOptions options)
        {
            var json = value.Utf8Json;
            if (value.Attachments.Count > 0)
            {
                using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = serializer.Options.MaxDepth });
                var copy = new ArrayBufferWriter<byte>(json.Length);
                Copy(copy, document.RootElement, value.Attachments);
                json = copy.WrittenMemory;
            }

            writer.WriteRawValue(json.Span, skipInputValidation: true);
        }

        /// <summary>The text as it came, but for the placeholders.</summary>
        private static void Copy(ArrayBufferWriter<byte> copy, JsonElement value, IReadOnlyList<ReadOnlyMemory<byte>> attachments)
        {
            if (Placeholder(value) is { } num && num < attachments.Count)
            {
                using var placeholder = new Utf8JsonWriter(copy);
                WritePlaceholder(placeholder, attachments[num]);
            }
            else if (value.ValueKind == JsonValueKind.Object)
            {
                var before = "{"u8;
                foreach (var property in value.EnumerateObject())
                {
                    copy.Write(before);
                    copy.Write("\""u8);
                    copy.Write(JsonMarshal.GetRawUtf8PropertyName(property));
                    copy.Write("\":"u8);
                    Copy(copy, property.Value, attachments);
                    before = ","u8;
                }

                copy.Write(before[0] == (byte)'{' ? "{}"u8 : "}"u8);
            }
            else if (value.ValueKind == JsonValueKind.Array)
            {
                var before = "["u8;
                foreach (var item in value.EnumerateArray())
                {
                    copy.Write(before);
                    Copy(copy, item, attachments);
                    before = ","u8;
                }

                copy.Write(before[0] == (byte)'[' ? "[]"u8 : "]"u8);
            }
            else
            {
                copy.Write(JsonMarshal.GetRawUtf8Value(value));
            }
        }
    }
}
