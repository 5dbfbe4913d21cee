using System.Globalization;
using System.Text.RegularExpressions;
using Stoa.TestSupport;
using Xunit;

namespace Unit.Hosting;

/// <summary>docs/security.md claims only what can be looked up.</summary>
public sealed partial class SecurityPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "security.md"));

    [Fact]
    public void Every_requirement_stands_there_once_and_the_sums_are_right()
    {
        var rows = Row().Matches(Page).Select(static m => (Id: m.Groups[1].Value, State: m.Groups[2].Value)).ToList();

        Assert.Equal(253, rows.Select(static r => r.Id).Distinct().Count());
        Assert.Equal(253, rows.Count);
        int Count(string state) => rows.Count(r => r.State == state);
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"{Count("met")} met, {Count("not met")} not met, {Count("n/a")} not applicable"), Page, StringComparison.Ordinal);
        Assert.InRange(Count("not met"), 0, 25);
    }

    [Fact]
    public void Every_test_class_it_names_is_one()
    {
        var tests = Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "tests"), "*.cs", SearchOption.AllDirectories).Select(static f => Path.GetFileNameWithoutExtension(f)).ToHashSet(StringComparer.Ordinal);

        Assert.All(TestClass().Matches(Page).Select(static m => m.Groups[1].Value).Distinct(), name => Assert.Contains(name, tests));
    }

    [GeneratedRegex(@"^\| (V\d+\.\d+\.\d+) \| (met|not met|n/a) \| \S", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\b([A-Z]\w+Tests)\b")]
    private static partial Regex TestClass();
}
