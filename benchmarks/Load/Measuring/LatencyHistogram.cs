using System.Numerics;

namespace Stoa.Load.Measuring;

/// <summary>Counts durations in log-linear buckets: every value within 0.8 % of itself, from nanoseconds to hours, in constant memory.</summary>
/// <remarks>The layout is HdrHistogram's: 128 linear steps in every power of two. Not thread-safe: one per sender, merged at the end.</remarks>
public sealed class LatencyHistogram
{
    private const int StepBits = 7;
    private const int Steps = 1 << StepBits;

    private readonly long[] counts = new long[(64 - StepBits) * Steps];

    public long Count { get; private set; }

    public void Record(TimeSpan duration)
    {
        counts[IndexOf(Math.Max(0, duration.Ticks))]++;
        Count++;
    }

    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < counts.Length; i++)
            counts[i] += other.counts[i];
        Count += other.Count;
    }

    /// <summary>The duration that this share of all values does not exceed; zero when nothing was counted.</summary>
    /// <param name="share">0 to 1, e.g. 0.99.</param>
    public TimeSpan Percentile(double share)
    {
        var rank = Math.Clamp((long)Math.Ceiling(share * Count), 1, Math.Max(1, Count));
        var seen = 0L;
        for (var i = 0; i < counts.Length; i++)
        {
            seen += counts[i];
            if (seen >= rank)
                return new TimeSpan(MiddleOf(i));
        }

        return TimeSpan.Zero;
    }

    // Below 2 * Steps the index is the value itself; above, each power of two has Steps buckets of 2^shift ticks.
    private static int IndexOf(long ticks)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)ticks) - StepBits);
        return (shift * Steps) + (int)(ticks >> shift);
    }

    private static long MiddleOf(int index)
    {
        if (index < 2 * Steps)
            return index;
        var shift = (index / Steps) - 1;
        return ((long)(index - (shift * Steps)) << shift) + (1L << (shift - 1));
    }
}
