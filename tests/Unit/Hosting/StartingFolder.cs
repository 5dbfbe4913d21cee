using Stoa.Server.Hosting.Settings;
using Xunit;

namespace Unit.Hosting;

/// <summary>An empty working directory and an environment of the test's own; both are put back afterwards.</summary>
/// <remarks>They belong to the whole process, so the tests that use them run alone.</remarks>
public sealed class StartingFolder : IDisposable
{
    private readonly string before = Directory.GetCurrentDirectory();
    private readonly List<string> set = [];

    public StartingFolder()
    {
        Path = Directory.CreateTempSubdirectory("stoa-settings-").FullName;
        Directory.SetCurrentDirectory(Path);

        // macOS and others reach their temporary folder through a link.
        Path = Directory.GetCurrentDirectory();
    }

    public string Path { get; }

    public StartingFolder With(string name, string value)
    {
        set.Add(name);
        Environment.SetEnvironmentVariable(name, value);
        return this;
    }

    public StartingFolder WithFile(string name, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.Combine(Path, name))!);
        File.WriteAllText(System.IO.Path.Combine(Path, name), text);
        return this;
    }

    /// <summary>What a server started here would run with.</summary>
    public StoaSettings Start(params string[] options)
    {
        Assert.Equal(Path, Directory.GetCurrentDirectory());
        return SettingsHosting.CreateBuilder(options).AddSettings();
    }

    /// <summary>Why a server does not start here: one line a problem.</summary>
    public IReadOnlyList<string> RefusedStart(params string[] options) => Assert.Throws<SettingsException>(() => Start(options)).Problems;

    public void Dispose()
    {
        foreach (var name in set)
            Environment.SetEnvironmentVariable(name, null);
        Directory.SetCurrentDirectory(before);
        Directory.Delete(Path, recursive: true);
    }
}

[CollectionDefinition(nameof(StartingFolder), DisableParallelization = true)]
public sealed class StartingFolderAlone;
