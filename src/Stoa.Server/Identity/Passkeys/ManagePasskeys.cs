using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Identity.Addresses;
using Stoa.Server.Identity.TwoFactor;

namespace Stoa.Server.Identity.Passkeys;

/// <summary>An account's passkeys: kept, listed, removed. Refusals: <c>auth.email_unproved</c>,
/// <c>passkey.invalid</c>, <c>passkey.not_found</c>, <c>passkey.too_many</c>.</summary>
public sealed class ManagePasskeys(StoaDb db, ProvedEmail email, Challenges challenges, SecurityTrail trail, TimeProvider clock)
{
    public static readonly Refusal Invalid = Refusal.Invalid("passkey.invalid", "The passkey could not be verified, please start again");
    public static readonly Refusal NotFound = Refusal.NotFound("passkey.not_found", "Passkey not found");
    public static readonly Refusal TooMany = Refusal.Conflict("passkey.too_many", $"An account has at most {Passkey.MaxPerAccount} passkeys");

    /// <summary>Keeps what a ceremony has verified; the challenge is used up with it.</summary>
    public async Task<Outcome<Passkey>> AddAsync(SignInChallenge challenge, UserPasskeyInfo made, string? name, Caller caller, CancellationToken cancellation)
    {
        var passkey = new Passkey
        {
            UserId = caller.UserId,
            CredentialId = made.CredentialId,
            PublicKey = made.PublicKey,
            Name = string.IsNullOrWhiteSpace(name) ? null : name.Trim(),
            SignCount = made.SignCount,
            Transports = made.Transports ?? [],
            IsUserVerified = made.IsUserVerified,
            IsBackupEligible = made.IsBackupEligible,
            IsBackedUp = made.IsBackedUp,
            AttestationObject = made.AttestationObject,
            ClientDataJson = made.ClientDataJson,
            CreatedAt = clock.GetUtcNow(),
        };
        try
        {
            return await db.WriteAsync(async () =>
            {
                await db.SerializeAsync($"passkeys of {caller.UserId}", cancellation);
                if (!await challenges.SpendAsync(challenge, cancellation))
                    return (Outcome<Passkey>)Invalid;
                if (await db.Passkeys.CountAsync(p => p.UserId == caller.UserId, cancellation) >= Passkey.MaxPerAccount)
                    return TooMany;
                if (await email.WhyNotAsync(caller.UserId, cancellation) is { } unproved)
                    return unproved;
                db.Passkeys.Add(passkey);
                trail.Note(SecurityEvents.PasskeyAdded, caller.UserId, caller.UserId);
                await db.SaveChangesAsync(cancellation);
                return passkey;
            }, cancellation);
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            return Invalid;
        }
    }

    public async Task<Outcome<IReadOnlyList<Passkey>>> ListAsync(Caller caller, CancellationToken cancellation) => Outcome.Of<IReadOnlyList<Passkey>>(
        await db.Passkeys.AsNoTracking().Where(p => p.UserId == caller.UserId).OrderBy(p => p.Id).Take(Passkey.MaxPerAccount).ToListAsync(cancellation));

    public async Task<Outcome<Done>> RemoveAsync(long id, Caller caller, CancellationToken cancellation)
    {
        return await db.WriteAsync(async () =>
        {
            if (await db.Passkeys.Where(p => p.Id == id && p.UserId == caller.UserId).ExecuteDeleteAsync(cancellation) == 0)
                return (Outcome<Done>)NotFound;
            trail.Note(SecurityEvents.PasskeyRemoved, caller.UserId, caller.UserId);
            await db.SaveChangesAsync(cancellation);
            return default(Done);
        }, cancellation);
    }
}
