using Stoa.Server.Messaging.Redacting;
using Stoa.TestSupport;
using Xunit;

namespace Unit.Redacting;

/// <summary>What must be found, and what must be left alone, line by line (docs/redaction.md).</summary>
public sealed class RedactionCorpusTests
{
    private static readonly string Folder = Path.Combine(SourceTree.Root, "tests", "Unit", "Redacting", "Corpus");

    [Theory]
    [InlineData("emails")]
    [InlineData("phones")]
    [InlineData("links")]
    [InlineData("handles")]
    [InlineData("split")]
    [Requirement("S0-18", "S0-19", "S0-20")]
    public void At_least_nineteen_in_twenty_disguises_are_found(string kind)
    {
        var report = CorpusReport.Of(Path.Combine(Folder, kind + ".txt"), new ContactScanner([]));
        Assert.True(report.Lines >= 15, $"the corpus of {kind} has only {report.Lines} lines");
        Assert.True(20 * report.Missed.Count <= report.Lines, $"{report.Missed.Count} of {report.Lines} missed:\n{string.Join('\n', report.Missed)}");
    }

    [Fact]
    public void At_most_one_in_a_hundred_innocents_is_accused()
    {
        var report = CorpusReport.Of(Path.Combine(Folder, "innocents.txt"), new ContactScanner([]));
        var accused = report.Found;
        Assert.True(report.Lines >= 200, $"only {report.Lines} innocents");
        Assert.True(100 * accused.Count <= report.Lines, $"{accused.Count} of {report.Lines} accused:\n{string.Join('\n', accused)}");
    }
}
