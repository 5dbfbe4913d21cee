using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Cli;

/// <summary><c>rotate-key</c>: a new signing key before the old ones; <c>rotate-key --retire</c>: the old ones go.</summary>
/// <remarks>
/// Nothing ends with a new key: tokens and seals of an older one are good until it is retired, and each start seals anew what an older one sealed
/// (<see cref="Identity.TwoFactor.SealAnew"/>). Retiring is refused while something still needs an older key; <c>--force</c> gives that up.
/// With <c>Tokens:Secret</c> configured the keys are the operator's: the verb says what still needs an older one, and changes nothing.
/// </remarks>
internal static class RotateKey
{
    private const string Usage = "usage: rotate-key [--retire [--force]] [--Area:Key=value ...]";

    public static async Task<int> RunAsync(CommandLine line, CancellationToken cancellation)
    {
        line = line.TakeFlag("retire", out var isRetiring).TakeFlag("force", out var isForced);
        if (line.Operands.Count > 0 || line.HasUnknownOptions || (isForced && !isRetiring))
            return await Cli.SayAsync(Cli.Misused, Usage);
        var settings = SettingsHosting.CreateBuilder([.. line.Options]).AddSettings();
        var isConfigured = !string.IsNullOrEmpty(settings.Tokens.Secret);
        var path = Path.GetFullPath(Path.Combine(settings.Data.Folder, SigningKeys.FileName));
        try
        {
            if (isRetiring || isConfigured)
                return await RetireAsync(settings, isConfigured ? null : path, isForced, cancellation);
            KeyFile.AddNew(path);
            var noted = await NoteAsync(settings, SecurityEvents.KeyRotated, cancellation);
            return await Cli.SayAsync(Cli.Ok,
                $"{path} has a new key: restart the servers to sign with it. The old key stays good until 'rotate-key --retire', best a week later.{noted}");
        }
        catch (Exception refused) when (refused is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return await Cli.SayAsync(Cli.Failed, refused.Message);
        }
    }

    private static async Task<int> RetireAsync(StoaSettings settings, string? path, bool isForced, CancellationToken cancellation)
    {
        var needed = await StillNeededAsync(settings, cancellation);
        if (path is null)
        {
            return await Cli.SayAsync(Cli.Ok, needed
                ?? "the key is Tokens:Secret: to replace it, put the old one into Tokens:PreviousSecrets. Nothing in the record needs an older key.");
        }

        if (needed is not null && !isForced)
            return await Cli.SayAsync(Cli.Failed, needed + " Use --force to give that up.");
        var gone = KeyFile.RetireOlder(path);
        var noted = await NoteAsync(settings, SecurityEvents.KeysRetired, cancellation);
        return await Cli.SayAsync(Cli.Ok, $"{path}: {gone} older keys are gone. Restart the servers so that they forget them.{noted}");
    }

    /// <summary>A row in the audit trail, with the server's own account as its author: who runs commands here has none.</summary>
    /// <returns>What is to be said besides; empty when it was noted. A record that is not there keeps nobody from replacing a key.</returns>
    private static async Task<string> NoteAsync(StoaSettings settings, SecurityEvent what, CancellationToken cancellation)
    {
        try
        {
            await using var db = StoaDbServices.Open(settings.Database.Target);
            var now = TimeProvider.System.GetUtcNow();
            var own = await db.Users.SingleOrDefaultAsync(u => u.IsSystem, cancellation);
            if (own is null)
            {
                own = User.SupportDesk(now);
                db.Users.Add(own);
                await db.SaveChangesAsync(cancellation);
            }

            db.Audit.Add(new AuditEntry { ActorId = own.Id, Action = what.Name, TargetType = "key", TargetId = 0, At = now });
            await db.SaveChangesAsync(cancellation);
            return "";
        }
        catch (Exception fault) when (fault is DbException or DbUpdateException)
        {
            return " (It could not be noted in the audit trail.)";
        }
    }

    /// <summary>What an older key still opens, in one line; null when nothing does.</summary>
    private static async Task<string?> StillNeededAsync(StoaSettings settings, CancellationToken cancellation)
    {
        var keys = SigningKeys.Load(settings.Tokens.Secret, settings.Tokens.PreviousSecrets, settings.Data.Folder);
        var current = new Sealing(keys).CurrentPrefix;
        await using var db = StoaDbServices.Open(settings.Database.Target);
        var seals = await db.Authenticators.CountAsync(a => !a.SealedSecret.StartsWith(current), cancellation);
        var codes = await db.RecoveryCodes.Where(c => c.UsedAt == null && !c.CodeHash.StartsWith(current)).Select(c => c.UserId).Distinct().CountAsync(cancellation);
        return seals + codes == 0
            ? null
            : $"an older key is still needed: {seals} authenticators are sealed by one (a start of the server seals them anew), and {codes} accounts have recovery codes of that time.";
    }
}
