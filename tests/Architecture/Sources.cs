using Stoa.TestSupport;

namespace Architecture;

/// <summary>A source file.</summary>
/// <param name="Path">From the root of the tree, with slashes.</param>
internal sealed record SourceFile(string Path, string Text);

internal static class Sources
{
    /// <summary>What people write: neither build output nor generated migrations.</summary>
    public static IReadOnlyList<SourceFile> Product { get; } = Read("src", "*.cs");

    public static IReadOnlyList<SourceFile> Tests { get; } = Read("tests", "*.cs");

    public static IReadOnlyList<SourceFile> Projects { get; } = [.. Read("src", "*.csproj"), .. Read("tests", "*.csproj"), .. Read(".", "Directory.Packages.props")];

    private static List<SourceFile> Read(string folder, string pattern) =>
    [
        .. from path in Directory.EnumerateFiles(Path.Combine(SourceTree.Root, folder), pattern, folder == "." ? SearchOption.TopDirectoryOnly : SearchOption.AllDirectories)
           let name = Path.GetRelativePath(SourceTree.Root, path).Replace('\\', '/')
           where !name.Contains("/obj/", StringComparison.Ordinal) && !name.Contains("/bin/", StringComparison.Ordinal) && !name.Contains("/Migrations/", StringComparison.Ordinal)
           orderby name
           select new SourceFile(name, File.ReadAllText(path)),
    ];
}
