using System.Globalization;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Messaging.Redacting;

namespace Stoa.Server.Cli;

/// <summary><c>try-redaction FILE…</c>: what the scanner finds in files of example messages, one a line (docs/redaction.md).</summary>
internal static class TryRedaction
{
    private const int HostileLength = 20_000;

    // Each is what some rule begins with and never ends: repeated, it asks for the rule's whole look ahead at every place.
    private static readonly string[] HostilePieces =
        ["a@", "a.", "@", "1 ", "1-", "+1(", "five ", "dot ", "at ", "www.", "http://", "tele gram ", "\u200b1", "a.b@c.", "(", "\u0430",
            "wa.me/", "1/2/", "12:", "whatsapp:",
            "&#64;", "&amp;", "%25", "%40", "&", "一", "点", "quatre-vingt-", "a_", "aAT", "t e", "insta pe "];

    public static async Task<int> RunAsync(CommandLine line, CancellationToken cancellation)
    {
        line = line.TakeFlag("lines", out var withLines);
        if (line.Operands.Count == 0 || line.HasUnknownOptions)
            return await Cli.SayAsync(Cli.Misused, "usage: try-redaction FILE... [--lines] [--Area:Key=value ...]");
        if (line.Operands.FirstOrDefault(static f => !File.Exists(f)) is { } missing)
            return await Cli.SayAsync(Cli.Failed, $"{missing} is not there");
        var settings = SettingsHosting.CreateBuilder([.. line.Options]).AddSettings();
        var scanner = new ContactScanner([.. settings.Redaction.AllowedHosts.Select(static h => h.ToLowerInvariant())]);

        var corpus = line.Operands.SelectMany(CorpusLine.Read).ToList();
        await SayAsync("language", "class", "lines", "found", "share", "apart", "found", "share");
        foreach (var lines in corpus.GroupBy(static l => (l.Language, l.Class)))
        {
            await SayAsync(lines.Key.Language, lines.Key.Class, [.. lines], scanner);
            if (withLines)
                await WriteAsync([.. lines.Where(static l => !l.IsKeptApart)], scanner);
            cancellation.ThrowIfCancellationRequested();
        }

        foreach (var lines in corpus.GroupBy(static l => (l.IsInnocent, l.Language)).OrderBy(static g => g.Key.IsInnocent))
            await SayAsync(lines.Key.Language, lines.Key.IsInnocent ? "FALSE ALARMS" : "RECALL", [.. lines], scanner);
        foreach (var lines in corpus.GroupBy(static l => l.IsInnocent).OrderBy(static g => g.Key))
            await SayAsync("all", lines.Key ? "FALSE ALARMS" : "RECALL", [.. lines], scanner);

        var time = CorpusReport.TimePerLine(corpus, scanner);
        var growth = HostileText.Growth(scanner, HostilePieces, HostileLength);
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:0.0} µs a line"));
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"hostile texts: {growth.Texts} of {HostileLength} characters, the slowest {growth.Slowest.TotalMilliseconds:0.0} ms; "
                + $"twice the length takes {growth.Ratio:0.00} times as long in all"));
        return Cli.Ok;
    }

    /// <summary>The lines that the rules are written with, and those kept apart.</summary>
    private static async Task SayAsync(string language, string kind, IReadOnlyCollection<CorpusLine> lines, ContactScanner scanner)
    {
        var own = CorpusReport.Of([.. lines.Where(static l => !l.IsKeptApart)], scanner);
        var apart = CorpusReport.Of([.. lines.Where(static l => l.IsKeptApart)], scanner);
        await SayAsync(language, kind, Number(own.Lines), Number(own.Found.Count), Share(own), Number(apart.Lines),
            Number(apart.Found.Count), Share(apart));
    }

    private static async Task WriteAsync(IReadOnlyCollection<CorpusLine> lines, ContactScanner scanner)
    {
        var report = CorpusReport.Of(lines, scanner);
        foreach (var found in report.Found)
            await Console.Out.WriteLineAsync($"  + {found}");
        foreach (var missed in report.Missed)
            await Console.Out.WriteLineAsync($"  - {missed}");
    }

    private static Task SayAsync(params string[] cells) =>
        Console.Out.WriteLineAsync($"{cells[0],-12}{cells[1],-18}" + string.Concat(cells.Skip(2).Select(static c => c.PadLeft(9))));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Share(CorpusReport report) =>
        report.Lines == 0 ? "-" : (report.Found.Count / (double)report.Lines).ToString("P1", CultureInfo.InvariantCulture);
}
