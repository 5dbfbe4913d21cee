using System.Text.Json;
using Stoa.Server.Hosting.Settings;
using Stoa.TestSupport;
using Xunit;

namespace Unit.Hosting;

/// <summary>What is written about the settings is what they are.</summary>
[Collection(nameof(StartingFolder))]
public sealed class SettingsDocumentsTests : IDisposable
{
    private readonly StartingFolder here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public void Appsettings_shows_every_key_with_its_default()
    {
        var shipped = Path.Combine(Repository.Root, "src", "Stoa.Server", "appsettings.json");
        here.WithFile("appsettings.json", "{}");
        var defaults = here.Start().Describe();

        here.WithFile("appsettings.json", File.ReadAllText(shipped));
        Assert.Equal(defaults, here.Start().Describe());

        using var json = JsonDocument.Parse(File.ReadAllText(shipped));
        Assert.All(Keys(), key => Assert.True(
            json.RootElement.TryGetProperty(key.Area, out var area) && area.TryGetProperty(key.Name, out _), $"appsettings.json lacks {key.Area}:{key.Name}"));
    }

    [Fact]
    public void Configure_md_has_a_line_for_every_key()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "configure.md"));

        Assert.All(Keys(), key => Assert.Contains($"| `{key.Area}:{key.Name}` |", text, StringComparison.Ordinal));
    }

    private List<(string Area, string Name)> Keys() =>
        [.. here.Start().Describe().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' ')[0].Split(':')).Select(static p => (p[0], p[1]))];
}
