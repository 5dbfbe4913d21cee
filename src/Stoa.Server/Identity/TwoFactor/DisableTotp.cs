using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Outbox;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Identity.Throttling;

namespace Stoa.Server.Identity.TwoFactor;

/// <summary>Takes the second step away: by the owner with the password, or by a superuser for somebody who lost authenticator and codes (audited).</summary>
/// <remarks>Refusals: <c>mfa.not_enrolled</c>, <c>user.not_found</c>, <c>auth.password_wrong</c>, <c>auth.paused</c>, <c>auth.busy</c>.</remarks>
public sealed class DisableTotp(StoaDb db, OutboxWriter outbox, PasswordProof proof, AccountRights rights, SecurityTrail trail)
{
    public static readonly Refusal NotEnrolled = Refusal.NotFound("mfa.not_enrolled", "No authenticator is in use");

    public async Task<Outcome<Done>> Handle(string password, Caller caller, CancellationToken cancellation)
    {
        var proven = await proof.CheckAsync(caller, password, cancellation);
        return proven.Refusal ?? await RemoveAsync(caller.UserId, caller.CredentialsVersion, null, cancellation);
    }

    public async Task<Outcome<Done>> HandleFor(Caller actor, long userId, CancellationToken cancellation) =>
        await db.Users.AnyAsync(u => u.Id == userId && u.DeletedAt == null, cancellation)
            ? await RemoveAsync(userId, null, actor, cancellation)
            : User.NotFound;

    /// <param name="proven">What the owner's session was opened under: a password that changed since was not proven. Null: nothing had to be.</param>
    private async Task<Outcome<Done>> RemoveAsync(long userId, long? proven, Caller? actor, CancellationToken cancellation)
    {
        return await outbox.WriteAsync(async () =>
        {
            if (proven is { } version && !await rights.HoldAsync(userId, version, cancellation))
                return PasswordProof.Wrong;
            if (await db.Authenticators.Where(a => a.UserId == userId).ExecuteDeleteAsync(cancellation) == 0)
                return (Outcome<Done>)NotEnrolled;
            await db.RecoveryCodes.Where(c => c.UserId == userId).ExecuteDeleteAsync(cancellation);
            await db.Users.Where(u => u.Id == userId).ExecuteUpdateAsync(u => u.SetProperty(x => x.TwoFactorSince, (DateTimeOffset?)null), cancellation);
            trail.Note(actor is null ? SecurityEvents.MfaOff : SecurityEvents.MfaRemoved, actor?.UserId ?? userId, userId);
            await rights.ChangedAsync(userId, cancellation);
            await db.SaveChangesAsync(cancellation);
            return default(Done);
        }, cancellation);
    }
}
