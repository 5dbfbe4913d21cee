namespace Stoa.TestSupport;

/// <summary>The log files of a server, read while it writes them.</summary>
public static class ServerLogs
{
    /// <summary>Waits until an area's file has this text; returns the file.</summary>
    public static Task<string> LogAsync(this StoaServer stoa, string area, string until) => Eventually.GetAsync(
        () => Read(Path.Combine(stoa.Folder, "logs", area + ".log")), text => text.Contains(until, StringComparison.Ordinal), text => $"{area}.log has no '{until}': {text}");

    /// <summary>Everything in every file until now.</summary>
    public static string ReadAll(StoaServer stoa) => string.Concat(Directory.EnumerateFiles(Path.Combine(stoa.Folder, "logs")).Select(Read));

    private static string Read(string path)
    {
        if (!File.Exists(path))
            return "";
        using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return file.ReadToEnd();
    }
}
