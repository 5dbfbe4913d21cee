namespace Stoa.Load.Measuring;

/// <summary>Whether two sets of times come from the same source, as somebody who measures from outside could tell.</summary>
/// <remarks>
/// Mann-Whitney's rank test, two-sided, by its normal approximation with the correction for ties: it asks nothing about the shape of the times, and a few
/// slow outliers weigh no more than their rank. Beside it the difference of medians with its bootstrap interval, which says how much there is to see.
/// </remarks>
public sealed class TwoSamples
{
    private const int Resamples = 2000;

    private readonly double[] one;
    private readonly double[] other;

    public TwoSamples(IReadOnlyCollection<double> one, IReadOnlyCollection<double> other)
    {
        this.one = [.. one.Order()];
        this.other = [.. other.Order()];
        (Probability, Advantage) = Rank();
    }

    public double MedianOfOne => Median(one);

    public double MedianOfOther => Median(other);

    /// <summary>How often a difference at least as large would be seen by chance if there were none.</summary>
    public double Probability { get; }

    /// <summary>The chance that a time of the one set is the longer of two drawn, one from each; 0.5: nothing to be told.</summary>
    public double Advantage { get; }

    /// <summary>The middle 95 % of the difference of medians (one minus other) when both sets are drawn again with replacement.</summary>
    /// <param name="seed">The same one gives the same interval.</param>
    public (double Low, double High) DifferenceOfMedians(int seed)
    {
        var random = new Random(seed);
        var differences = new double[Resamples];
        for (var i = 0; i < Resamples; i++)
            differences[i] = Median(Drawn(one, random)) - Median(Drawn(other, random));
        Array.Sort(differences);
        return (differences[(int)(Resamples * 0.025)], differences[(int)(Resamples * 0.975)]);
    }

    private (double Probability, double Advantage) Rank()
    {
        var all = one.Select(static t => (Time: t, IsOne: true)).Concat(other.Select(static t => (Time: t, IsOne: false))).OrderBy(static t => t.Time).ToArray();
        double ranks = 0, ties = 0;
        for (var from = 0; from < all.Length;)
        {
            var to = from;
            while (to < all.Length && all[to].Time == all[from].Time)
                to++;
            double count = to - from;
            ties += (count * count * count) - count;
            var rank = (from + 1 + to) / 2.0; // ties share the middle of their ranks, which begin at 1
            for (var i = from; i < to; i++)
                ranks += all[i].IsOne ? rank : 0;
            from = to;
        }

        double n = one.Length, m = other.Length, total = n + m;
        var u = ranks - (n * (n + 1) / 2);
        var deviation = Math.Sqrt(n * m / 12 * (total + 1 - (ties / (total * (total - 1)))));
        return (2 * UpperTail(Math.Abs(u - (n * m / 2)) / deviation), u / (n * m));
    }

    /// <summary>Of the normal distribution; Abramowitz and Stegun 26.2.17, wrong by less than 7.5e-8.</summary>
    private static double UpperTail(double z)
    {
        var t = 1 / (1 + (0.2316419 * z));
        var sum = t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) * sum;
    }

    private static double[] Drawn(double[] times, Random random)
    {
        var drawn = new double[times.Length];
        for (var i = 0; i < drawn.Length; i++)
            drawn[i] = times[random.Next(times.Length)];
        Array.Sort(drawn);
        return drawn;
    }

    private static double Median(double[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}
