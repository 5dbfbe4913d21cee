using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Identity.TwoFactor;

namespace Stoa.Server.Identity.Passkeys;

/// <summary>Opens a session for whoever a passkey has named, once for each challenge.</summary>
/// <remarks>Refusals: <c>auth.passkey_invalid</c>, <c>auth.disabled</c>, <c>auth.suspended</c>.</remarks>
public sealed class SignInWithPasskey(
    StoaDb db, Challenges challenges, AccountRights rights, OpenSession opening, TimeProvider clock)
{
    public static readonly Refusal Invalid = Refusal.Unauthenticated("auth.passkey_invalid", "This passkey is not known here, or the sign-in has expired");

    public async Task<Outcome<SignedIn>> Handle(SignInChallenge challenge, User user, UserPasskeyInfo used, Device device, CancellationToken cancellation)
    {
        // The ceremony read the account together with its passkey.
        var proof = new Proof(user.CredentialsVersion, IsComplete: true);
        if (await opening.WhyNotAsync(user, proof.CredentialsVersion, cancellation) is { } refusal)
            return InOurWords(refusal);
        var signedIn = await db.WriteAsync(async () =>
        {
            if (!await rights.HoldAsync(user.Id, proof.CredentialsVersion, cancellation))
                return (Outcome<SignedIn>)Invalid;

            // A counter only grows; one that stays 0 belongs to a passkey that lives on several devices and keeps none.
            var (id, count, now) = (used.CredentialId, (long)used.SignCount, clock.GetUtcNow());
            var counted = await challenges.SpendAsync(challenge, cancellation)
                ? await db.Passkeys.Where(p => p.UserId == user.Id && p.CredentialId == id && (p.SignCount < count || count == 0))
                    .ExecuteUpdateAsync(p => p.SetProperty(x => x.SignCount, count).SetProperty(x => x.LastUsedAt, now).SetProperty(x => x.IsBackedUp, used.IsBackedUp), cancellation)
                : 0;
            return counted == 1 ? await opening.Handle(user, proof, device, cancellation) : Invalid;
        }, cancellation);
        return signedIn.Refusal is { } changed ? InOurWords(changed) : signedIn;
    }

    private static Refusal InOurWords(Refusal refusal) => refusal == OpenSession.Outdated ? Invalid : refusal;
}
