using Stoa.Core.Data;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Cli;

/// <summary><c>migrate …</c>: see <see cref="Migrator"/>.</summary>
internal static class Migrate
{
    public static async Task<int> RunAsync(CommandLine line, CancellationToken cancellation)
    {
        var settings = SettingsHosting.CreateBuilder([.. line.Options]).AddSettings();
        await using var db = StoaDbServices.Open(settings.Database.Target);
        return await new Migrator(db, Console.Out).RunAsync(line.Operands, cancellation);
    }
}
