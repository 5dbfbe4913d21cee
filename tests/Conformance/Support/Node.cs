using System.Diagnostics;

namespace Stoa.Conformance.Support;

/// <summary>Runs the scripts in tests/Conformance/node with the npm clients; installs those first when they are missing.</summary>
public static class Node
{
    private static readonly Lazy<Task> Installed = new(InstallAsync);

    /// <summary>Where the scripts and their packages lie.</summary>
    public static string Folder { get; } = Find();

    /// <summary>Runs a script against a server; fails with the script's output when it does not end with 0.</summary>
    public static async Task RunAsync(string script, params string[] arguments)
    {
        await Installed.Value;
        var (code, output) = await ExecuteAsync("node", [script, .. arguments], TimeSpan.FromSeconds(60));
        Assert.True(code == 0, $"node {script} ended with {code}:\n{output}");
    }

    private static async Task InstallAsync()
    {
        if (Directory.Exists(Path.Combine(Folder, "node_modules", "socket.io-client")))
            return;
        var (code, output) = await ExecuteAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], TimeSpan.FromMinutes(5));
        Assert.True(code == 0, "npm ci failed:\n" + output);
    }

    private static async Task<(int Code, string Output)> ExecuteAsync(string program, string[] arguments, TimeSpan patience)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }

        return (process.HasExited && !limit.IsCancellationRequested ? process.ExitCode : -1, string.Concat(await output));
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "node", "package.json")))
                return Path.Combine(folder.FullName, "node");
        }

        throw new DirectoryNotFoundException("tests/Conformance/node was not found above the test program.");
    }
}
