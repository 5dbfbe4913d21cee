using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Stoa.Load.Measuring;

/// <summary>What a figure means nothing without.</summary>
public static class Machine
{
    private const int FsyncRounds = 200;

    /// <param name="folder">Where the databases lie: its file system and the price of an fsync there are measured.</param>
    public static IEnumerable<(string Name, string Value)> Facts(string folder)
    {
        yield return ("processor", $"{Environment.ProcessorCount} × {CpuModel()}");
        yield return ("kernel", File.ReadAllText("/proc/sys/kernel/osrelease").Trim());
        yield return ("runtime", $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}");
        yield return ("SQLite", SqliteVersion());
        yield return ("file system", FileSystemOf(folder));
        yield return ("write of 4 KiB and fsync", FsyncCost(folder));
        yield return ("commit", Commit());
    }

    private static string CpuModel() => File.ReadLines("/proc/cpuinfo")
        .FirstOrDefault(static l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static string SqliteVersion()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        return connection.ServerVersion;
    }

    private static string FileSystemOf(string folder)
    {
        var full = Path.GetFullPath(folder);
        var drive = DriveInfo.GetDrives().Where(d => full.StartsWith(d.RootDirectory.FullName, StringComparison.Ordinal)).MaxBy(static d => d.RootDirectory.FullName.Length);
        return drive?.DriveFormat ?? "unknown";
    }

    private static string FsyncCost(string folder)
    {
        var path = Path.Combine(folder, $"fsync-{Environment.ProcessId}");
        var latency = new LatencyHistogram();
        try
        {
            using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
            var page = new byte[4096];
            for (var i = 0; i < FsyncRounds; i++)
            {
                var started = Stopwatch.GetTimestamp();
                RandomAccess.Write(file, page, (long)i * page.Length);
                RandomAccess.FlushToDisk(file);
                latency.Record(Stopwatch.GetElapsedTime(started));
            }
        }
        finally
        {
            File.Delete(path);
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"p50 {latency.Percentile(0.5).TotalMilliseconds:0.00} ms, p99 {latency.Percentile(0.99).TotalMilliseconds:0.00} ms");
    }

    private static string Commit()
    {
        var commit = Run("git", "rev-parse", "--short", "HEAD");
        return Run("git", "status", "--porcelain", "--untracked-files=no").Length == 0 ? commit : $"{commit}, with local changes";
    }

    private static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.Root };
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return output.Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "unknown";
        }
    }
}
