namespace Stoa.Conformance.Readme;

/// <summary>Every C# block of the READMEs is code that is compiled here and run by <see cref="ServerTests"/> and <see cref="NodesTests"/>.</summary>
public sealed class SnippetTests
{
    // What a web project of .NET 10 has without being asked; the test project has not.
    private static readonly string[] OfWebProjects =
    [
        "System.Net.Http.Json", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Routing",
        "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
    ];

    private static readonly string[] Files = Directory.GetFiles(Path.Combine(Pages.Root, "tests", "Conformance", "Readme", "Snippets"), "*.cs");

    public static TheoryData<string, string> Blocks() =>
        [.. Pages.Packages.SelectMany(p => Pages.Blocks(p, "csharp").Select(b => new TheoryDataRow<string, string>(p, b)))];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void A_block_of_a_README_is_code_that_is_compiled_with_the_usings_it_shows(string package, string block)
    {
        var (usings, body) = Pages.Parts(block);
        var found = Files.Where(f => Pages.Snippet(f).Body == body).ToList();
        Assert.True(found.Count == 1, $"{package}: {found.Count} files in Readme/Snippets hold this block:\n{block}");

        var needed = Pages.Snippet(found[0]).Usings;
        needed.ExceptWith(OfWebProjects);
        usings.ExceptWith(OfWebProjects);
        Assert.Equal(needed.Order(), usings.Order());
    }

    [Fact]
    public void Every_snippet_stands_in_a_README()
    {
        var blocks = Pages.Packages.SelectMany(p => Pages.Blocks(p, "csharp")).Select(b => Pages.Parts(b).Body).ToHashSet();
        Assert.NotEmpty(Files);
        Assert.All(Files, f => Assert.Contains(Pages.Snippet(f).Body, blocks));
    }
}
