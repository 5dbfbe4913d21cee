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
        ["a@", "a.", "@", "1 ", "1-", "+1(", "five ", "dot ", "at ", "www.", "http://", "tele gram ", "\u200b1", "a.b@c.", "(", "\u0430", "wa.me/", "1/2/", "12:", "whatsapp:"];

    public static async Task<int> RunAsync(CommandLine line, CancellationToken cancellation)
    {
        line = line.TakeFlag("lines", out var withLines);
        if (line.Operands.Count == 0 || line.HasUnknownOptions)
            return await Cli.SayAsync(Cli.Misused, "usage: try-redaction FILE... [--lines] [--Area:Key=value ...]");
        if (line.Operands.FirstOrDefault(static f => !File.Exists(f)) is { } missing)
            return await Cli.SayAsync(Cli.Failed, $"{missing} is not there");
        var settings = SettingsHosting.CreateBuilder([.. line.Options]).AddSettings();
        var scanner = new ContactScanner([.. settings.Redaction.AllowedHosts.Select(static h => h.ToLowerInvariant())]);

        await SayAsync("file", "lines", "found", "share", "µs/line");
        foreach (var file in line.Operands)
        {
            var report = CorpusReport.Of(file, scanner);
            await SayAsync(
                Path.GetFileName(file), Number(report.Lines), Number(report.Found.Count),
                (report.Found.Count / (double)Math.Max(1, report.Lines)).ToString("P1", CultureInfo.InvariantCulture), Microseconds(report.PerLine));
            if (withLines)
                await WriteAsync(report);
            cancellation.ThrowIfCancellationRequested();
        }

        var growth = HostileText.Growth(scanner, HostilePieces, HostileLength);
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"hostile texts: {growth.Texts} of {HostileLength} characters, the slowest {growth.Slowest.TotalMilliseconds:0.0} ms; twice the length takes {growth.Ratio:0.00} times as long in all"));
        return Cli.Ok;
    }

    private static async Task WriteAsync(CorpusReport report)
    {
        foreach (var found in report.Found)
            await Console.Out.WriteLineAsync($"  + {found}");
        foreach (var missed in report.Missed)
            await Console.Out.WriteLineAsync($"  - {missed}");
    }

    private static Task SayAsync(string file, string lines, string found, string share, string time) =>
        Console.Out.WriteLineAsync($"{file,-24}{lines,8}{found,8}{share,10}{time,10}");

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Microseconds(TimeSpan time) => time.TotalMicroseconds.ToString("0.0", CultureInfo.InvariantCulture);
}
