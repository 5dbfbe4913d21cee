using System.Diagnostics;

namespace Stoa.Server.Messaging.Redacting;

/// <summary>Texts made to be slow, and whether the scanner's time grows with their length alone.</summary>
/// <param name="Texts">How many were scanned at each length.</param>
/// <param name="Slowest">The longest scan at the given length.</param>
/// <param name="Ratio">Time for all at twice the length, divided by the time at the length: 2 when linear, 4 when square.</param>
public sealed record HostileText(int Texts, TimeSpan Slowest, double Ratio)
{
    /// <summary>Every piece repeated, and every two of them in turn.</summary>
    /// <param name="length">In UTF-16 code units.</param>
    public static HostileText Growth(ContactScanner scanner, IReadOnlyList<string> pieces, int length)
    {
        List<string> patterns =
        [
            .. pieces, .. pieces.SelectMany(_ => pieces, static (one, other) => one + other),
            .. pieces.Select(static p => p + new string(' ', 7)), .. pieces.Select(static p => new string('x', 40) + p),
                .. pieces.Select(static p => p + "\n"), .. pieces.Select(static p => p + "é"),
        ];
        foreach (var pattern in patterns)
            scanner.Scan(Repeat(pattern, 1000));
        var (single, slowest) = Time(scanner, patterns, length);
        var (twice, _) = Time(scanner, patterns, 2 * length);
        return new HostileText(patterns.Count, slowest, twice / single);
    }

    private static (TimeSpan All, TimeSpan Slowest) Time(ContactScanner scanner, List<string> patterns, int length)
    {
        TimeSpan all = default, slowest = default;
        foreach (var text in patterns.Select(p => Repeat(p, length)))
        {
            var started = Stopwatch.GetTimestamp();
            scanner.Scan(text);
            var taken = Stopwatch.GetElapsedTime(started);
            all += taken;
            slowest = taken > slowest ? taken : slowest;
        }

        return (all, slowest);
    }

    private static string Repeat(string piece, int length) =>
        string.Create(length, piece, static (span, piece) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = piece[i % piece.Length];
        });
}
