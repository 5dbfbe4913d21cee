using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;

namespace Stoa.Core.Accounts;

/// <summary>The one place where a telephone number becomes proved.</summary>
/// <remarks>
/// A number is bound to one account at most, by a unique key. Who only stated it gives way to who proves it and keeps it as a contact; who has proved it
/// keeps it. Refusal: <c>auth.phone_taken</c>.
/// </remarks>
public sealed class PhoneBinding(StoaDb db, TimeProvider clock)
{
    public static readonly Refusal Taken = Refusal.Invalid("auth.phone_taken", "Phone number already registered");

    /// <summary>Counts one more code, before it is looked at; null when there is nothing to prove, it is over, or too many were tried.</summary>
    public async Task<PhoneVerification?> AttemptAsync(long userId, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var counted = await db.WriteAsync(
            () => db.PhoneVerifications.Where(v => v.UserId == userId && v.ExpiresAt > now && v.Attempts < PhoneVerification.MaxAttempts)
                .ExecuteUpdateAsync(v => v.SetProperty(x => x.Attempts, x => x.Attempts + 1), cancellation),
            cancellation);
        return counted == 0 ? null : await db.PhoneVerifications.AsNoTracking().SingleOrDefaultAsync(v => v.UserId == userId, cancellation);
    }

    /// <summary>Binds the number that was proved, once for each verification: of many at once one gets through. Call within <see cref="StoaDb.WriteAsync"/>.</summary>
    /// <returns>False when the verification was used up, or replaced by another, or somebody else has proved the number.</returns>
    public async Task<bool> ProveAsync(PhoneVerification proved, CancellationToken cancellation)
    {
        // Two who prove each other's numbers must not wait for each other.
        await db.SerializeAsync("telephone numbers", cancellation);
        var (owner, number, sent, now) = (proved.UserId, proved.Number, proved.SentCodeHash, clock.GetUtcNow());
        if (await db.Users.AnyAsync(u => u.PhoneNumber == number && u.PhoneVerifiedAt != null && u.Id != owner, cancellation)
            || await db.PhoneVerifications.Where(v => v.UserId == owner && v.SentCodeHash == sent).ExecuteDeleteAsync(cancellation) == 0)
            return false;
        await db.Users.Where(u => u.PhoneNumber == number && u.Id != owner)
            .ExecuteUpdateAsync(u => u.SetProperty(x => x.ContactNumber, number).SetProperty(x => x.PhoneNumber, (string?)null), cancellation);
        return await db.Users.Where(u => u.Id == owner && u.DeletedAt == null).ExecuteUpdateAsync(
            u => u.SetProperty(x => x.PhoneNumber, number).SetProperty(x => x.ContactNumber, (string?)null)
                .SetProperty(x => x.PhoneVerifiedAt, now).SetProperty(x => x.UpdatedAt, now), cancellation) == 1;
    }
}
