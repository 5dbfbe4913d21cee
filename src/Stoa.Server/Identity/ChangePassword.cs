using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Identity.Throttling;

namespace Stoa.Server.Identity;

/// <summary>Changes the caller's password, proven by the current one, and ends every other session of the account.</summary>
/// <remarks>Refusals: <c>auth.password_wrong</c>, <c>auth.password_weak</c>, <c>auth.paused</c>, <c>auth.busy</c>.</remarks>
public sealed class ChangePassword(
    StoaDb db, PasswordHashing passwords, PasswordRules rules, PasswordProof proof, SessionEnding ending, TimeProvider clock)
{
    public async Task<Outcome<Done>> Handle(string current, string next, Caller caller, CancellationToken cancellation)
    {
        if (rules.WhyNot(next) is { } weak)
            return weak;
        var proven = await proof.CheckAsync(caller, current, cancellation);
        if (proven.Refusal is { } refusal)
            return refusal;
        var hash = await passwords.HashAsync(next, HashingShare.Known, cancellation);
        if (hash.Refusal is { } full)
            return full;

        // Only if nobody changed it meanwhile: of two changes at once one wins, the other had an outdated password.
        var (known, now) = (proven.Value, clock.GetUtcNow());
        var changed = await db.WriteAsync(
            () => db.Users.Where(u => u.Id == caller.UserId && u.PasswordHash == known)
                .ExecuteUpdateAsync(u => u.SetProperty(x => x.PasswordHash, hash.Value).SetProperty(x => x.UpdatedAt, now), cancellation),
            cancellation);
        if (changed == 0)
            return PasswordProof.Wrong;
        await ending.EndAsync(caller.UserId, s => s.Id != caller.SessionId, "password changed", cancellation);
        return default(Done);
    }
}
