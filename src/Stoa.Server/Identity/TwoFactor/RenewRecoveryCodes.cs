using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Identity.Throttling;

namespace Stoa.Server.Identity.TwoFactor;

/// <summary>New recovery codes in the place of the old ones, proven by the password; shown this once.</summary>
/// <remarks>Refusals: <c>mfa.not_enrolled</c>, <c>auth.password_wrong</c>, <c>auth.paused</c>, <c>auth.busy</c>.</remarks>
public sealed class RenewRecoveryCodes(StoaDb db, PasswordProof proof, AccountRights rights, RecoveryCodes recovery, SecurityTrail trail)
{
    public async Task<Outcome<IReadOnlyList<string>>> Handle(string password, Caller caller, CancellationToken cancellation)
    {
        var proven = await proof.CheckAsync(caller, password, cancellation);
        if (proven.Refusal is { } refusal)
            return refusal;
        if (!await db.Users.AnyAsync(u => u.Id == caller.UserId && u.TwoFactorSince != null, cancellation))
            return DisableTotp.NotEnrolled;
        return await db.WriteAsync(async () =>
        {
            if (!await rights.HoldAsync(caller.UserId, caller.CredentialsVersion, cancellation))
                return PasswordProof.Wrong;
            trail.Note(SecurityEvents.RecoveryCodesRenewed, caller.UserId, caller.UserId);
            return Outcome.Of(await recovery.RenewAsync(caller.UserId, cancellation));
        }, cancellation);
    }
}
