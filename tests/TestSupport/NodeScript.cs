using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace Stoa.TestSupport;

/// <summary>Runs a script in node, with npm's own client packages: what the existing products' clients are made of.</summary>
public static class NodeScript
{
    private static readonly Lazy<string> Examples = new(() => WithPackages(Path.Combine(SourceTree.Root, "examples")));

    /// <summary>Runs a script under the repository's root and returns the JSON it prints last.</summary>
    public static async Task<JsonElement> RunAsync(string script, params string[] arguments)
    {
        _ = Examples.Value;
        var (code, output, errors) = await StartAsync("node", SourceTree.Root, [Path.Combine(SourceTree.Root, script), .. arguments]);
        Assert.True(code == 0, $"{script} ended with {code}:\n{output}\n{errors}");
        return JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]).RootElement;
    }

    /// <summary>Runs an example as a reader would; returns what it prints.</summary>
    public static async Task<string> RunExampleAsync(string name, params string[] arguments)
    {
        var (code, output, errors) = await StartAsync("node", Examples.Value, [name, .. arguments]);
        Assert.True(code == 0, $"{name} ended with {code}:\n{output}\n{errors}");
        return output;
    }

    private static async Task<(int Code, string Output, string Errors)> StartAsync(string program, string folder, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(120));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static string WithPackages(string folder)
    {
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]) { WorkingDirectory = folder })!;
            npm.WaitForExit();
            Assert.Equal(0, npm.ExitCode);
        }

        return folder;
    }
}
