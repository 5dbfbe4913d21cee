using System.Buffers.Text;
using System.Text;

namespace Stoa.Load.Clients;

/// <summary>The bytes of a request in which only numbers change: each stands as 16 digits and is overwritten in place.</summary>
public sealed class MessageTemplate
{
    private static readonly byte[] Marker = "################"u8.ToArray();

    private readonly byte[] bytes;
    private readonly int[] places;

    /// <param name="bytes">Holds <see cref="Slot"/> wherever the number belongs.</param>
    public MessageTemplate(byte[] bytes)
    {
        this.bytes = bytes;
        places = [.. PlacesIn(bytes)];
    }

    /// <summary>Stands for the number until <see cref="With"/> writes it.</summary>
    public static string Slot { get; } = Encoding.ASCII.GetString(Marker);

    /// <summary>160 characters, a usual length for a chat message, of which the last 16 are the number.</summary>
    public static string Body { get; } = new string('m', 160 - Marker.Length) + Slot;

    /// <summary>The bytes with this number; valid until the next call.</summary>
    /// <param name="number">1 to 16 digits; written with a leading 1 so that it is a number of 16 digits everywhere.</param>
    public ReadOnlyMemory<byte> With(long number)
    {
        foreach (var place in places)
            Utf8Formatter.TryFormat(Numbered(number), bytes.AsSpan(place, Marker.Length), out _);
        return bytes;
    }

    /// <summary>The number as it stands in the bytes: also a Socket.IO acknowledgement id (below 2^53).</summary>
    public static long Numbered(long number) => 1_000_000_000_000_000 + number;

    private static IEnumerable<int> PlacesIn(byte[] bytes)
    {
        for (var from = 0; bytes.AsSpan(from).IndexOf(Marker) is >= 0 and var at; from += at + Marker.Length)
            yield return from + at;
    }
}
