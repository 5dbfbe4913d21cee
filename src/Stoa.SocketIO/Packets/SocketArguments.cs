using System.Collections;
using System.Text.Json;

namespace Stoa.SocketIO.Packets;

/// <summary>The arguments of an event or an acknowledgement as they came: JSON values with their binary attachments. Immutable.</summary>
/// <remarks>Nothing is deserialized until asked for; each call of <see cref="SocketValue.As{T}"/> deserializes again.</remarks>
public sealed class SocketArguments : IReadOnlyList<SocketValue>
{
    private readonly PayloadJson _serializer;
    private readonly int[] _bounds;
    private readonly int _first;

    /// <param name="bounds">Start and end of each element of the array.</param>
    /// <param name="first">Elements that are no arguments: 1 for the event name, else 0.</param>
    internal SocketArguments(PayloadJson serializer, ReadOnlyMemory<byte> array, int[] bounds, int first, IReadOnlyList<ReadOnlyMemory<byte>> attachments)
    {
        _serializer = serializer;
        _bounds = bounds;
        _first = first;
        Utf8Json = array;
        Attachments = attachments;
    }

    /// <summary>The whole array as it stood in the packet, event name included, in UTF-8 with placeholders for binary values.</summary>
    public ReadOnlyMemory<byte> Utf8Json { get; }

    /// <summary>The binary values, in the order of their numbers.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Attachments { get; }

    /// <summary>Bytes they hold in memory, about.</summary>
    internal int Size
    {
        get
        {
            var size = Utf8Json.Length;
            foreach (var attachment in Attachments)
                size += attachment.Length;
            return size;
        }
    }

    /// <summary>How many arguments there are, the event name not counted.</summary>
    public int Count => (_bounds.Length / 2) - _first;

    /// <summary>The argument at this position, counted from 0 after the event name.</summary>
    public SocketValue this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            var at = (index + _first) * 2;
            return new SocketValue(_serializer, Utf8Json[_bounds[at].._bounds[at + 1]], Attachments);
        }
    }

    /// <summary>The argument at this position, or the JSON value null when there are fewer.</summary>
    public SocketValue At(int index) => index >= 0 && index < Count ? this[index] : new SocketValue(_serializer, SocketValue.Null, []);

    /// <inheritdoc/>
    public IEnumerator<SocketValue> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>
/// One argument, or a member of one: a payload's property of this type takes whatever stands there. It can be read as any type, looked at as JSON, or sent
/// on as it is, binary values included. The default is the JSON value null.
/// </summary>
public readonly struct SocketValue
{
    internal static readonly byte[] Null = "null"u8.ToArray();
    private readonly PayloadJson? _serializer;
    private readonly ReadOnlyMemory<byte> _json;
    private readonly IReadOnlyList<ReadOnlyMemory<byte>>? _attachments;

    internal SocketValue(PayloadJson serializer, ReadOnlyMemory<byte> json, IReadOnlyList<ReadOnlyMemory<byte>> attachments)
    {
        _serializer = serializer;
        _json = json;
        _attachments = attachments;
    }

    /// <summary>The JSON text, in UTF-8, with placeholders for binary values.</summary>
    public ReadOnlyMemory<byte> Utf8Json => _json.IsEmpty ? Null : _json;

    /// <summary>The binary values of the whole packet; placeholders count into it.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Attachments => _attachments ?? [];

    /// <summary>Whether this is the JSON value null.</summary>
    public bool IsNull => Utf8Json.Span.SequenceEqual("null"u8);

    /// <summary>The value as this type, read with the options of the server. <c>byte[]</c> and memories of bytes take binary values and base64.</summary>
    /// <exception cref="JsonException">The value does not fit the type, or is not well-formed Unicode. A handler that lets it pass has not
    /// failed: see <see cref="Namespaces.SocketNamespaceBuilder.OnBadPayload"/>.</exception>
    public T? As<T>() => _serializer is not null ? _serializer.Read<T>(Utf8Json.Span, Attachments)
        : default(T) is null ? default
        : throw new UnfitPayloadException("The value is null.");

    /// <summary>The value as JSON; binary values appear as their placeholders.</summary>
    /// <exception cref="JsonException">The value is not well-formed Unicode.</exception>
    public JsonElement AsJson() => LoneSurrogates.Count(Utf8Json.Span) == 0
        ? JsonElement.Parse(Utf8Json.Span, new JsonDocumentOptions { MaxDepth = _serializer?.Options.MaxDepth ?? 1 })
        : throw new UnfitPayloadException(LoneSurrogates.Refusal);
}
