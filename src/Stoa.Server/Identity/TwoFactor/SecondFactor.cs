using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Identity.TwoFactor;

/// <summary>An account's authenticator: its secret, and the codes it takes, each once.</summary>
public sealed class SecondFactor(StoaDb db, Sealing sealing, RecoveryCodes recovery, TimeProvider clock)
{
    internal const string Purpose = "totp secret";

    /// <summary>A new secret, not confirmed yet, in the place of one that never was. Call within a transaction; saves.</summary>
    public async Task<byte[]> RenewSecretAsync(long userId, CancellationToken cancellation)
    {
        var secret = RandomNumberGenerator.GetBytes(Totp.SecretBytes);
        await db.Authenticators.Where(a => a.UserId == userId && a.ConfirmedAt == null).ExecuteDeleteAsync(cancellation);
        db.Authenticators.Add(new Authenticator { UserId = userId, SealedSecret = sealing.Seal(Purpose, userId, secret), CreatedAt = clock.GetUtcNow() });
        await db.SaveChangesAsync(cancellation);
        return secret;
    }

    /// <summary>Takes a code of the authenticator. Its step and older ones are used up by one conditional update: of many at once one gets true.</summary>
    /// <param name="isConfirmed">Which secret counts: the one in use, or the one that waits for its first code.</param>
    public async Task<bool> SpendCodeAsync(long userId, string code, bool isConfirmed, CancellationToken cancellation)
    {
        var kept = await db.Authenticators.AsNoTracking().Where(a => a.UserId == userId && a.ConfirmedAt != null == isConfirmed)
            .Select(a => a.SealedSecret).SingleOrDefaultAsync(cancellation);
        if (kept is null || sealing.Open(Purpose, userId, kept) is not { } secret || Totp.StepOf(secret, TypedDigits.Code(code), clock.GetUtcNow()) is not { } step)
            return false;
        return await db.Authenticators.Where(a => a.UserId == userId && a.SealedSecret == kept && a.LastStep < step)
            .ExecuteUpdateAsync(a => a.SetProperty(x => x.LastStep, step), cancellation) == 1;
    }

    /// <summary>Takes a code of the authenticator in use, or a recovery code.</summary>
    public async Task<bool> SpendAsync(long userId, string code, CancellationToken cancellation) =>
        await SpendCodeAsync(userId, code, isConfirmed: true, cancellation) || await recovery.SpendAsync(userId, code, cancellation);
}
