using System.Diagnostics;

namespace Stoa.Load.Servers;

/// <summary>The npm packages of a peer: installed when it is first used, as its lock file says.</summary>
public static class PeerPackages
{
    /// <param name="peer">A folder under benchmarks/peers with a <c>package-lock.json</c>.</param>
    /// <returns>The folder.</returns>
    public static async Task<string> InstallAsync(string peer)
    {
        var folder = Path.Combine(Repository.Root, "benchmarks", "peers", peer);
        var installed = Path.Combine(folder, "node_modules", ".package-lock.json");
        if (File.Exists(installed) && File.GetLastWriteTimeUtc(installed) >= File.GetLastWriteTimeUtc(Path.Combine(folder, "package-lock.json")))
            return folder;
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
        })!;
        // What it says goes nowhere: standard output is the report's.
        await npm.StandardOutput.ReadToEndAsync();
        await npm.WaitForExitAsync();
        if (npm.ExitCode != 0)
            throw new InvalidOperationException($"npm ci in {folder} ended with {npm.ExitCode}.");
        File.SetLastWriteTimeUtc(installed, DateTime.UtcNow);
        return folder;
    }
}
