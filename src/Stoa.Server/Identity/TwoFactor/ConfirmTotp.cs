using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Outbox;
using Stoa.Server.Hosting;
using Stoa.Server.Identity.Throttling;

namespace Stoa.Server.Identity.TwoFactor;

/// <summary>Puts the authenticator in use once its owner has shown a code, and answers the recovery codes, this once.</summary>
/// <remarks>Refusals: <c>mfa.code_wrong</c> (also when there is nothing to confirm), <c>auth.paused</c>.</remarks>
public sealed class ConfirmTotp(
    StoaDb db,
    OutboxWriter outbox,
    AccountRights rights,
    SecondFactor factor,
    RecoveryCodes recovery,
    FailureLog failures,
    TimeProvider clock,
    ILogger<AuthLog> log)
{
    public static readonly Refusal Wrong = Refusal.Invalid("mfa.code_wrong", "The code is wrong, too old, or was used already");

    public async Task<Outcome<IReadOnlyList<string>>> Handle(string code, Caller caller, CancellationToken cancellation)
    {
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

            // Powers that wait for a second step are there from now on.
            await rights.ChangedAsync(caller.UserId, cancellation);
            return await recovery.RenewAsync(caller.UserId, cancellation);
        }, cancellation);
        if (codes is null)
            return Wrong;
        await failures.ForgetAsync(permit.Value, cancellation);
        log.TwoFactor(caller.UserId, "on");
        return Outcome.Of(codes);
    }
}
