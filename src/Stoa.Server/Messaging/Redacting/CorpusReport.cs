using System.Diagnostics;

namespace Stoa.Server.Messaging.Redacting;

/// <summary>What the scanner finds in lines of a corpus.</summary>
/// <param name="Found">The lines with a hit, each with what was taken out.</param>
/// <param name="Missed">The lines without one.</param>
public sealed record CorpusReport(int Lines, IReadOnlyList<string> Found, IReadOnlyList<string> Missed)
{
    private const int Passes = 40;

    /// <summary>Of a line of several messages only what is found in the last one counts: the others are sent already.</summary>
    public static CorpusReport Of(IReadOnlyCollection<CorpusLine> lines, ContactScanner scanner)
    {
        List<string> found = [], missed = [];
        foreach (var line in lines)
        {
            var body = line.Messages[^1];
            var hits = SplitContacts.Find(scanner, new LinesAround([.. line.Messages.SkipLast(1)], []), body);
            (hits.Count > 0 ? found : missed).Add(hits.Count == 0 ? line.Text
                : ContactScanner.Replace(body, hits) + "   <-   " + line.Text);
        }

        return new CorpusReport(lines.Count, found, missed);
    }

    /// <summary>Mean time of one line over the last of many passes: a server is warm, a command is not.</summary>
    public static TimeSpan TimePerLine(IReadOnlyCollection<CorpusLine> lines, ContactScanner scanner)
    {
        var started = 0L;
        for (var pass = 0; pass < Passes; pass++)
        {
            if (pass == Passes / 2)
                started = Stopwatch.GetTimestamp();
            foreach (var line in lines)
                scanner.Scan(line.Text);
        }

        return Stopwatch.GetElapsedTime(started) / Math.Max(1, lines.Count * Passes / 2);
    }
}
