using System.Reflection;
using Stoa.Core.Data.Backups;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Cli;

/// <summary><c>backup FILE [--force]</c>: see <see cref="TakeBackup"/>. Servers may run.</summary>
internal static class Backup
{
    public static async Task<int> RunAsync(CommandLine line, CancellationToken cancellation)
    {
        line = line.TakeFlag("force", out var isForced);
        if (line is not { Operands: [var file] } || line.HasUnknownOptions)
            return await Cli.SayAsync(Cli.Misused, "usage: backup FILE [--force] [--Area:Key=value ...]");
        var settings = SettingsHosting.CreateBuilder([.. line.Options]).AddSettings();
        var made = await new TakeBackup(settings.Database.Target, KeyFile(settings), Version, TimeProvider.System).Handle(file, isForced, cancellation);
        await Cli.SayAsync(Cli.Ok, $"{Path.GetFullPath(file)}: {new FileInfo(file).Length} bytes");
        await Cli.SayAsync(Cli.Ok, FormattableString.Invariant($"mark: {made.TakenAt:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}, message {made.HighestMessageId}, migration {made.Migration}"));
        if (made.Sha256.Count == 1)
            await Cli.SayAsync(Cli.Ok, "no signing key inside: the configured Tokens:Secret is yours to keep");
        return Cli.Ok;
    }

    /// <summary>Where the signing key lies; a name nothing has when the key is configured, because the file, if any, is not the one in use.</summary>
    public static string KeyFile(StoaSettings settings) =>
        Path.Combine(settings.Data.Folder, string.IsNullOrEmpty(settings.Tokens.Secret) ? SigningKeys.FileName : SigningKeys.FileName + ".unused");

    /// <summary>What a backup says it was made by.</summary>
    public static string Version => typeof(Backup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
