using System.Text.RegularExpressions;

namespace Stoa.Conformance.Readme;

/// <summary>The READMEs of the packages, as the tests read them.</summary>
internal static partial class Pages
{
    public static readonly string[] Packages = ["Stoa.SocketIO", "Stoa.SocketIO.Redis", "Stoa.SocketIO.Sql"];

    public static string Root { get; } = Find();

    public static string Text(string package) => File.ReadAllText(Path.Combine(Root, "src", package, "README.md"));

    /// <summary>The fenced blocks of a language, in their order.</summary>
    public static List<string> Blocks(string package, string language) =>
        [.. Fence().Matches(Text(package)).Where(m => m.Groups[1].Value == language).Select(m => m.Groups[2].Value)];

    /// <summary>What stands between the markers of a source file, in their order, with the file's <c>using</c> lines before it.</summary>
    public static (HashSet<string> Usings, string Body) Snippet(string path)
    {
        var text = File.ReadAllText(path);
        return ([.. Using().Matches(text).Select(m => m.Groups[1].Value)], Dense(string.Concat(Marked().Matches(text).Select(m => m.Groups[1].Value))));
    }

    /// <summary>A block of a README, taken apart in the same way.</summary>
    public static (HashSet<string> Usings, string Body) Parts(string block) => ([.. Using().Matches(block).Select(m => m.Groups[1].Value)], Dense(Using().Replace(block, "")));

    /// <summary>The rows of all tables whose first column is one word in backticks: that word, and the other columns.</summary>
    public static Dictionary<string, string[]> Rows(string package) =>
        Row().Matches(Text(package)).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value.Split('|', StringSplitOptions.TrimEntries));

    private static string Dense(string code) => Space().Replace(code, "");

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Stoa.slnx")))
            folder = folder.Parent;
        return folder.FullName;
    }

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^using ([\w.]+);\s*$", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(@"^\s*// README\n(.*?)^\s*// end$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Marked();

    [GeneratedRegex(@"^\| `([\w.]+)` \| (.*) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
