using System.Globalization;

namespace Stoa.SocketIO.Redis.Recovery;

/// <summary>The id of a stream's entry, which is the offset clients get.</summary>
internal readonly record struct StreamId(ulong Time, ulong Number) : IComparable<StreamId>
{
    public static bool operator <(StreamId left, StreamId right) => left.CompareTo(right) < 0;

    public static bool operator >(StreamId left, StreamId right) => left.CompareTo(right) > 0;

    public static bool operator <=(StreamId left, StreamId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(StreamId left, StreamId right) => left.CompareTo(right) >= 0;

    /// <summary>Only the canonical form: offsets come from clients and go into commands.</summary>
    public static StreamId? TryParse(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash > 0
            && ulong.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            && ulong.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && new StreamId(time, number) is var id && id.ToString() == text
                ? id
                : null;
    }

    public int CompareTo(StreamId other) => Time != other.Time ? Time.CompareTo(other.Time) : Number.CompareTo(other.Number);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Time}-{Number}");
}
