namespace Stoa.Load;

/// <summary>benchmarks/RESULTS.md: one section per report, each replaced as a whole.</summary>
public static class ResultsFile
{
    private const string Heading = "## ";

    private const string Opening =
        "# Benchmark results\n\nWritten by benchmarks/Load; docs/benchmarks.md says what the figures mean. A section is replaced when its scenario is run with `--write`.\n";

    public static void Write(string path, Report report)
    {
        var text = File.Exists(path) ? File.ReadAllText(path) : Opening;
        File.WriteAllText(path, Replace(text, report.Section, report.ToMarkdown()));
    }

    /// <summary>The text with this section's content in the place of the one it had, or at the end.</summary>
    public static string Replace(string text, string section, string content)
    {
        var heading = $"{Heading}{section}\n";
        var block = $"{heading}\n{content.Trim('\n')}\n";
        var start = text.StartsWith(heading, StringComparison.Ordinal) ? 0 : text.IndexOf($"\n{heading}", StringComparison.Ordinal) + 1;
        if (start == 0 && !text.StartsWith(heading, StringComparison.Ordinal))
            return $"{text.TrimEnd('\n')}\n\n{block}";

        var next = text.IndexOf($"\n{Heading}", start + heading.Length - 1, StringComparison.Ordinal);
        return next < 0 ? text[..start] + block : $"{text[..start]}{block}\n{text[(next + 1)..]}";
    }
}
