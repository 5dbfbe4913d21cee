using System.Diagnostics;
using Xunit;

namespace Cluster.Processes;

/// <summary>What a verb of the command line came to.</summary>
public sealed record Verb(int Code, string Output, string Errors)
{
    /// <summary>Runs the built program on a database, with the folder of its server <c>node</c>.</summary>
    /// <param name="words">May hold settings: <c>--Area:Key=value</c>.</param>
    public static async Task<Verb> RunAsync(ServerDatabase database, string[] words, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet", [ServerProcess.Program(), .. words])
        {
            WorkingDirectory = Path.GetDirectoryName(ServerProcess.Program()),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        ServerProcess.StartQuickly(start.Environment);
        start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        start.Environment["Database__Url"] = database.Target.Connection;
        start.Environment["Data__Folder"] = Path.Combine(database.Folder, "node");
        start.Environment["Logs__Folder"] = Path.Combine(database.Folder, "node", "logs");
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Verb(process.ExitCode, await output, await errors);
    }

    /// <summary>Fails unless the verb did its work.</summary>
    public Verb Works()
    {
        Assert.True(Code == 0, $"ended with {Code}: {Output}{Errors}");
        return this;
    }

    /// <summary>Fails unless the verb refused in one sentence, without a stack trace.</summary>
    public void Refuses(string word, int code = 1)
    {
        Assert.True(Code == code, $"ended with {Code}: {Output}{Errors}");
        Assert.Contains(word, Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Errors, StringComparison.Ordinal);
    }

    /// <summary>The same, and says nothing else but warnings: no record of a fault, no second sentence.</summary>
    public void SaysOnly(string word, int code)
    {
        Refuses(word, code);
        var said = Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(said is [_], $"more than one line: {Errors}");
        Assert.DoesNotContain("fail: ", Output, StringComparison.Ordinal);
        Assert.DoesNotContain("crit: ", Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", Output + Errors, StringComparison.Ordinal);
    }
}
