namespace Stoa.Load;

/// <summary>Where this program was built from.</summary>
public static class Repository
{
    /// <summary>The folder with the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The server of the same configuration and framework as this program.</summary>
    public static string ServerProgram { get; } = FindServer();

    public static string Results { get; } = Path.Combine(Root, "benchmarks", "RESULTS.md");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Stoa.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No Stoa.slnx above {AppContext.BaseDirectory}");
    }

    private static string FindServer()
    {
        // benchmarks/Load/bin/<configuration>/<framework>/
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Root, "src", "Stoa.Server", "bin", framework.Parent!.Name, framework.Name, "Stoa.Server.dll");
    }
}
