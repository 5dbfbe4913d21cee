using Stoa.Core.Data;
using Stoa.Core.Data.Backups;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Cli;

/// <summary><c>restore FILE [--force]</c>: see <see cref="RestoreBackup"/>. No server may run on the target.</summary>
internal static class Restore
{
    public static async Task<int> RunAsync(CommandLine line, CancellationToken cancellation)
    {
        line = line.TakeFlag("force", out var isForced);
        if (line is not { Operands: [var file] } || line.HasUnknownOptions)
            return await Cli.SayAsync(Cli.Misused, "usage: restore FILE [--force] [--Area:Key=value ...]");
        var settings = SettingsHosting.CreateBuilder([.. line.Options]).AddSettings();
        var target = settings.Database.Target;
        var done = await new RestoreBackup(target, Backup.KeyFile(settings), TimeProvider.System).Handle(file, isForced, cancellation);
        return await Cli.SayAsync(Cli.Ok, FormattableString.Invariant(
            $"restored into {DatabaseUrl.Describe(target)}: everything up to {done.TakenAt:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}, message {done.HighestMessageId}"));
    }
}
