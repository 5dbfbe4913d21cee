using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Outbox;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Identity.Throttling;

namespace Stoa.Server.Identity;

/// <summary>Changes the caller's password, proven by the current one, and ends every other session of the account.</summary>
/// <remarks>Refusals: <c>auth.password_wrong</c>, <see cref="PasswordRules.Refusals"/>, <c>auth.paused</c>, <c>auth.busy</c>.</remarks>
public sealed class ChangePassword(
    StoaDb db,
    OutboxWriter outbox,
    PasswordHashing passwords,
    PasswordRules rules,
    PasswordProof proof,
    AccountRights rights,
    SessionEnding ending,
    SecurityTrail trail,
    TimeProvider clock)
{
    public async Task<Outcome<Done>> Handle(string current, string next, Caller caller, CancellationToken cancellation)
    {
        var own = await db.Users.Where(u => u.Id == caller.UserId).Select(u => new { u.Username, u.Email, u.FullName }).SingleAsync(cancellation);
        if (rules.WhyNot(next, [own.Username, own.Email, own.FullName]) is { } weak)
            return weak;
        var proven = await proof.CheckAsync(caller, current, cancellation);
        if (proven.Refusal is { } refusal)
            return refusal;
        var hash = await passwords.HashAsync(next, HashingShare.Known, cancellation);
        if (hash.Refusal is { } full)
            return full;

        var ended = await outbox.WriteAsync(() => ReplaceAsync(caller, proven.Value, hash.Value, cancellation), cancellation);
        if (ended is null)
            return PasswordProof.Wrong;
        ending.Ended(caller.UserId, ended, "password changed");
        return default(Done);
    }

    /// <summary>The sessions that ended; null when the password was changed meanwhile: of two changes at once one wins, the other had an outdated one.</summary>
    private async Task<List<long>?> ReplaceAsync(Caller caller, string known, string hash, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var changed = await db.Users.Where(u => u.Id == caller.UserId && u.PasswordHash == known)
            .ExecuteUpdateAsync(u => u.SetProperty(x => x.PasswordHash, hash).SetProperty(x => x.UpdatedAt, now), cancellation);
        if (changed == 0)
            return null;
        trail.Note(SecurityEvents.PasswordChanged, caller.UserId, caller.UserId);
        return await rights.VoidAsync(caller.UserId, caller.SessionId, cancellation);
    }
}
