namespace Stoa.Server.Hosting.Telemetry;

/// <summary>One metric with one set of labels: a number, or the counts of a histogram. Safe for many writers.</summary>
internal sealed class MetricSeries(string labels, double[]? bounds)
{
    private readonly Lock gate = new();
    private readonly long[]? counts = bounds is null ? null : new long[bounds.Length + 1];
    private double sum;

    /// <summary>As they stand between the braces; empty without labels.</summary>
    public string Labels { get; } = labels;

    public void Add(double step)
    {
        lock (gate)
            sum += step;
    }

    public void Set(double value)
    {
        lock (gate)
            sum = value;
    }

    public void Observe(double value)
    {
        // The first bound that is not below the value; past the last one it is the bucket without a bound.
        var bucket = Array.BinarySearch(bounds!, value);
        lock (gate)
        {
            counts![bucket < 0 ? ~bucket : bucket]++;
            sum += value;
        }
    }

    /// <summary>Counts and sum of one moment: a histogram's parts must agree with each other.</summary>
    /// <returns>How many values fell into each bucket alone; empty when this is no histogram.</returns>
    public (double Sum, long[] Counts) Read()
    {
        lock (gate)
            return (sum, counts is null ? [] : [.. counts]);
    }
}
