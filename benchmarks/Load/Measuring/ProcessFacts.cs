using System.Globalization;

namespace Stoa.Load.Measuring;

/// <summary>What the kernel says of a process (proc(5)).</summary>
public static class ProcessFacts
{
    // USER_HZ is 100 on every Linux that .NET runs on: fields 14 and 15 of stat count in it.
    private const double TicksPerSecond = 100;

    /// <summary>User and system time of one process, in seconds; zero when it is gone.</summary>
    public static double CpuSeconds(int pid) => ReadStat($"/proc/{pid}/stat") is { } stat ? stat.Own / TicksPerSecond : 0;

    /// <summary>The same for a process, its living children, and those it has waited for.</summary>
    public static double CpuSecondsOfFamily(int pid)
    {
        var ticks = 0L;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) || ReadStat($"{folder}/stat") is not { } stat)
                continue;
            if (id == pid)
                ticks += stat.Own + stat.Waited;
            else if (stat.Parent == pid)
                ticks += stat.Own;
        }

        return ticks / TicksPerSecond;
    }

    /// <summary>Resident memory in bytes.</summary>
    public static long ResidentBytes(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(static l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan("VmRSS:".Length, line.Length - "VmRSS:".Length - "kB".Length).Trim(), CultureInfo.InvariantCulture) * 1024;
    }

    private static Stat? ReadStat(string path)
    {
        try
        {
            // The name, in brackets, may hold blanks and brackets itself: what follows the last one is regular.
            var text = File.ReadAllText(path);
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new Stat(int.Parse(fields[1], CultureInfo.InvariantCulture), Number(fields[11]) + Number(fields[12]), Number(fields[13]) + Number(fields[14]));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long Number(string field) => long.Parse(field, CultureInfo.InvariantCulture);

    private sealed record Stat(int Parent, long Own, long Waited);
}
