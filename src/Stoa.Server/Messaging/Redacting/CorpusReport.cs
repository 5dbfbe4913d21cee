using System.Diagnostics;

namespace Stoa.Server.Messaging.Redacting;

/// <summary>What the scanner finds in a file of lines; <c>||</c> in a line stands between messages sent one after the other.</summary>
/// <param name="Found">The lines with a hit, each with what was taken out.</param>
/// <param name="Missed">The lines without one.</param>
/// <param name="PerLine">Mean time of one line, after one pass to warm up.</param>
public sealed record CorpusReport(int Lines, IReadOnlyList<string> Found, IReadOnlyList<string> Missed, TimeSpan PerLine)
{
    private const string Next = "||";

    public static CorpusReport Of(string path, ContactScanner scanner)
    {
        var lines = File.ReadLines(path).Where(static l => !string.IsNullOrWhiteSpace(l)).ToList();
        List<string> found = [], missed = [];
        foreach (var line in lines)
        {
            var hits = HitsIn(line, scanner);
            (hits.Count > 0 ? found : missed).Add(hits.Count == 0 ? line : ContactScanner.Replace(Joined(line), hits) + "   <-   " + line);
        }

        var started = Stopwatch.GetTimestamp();
        foreach (var line in lines)
            scanner.Scan(line);
        return new CorpusReport(lines.Count, found, missed, lines.Count == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(started) / lines.Count);
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
