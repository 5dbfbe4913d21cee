using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Cli;

/// <summary><c>check-config</c>: what the server would start with, or why it would not.</summary>
internal static class CheckConfig
{
    public static async Task<int> RunAsync(CommandLine line, CancellationToken cancellation)
    {
        if (line.Operands.Count > 0)
            return Cli.Misused;
        var settings = SettingsHosting.CreateBuilder([.. line.Options]).AddSettings();
        await Console.Out.WriteAsync(settings.Describe().AsMemory(), cancellation);
        foreach (var note in settings.Notes)
            await Console.Out.WriteLineAsync($"note: {note}".AsMemory(), cancellation);
        return Cli.Ok;
    }
}
