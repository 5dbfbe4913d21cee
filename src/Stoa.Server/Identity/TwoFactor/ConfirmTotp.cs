using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Outbox;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Identity.Addresses;
using Stoa.Server.Identity.Throttling;

namespace Stoa.Server.Identity.TwoFactor;

/// <summary>Puts the authenticator in use once its owner has shown a code, and answers the recovery codes, this once.</summary>
/// <remarks>Refusals: <c>mfa.code_wrong</c> (also when there is nothing to confirm), <c>auth.email_unproved</c>, <c>auth.paused</c>.</remarks>
public sealed class ConfirmTotp(
    StoaDb db,
    OutboxWriter outbox,
    ProvedEmail email,
    AccountRights rights,
    SecondFactor factor,
    RecoveryCodes recovery,
    FailureLog failures,
    TimeProvider clock,
    SecurityTrail trail)
{
    public static readonly Refusal Wrong = Refusal.Invalid("mfa.code_wrong", "The code is wrong, too old, or was used already");

    public async Task<Outcome<IReadOnlyList<string>>> Handle(string code, Caller caller, CancellationToken cancellation)
    {
        if (await email.WhyNotAsync(caller.UserId, cancellation) is { } unproved)
            return unproved;
        var name = CompleteLogIn.NameOf(caller.UserId);
        var permit = await failures.TakeAsync(name, passesPause: false, cancellation);
        if (permit.Refusal is { } paused)
            return paused;
        var codes = await outbox.WriteAsync(async () =>
        {
            if (!await rights.HoldAsync(caller.UserId, caller.CredentialsVersion, cancellation)
                || !await factor.SpendCodeAsync(caller.UserId, code, isConfirmed: false, cancellation))
                return null;
            var now = clock.GetUtcNow();
            await db.Authenticators.Where(a => a.UserId == caller.UserId).ExecuteUpdateAsync(a => a.SetProperty(x => x.ConfirmedAt, now), cancellation);
            await db.Users.Where(u => u.Id == caller.UserId).ExecuteUpdateAsync(u => u.SetProperty(x => x.TwoFactorSince, now), cancellation);
            trail.Note(SecurityEvents.MfaOn, caller.UserId, caller.UserId);

            // Powers that wait for a second step are there from now on.
            await rights.ChangedAsync(caller.UserId, cancellation);
            return await recovery.RenewAsync(caller.UserId, cancellation);
        }, cancellation);
        if (codes is null)
            return Wrong;
        await failures.ForgetAsync(permit.Value, cancellation);
        return Outcome.Of(codes);
    }
}
