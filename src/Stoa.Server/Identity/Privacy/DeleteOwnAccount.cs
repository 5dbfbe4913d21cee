using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Outbox;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Identity.Throttling;
using Stoa.Server.Identity.TwoFactor;

namespace Stoa.Server.Identity.Privacy;

/// <summary>Erases the caller's account, proven by the password and, where it is on, the second step (GDPR Article 17).</summary>
/// <remarks>
/// At once and for good: every session ends, and everything personal goes in one transaction by the marks of <see cref="Core.Privacy.PersonalData"/>; name and
/// address become free. Conversations stay readable for the others, with a sender called "Unknown". Audited. Refusals: <c>auth.password_wrong</c>,
/// <c>auth.paused</c>, <c>auth.busy</c>, <c>mfa.code_wrong</c>, <c>user.last_superuser</c>.
/// </remarks>
public sealed class DeleteOwnAccount(
    StoaDb db, OutboxWriter outbox, EraseAccount erase, Superusers superusers, AccountRights rights, SessionEnding ending, PasswordProof proof, SecondFactor factor,
    FailureLog failures, SecurityTrail trail, TimeProvider clock)
{
    /// <param name="Code">Of the authenticator, or a recovery code; needed where a second step is on.</param>
    public sealed record Request(string Password, string? Code);

    public async Task<Outcome<Done>> Handle(Request request, Caller caller, CancellationToken cancellation)
    {
        var proven = await proof.CheckAsync(caller, request.Password, cancellation);
        if (proven.Refusal is { } refusal)
            return refusal;
        var needsCode = await db.Users.AnyAsync(u => u.Id == caller.UserId && u.TwoFactorSince != null, cancellation);
        if (needsCode && await WhyNotAsync(request.Code, caller, cancellation) is { } wrong)
            return wrong;

        var done = await outbox.WriteAsync(() => EraseAsync(caller, cancellation), cancellation);
        if (done.Refusal is { } last)
            return last;
        ending.Ended(caller.UserId, done.Value, "account deleted");
        return default(Done);
    }

    /// <summary>Codes are counted with those of signing in: whoever knows the password guesses them here no faster.</summary>
    private async Task<Refusal?> WhyNotAsync(string? code, Caller caller, CancellationToken cancellation)
    {
        var permit = await failures.TakeAsync(CompleteLogIn.NameOf(caller.UserId), passesPause: false, cancellation);
        if (permit.Refusal is { } paused)
            return paused;
        if (!await db.WriteAsync(() => factor.SpendAsync(caller.UserId, code ?? "", cancellation), cancellation))
            return ConfirmTotp.Wrong;
        await failures.ForgetAsync(permit.Value, cancellation);
        return null;
    }

    private async Task<Outcome<List<long>>> EraseAsync(Caller caller, CancellationToken cancellation)
    {
        await db.SerializeAsync(Superusers.Topic, cancellation);
        var user = await db.Users.SingleAsync(u => u.Id == caller.UserId, cancellation);
        if (user.IsSuperuser && !await superusers.RemainWithoutAsync(user.Id, cancellation))
            return SetStanding.LastSuperuser;
        var address = user.Email;
        await erase.HandleAsync(user, clock.GetUtcNow().Rounded(), cancellation);
        trail.Note(SecurityEvents.DeletedSelf, user.Id, user.Id, null, null, address);
        await db.SaveChangesAsync(cancellation);
        return await rights.VoidAsync(user.Id, keep: null, cancellation);
    }
}
