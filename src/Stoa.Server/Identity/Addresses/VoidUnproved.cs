using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Security;

namespace Stoa.Server.Identity.Addresses;

/// <summary>Proves an account's address by a reset of its password, and voids whatever was set before by somebody who need not have been its owner.</summary>
/// <remarks>
/// Second factor, recovery codes, passkeys, telephone number and a pending change of address; sessions end with every reset. On an account whose address was proved
/// already everything stays: a forgotten password must not take the second step away.
/// </remarks>
public sealed class VoidUnproved(StoaDb db, SecurityTrail trail)
{
    /// <summary>Call in the transaction of the reset, which voids what was proven (<see cref="AccountRights.VoidAsync"/>) after it.</summary>
    /// <returns>Whether there was something to void.</returns>
    public async Task<bool> HandleAsync(long userId, DateTimeOffset now, CancellationToken cancellation)
    {
        // It holds the account's row, so nobody adds a factor between this and the end.
        var isProvedByThis = await db.Users.Where(u => u.Id == userId && u.EmailVerifiedAt == null)
            .ExecuteUpdateAsync(u => u.SetProperty(x => x.EmailVerifiedAt, now), cancellation) == 1;
        if (!isProvedByThis)
            return false;
        var gone = await db.Authenticators.Where(a => a.UserId == userId).ExecuteDeleteAsync(cancellation)
            + await db.RecoveryCodes.Where(c => c.UserId == userId).ExecuteDeleteAsync(cancellation)
            + await db.Passkeys.Where(p => p.UserId == userId).ExecuteDeleteAsync(cancellation)
            + await db.PhoneVerifications.Where(v => v.UserId == userId).ExecuteDeleteAsync(cancellation)
            + await db.EmailChanges.Where(c => c.UserId == userId).ExecuteDeleteAsync(cancellation)
            + await db.Users.Where(u => u.Id == userId && (u.TwoFactorSince != null || u.PhoneNumber != null || u.ContactNumber != null)).ExecuteUpdateAsync(
                u => u.SetProperty(x => x.TwoFactorSince, (DateTimeOffset?)null).SetProperty(x => x.PhoneNumber, (string?)null)
                    .SetProperty(x => x.ContactNumber, (string?)null).SetProperty(x => x.PhoneVerifiedAt, (DateTimeOffset?)null), cancellation);
        if (gone == 0)
            return false;
        trail.Note(SecurityEvents.UnprovedVoided, userId, userId);
        return true;
    }
}
