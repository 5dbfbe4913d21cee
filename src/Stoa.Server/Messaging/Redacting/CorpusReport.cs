using System.Diagnostics;

namespace Stoa.Server.Messaging.Redacting;

/// <summary>What the scanner finds in a file of lines; <c>||</c> in a line stands between messages sent one after the other.</summary>
/// <param name="Found">The lines with a hit, each with what was taken out.</param>
/// <param name="Missed">The lines without one.</param>
/// <param name="PerLine">Mean time of one line over the last of many passes: a server is warm, a command is not.</param>
public sealed record CorpusReport(int Lines, IReadOnlyList<string> Found, IReadOnlyList<string> Missed, TimeSpan PerLine)
{
    private const string Next = "||";
    private const int Passes = 40;

    public static CorpusReport Of(string path, ContactScanner scanner)
    {
        var lines = File.ReadLines(path).Where(static l => !string.IsNullOrWhiteSpace(l)).ToList();
        List<string> found = [], missed = [];
        foreach (var line in lines)
        {
            var hits = HitsIn(line, scanner);
            (hits.Count > 0 ? found : missed).Add(hits.Count == 0 ? line : ContactScanner.Replace(Joined(line), hits) + "   <-   " + line);
        }

        var started = 0L;
        for (var pass = 0; pass < Passes; pass++)
        {
            if (pass == Passes / 2)
                started = Stopwatch.GetTimestamp();
            foreach (var line in lines)
                scanner.Scan(line);
        }

        return new CorpusReport(lines.Count, found, missed, Stopwatch.GetElapsedTime(started) / Math.Max(1, lines.Count * Passes / 2));
    }

    /// <summary>Of a line of several messages only what reaches into the last one counts: the others are sent already.</summary>
    private static List<ContactHit> HitsIn(string line, ContactScanner scanner)
    {
        var text = Joined(line);
        var last = line.Contains(Next, StringComparison.Ordinal) ? text.LastIndexOf('\n') : -1;
        return [.. scanner.Scan(text).Where(h => h.End > last + 1)];
    }

    private static string Joined(string line) => line.Replace(Next, "\n", StringComparison.Ordinal);
}
