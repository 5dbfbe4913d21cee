using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Identity.Addresses;
using Stoa.Server.Identity.Throttling;

namespace Stoa.Server.Identity.TwoFactor;

/// <summary>Gives the caller a secret for an authenticator app; signing in does not change before <see cref="ConfirmTotp"/>.</summary>
/// <remarks>
/// Needs the password: a stolen token must not lock the owner out. Asking again gives a new secret until one is confirmed.
/// Refusals: <c>auth.email_unproved</c>, <c>mfa.enrolled</c>, <c>auth.password_wrong</c>, <c>auth.paused</c>, <c>auth.busy</c>.
/// </remarks>
public sealed class EnrolTotp(StoaDb db, ProvedEmail email, PasswordProof proof, AccountRights rights, SecondFactor factor, StoaSettings settings)
{
    public static readonly Refusal Enrolled = Refusal.Conflict("mfa.enrolled", "An authenticator is in use already");

    /// <param name="Secret">Base32, for typing.</param>
    /// <param name="Uri">For a QR code.</param>
    public sealed record Response(string Secret, string Uri);

    public async Task<Outcome<Response>> Handle(string password, Caller caller, CancellationToken cancellation)
    {
        if (await email.WhyNotAsync(caller.UserId, cancellation) is { } unproved)
            return unproved;
        var proven = await proof.CheckAsync(caller, password, cancellation);
        if (proven.Refusal is { } refusal)
            return refusal;
        return await db.WriteAsync(async () =>
        {
            await db.SerializeAsync($"authenticator of {caller.UserId}", cancellation);
            if (!await rights.HoldAsync(caller.UserId, caller.CredentialsVersion, cancellation))
                return (Outcome<Response>)PasswordProof.Wrong;
            if (await db.Authenticators.AnyAsync(a => a.UserId == caller.UserId && a.ConfirmedAt != null, cancellation))
                return Enrolled;
            var secret = await factor.RenewSecretAsync(caller.UserId, cancellation);
            return new Response(Totp.ToBase32(secret), Totp.Uri(settings.Accounts.Issuer, caller.Username, secret));
        }, cancellation);
    }
}
