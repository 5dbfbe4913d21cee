namespace Stoa.Load.Servers;

/// <summary>The folder in which a run keeps its databases; gone afterwards.</summary>
public sealed class WorkFolder : IDisposable
{
    private int last;

    /// <param name="parent">Decides which disk is measured.</param>
    public WorkFolder(string parent)
    {
        Path = System.IO.Path.Combine(parent, $"stoa-load-{Environment.ProcessId}");
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    /// <summary>A new, empty folder in it.</summary>
    public string New(string name)
    {
        var path = System.IO.Path.Combine(Path, $"{name}-{++last}");
        Directory.CreateDirectory(path);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
