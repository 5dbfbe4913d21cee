using System.Diagnostics;

namespace Stoa.Load.Measuring;

/// <summary>When senders warm up, when they are counted, and when they stop. Times are <see cref="Stopwatch"/> timestamps.</summary>
public sealed record Window(long Start, long End)
{
    /// <summary>Beyond this a sender that waits for its answer is given up: the server hangs.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    public static Window After(TimeSpan warmUp, TimeSpan length)
    {
        var start = Stopwatch.GetTimestamp() + InTimestamps(warmUp);
        return new Window(start, start + InTimestamps(length));
    }

    public TimeSpan Length => Stopwatch.GetElapsedTime(Start, End);

    public bool Holds(long timestamp) => timestamp >= Start && timestamp < End;

    public static TimeSpan Until(long timestamp)
    {
        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), timestamp);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static long InTimestamps(TimeSpan span) => (long)(span.TotalSeconds * Stopwatch.Frequency);
}
