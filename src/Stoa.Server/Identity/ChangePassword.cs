using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Identity;

/// <summary>Changes the caller's password, proven by the current one, and ends every other session of the account.</summary>
/// <remarks>Refusals: <c>auth.password_wrong</c>, <c>auth.busy</c>.</remarks>
public sealed class ChangePassword(StoaDb db, PasswordHashing passwords, SessionEnding ending, TimeProvider clock)
{
    public static readonly Refusal Wrong = Refusal.Invalid("auth.password_wrong", "Current password is incorrect");

    public async Task<Outcome<Done>> Handle(string current, string next, Caller caller, CancellationToken cancellation)
    {
        var known = await db.Users.Where(u => u.Id == caller.UserId).Select(u => u.PasswordHash).SingleAsync(cancellation);
        var verified = await passwords.VerifyAsync(current, known, cancellation);
        if (verified.Refusal is { } busy)
            return busy;
        if (!verified.Value)
            return Wrong;
        var hash = await passwords.HashAsync(next, cancellation);
        if (hash.Refusal is { } full)
            return full;

        // Only if nobody changed it meanwhile: of two changes at once one wins, the other had an outdated password.
        var now = clock.GetUtcNow();
        var changed = await db.WriteAsync(
            () => db.Users.Where(u => u.Id == caller.UserId && u.PasswordHash == known)
                .ExecuteUpdateAsync(u => u.SetProperty(x => x.PasswordHash, hash.Value).SetProperty(x => x.UpdatedAt, now), cancellation),
            cancellation);
        if (changed == 0)
            return Wrong;
        await ending.EndAsync(caller.UserId, s => s.Id != caller.SessionId, "password changed", cancellation);
        return default(Done);
    }
}
