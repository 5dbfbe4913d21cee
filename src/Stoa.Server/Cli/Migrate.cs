using System.Globalization;
using Stoa.Core.Data;
using Stoa.Core.Data.Backups;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Cli;

/// <summary><c>migrate …</c>: see <see cref="Migrator"/>.</summary>
/// <remarks>
/// <c>down</c> loses what the undone migrations hold. As with <c>restore</c>: it says what goes and asks for <c>--force</c>, is refused while a server has the database
/// open, and takes a backup into the data folder first.
/// </remarks>
internal static class Migrate
{
    public static async Task<int> RunAsync(CommandLine line, CancellationToken cancellation)
    {
        line = line.TakeFlag("force", out var isForced);
        var settings = SettingsHosting.CreateBuilder([.. line.Options]).AddSettings();
        await using var db = StoaDbServices.Open(settings.Database.Target);
        var migrator = new Migrator(db, Console.Out);
        if (line.Operands is ["down", var operand] && await migrator.LossOfDownAsync(operand, cancellation) is { } loss)
        {
            var what = loss.Count == 0 ? "no table and no column" : string.Join(", ", loss);
            if (!isForced)
                return await Cli.SayAsync(Cli.Failed, $"this takes away {what}, and all that is in them: --force does it, after a backup");
            await DatabaseInUse.RefuseAsync(settings.Database.Target, cancellation);
            await BackUpAsync(settings, cancellation);
        }

        return await migrator.RunAsync(line.Operands, cancellation);
    }

    private static async Task BackUpAsync(StoaSettings settings, CancellationToken cancellation)
    {
        var clock = TimeProvider.System;
        var file = Path.GetFullPath(Path.Combine(
            settings.Data.Folder, string.Create(CultureInfo.InvariantCulture, $"before-migrate-down-{clock.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}.zip")));
        Directory.CreateDirectory(settings.Data.Folder);
        await new TakeBackup(settings.Database.Target, Backup.KeyFile(settings), Backup.Version, clock).Handle(file, replaces: false, cancellation);
        await Cli.SayAsync(Cli.Ok, $"backup  {file}");
    }
}
