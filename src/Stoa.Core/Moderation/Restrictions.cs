using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Outbox;

namespace Stoa.Core.Moderation;

/// <summary>The one place that restricts accounts and answers whether one is restricted.</summary>
/// <remarks>
/// Gates ask without a query of their own: <see cref="User.MessagingBannedUntil"/> and <see cref="User.SuspendedUntil"/> always hold the latest
/// end in force, and comparing them with the time is the whole answer. A suspension ends the account's sessions in the same transaction.
/// </remarks>
public sealed class Restrictions(StoaDb db, OutboxWriter outbox, AccountRights rights, TimeProvider clock)
{
    public static readonly Refusal NotFound = Refusal.NotFound("restriction.not_found", "The account has no such restriction");

    /// <summary>What was changed, and the sessions that ended with it: forget them at the session gate.</summary>
    public sealed record Change(Restriction Restriction, IReadOnlyList<long> EndedSessions);

    /// <summary>True for accounts that may not send; for use in a <c>Where</c> or a <c>Select</c>.</summary>
    public static Expression<Func<User, bool>> MayNotSend(DateTimeOffset now) => u => u.MessagingBannedUntil > now || u.SuspendedUntil > now;

    /// <summary>Those in force.</summary>
    public static Expression<Func<Restriction, bool>> InForce(DateTimeOffset now) => r => r.LiftedAt == null && r.Until > now;

    /// <summary>Imposes one more restriction. Refusal: <c>user.not_found</c>. Writes the restriction and, with it, what <paramref name="note"/> adds.</summary>
    /// <param name="until">Null: until it is lifted.</param>
    /// <param name="note">Called in the transaction, e.g. to audit.</param>
    public Task<Outcome<Change>> ImposeAsync(
        long userId, RestrictionKind kind, string reason, long byId, DateTimeOffset? until, Action<Restriction> note, CancellationToken cancellation) =>
        outbox.WriteAsync(async () =>
        {
            var user = await LockAsync(userId, cancellation);
            if (user is null)
                return (Outcome<Change>)User.NotFound;

            var restriction = new Restriction
            {
                UserId = userId,
                Kind = kind,
                Reason = reason,
                ImposedById = byId,
                ImposedAt = clock.GetUtcNow(),
                Until = until ?? Restriction.Forever,
            };
            db.Restrictions.Add(restriction);
            note(restriction);
            await db.SaveChangesAsync(cancellation);
            await KeepAsync(user, cancellation);
            if (kind == RestrictionKind.Suspension)
                return new Change(restriction, await rights.VoidAsync(userId, keep: null, cancellation));
            await rights.ChangedAsync(userId, cancellation);
            return new Change(restriction, []);
        }, cancellation);

    /// <summary>Lifts every restriction of one kind that is in force. Refusals: <c>user.not_found</c>, <c>restriction.not_found</c>.</summary>
    public Task<Outcome<Done>> LiftAsync(long userId, RestrictionKind kind, long byId, Action<Restriction> note, CancellationToken cancellation) =>
        outbox.WriteAsync(async () =>
        {
            var user = await LockAsync(userId, cancellation);
            if (user is null)
                return (Outcome<Done>)User.NotFound;
            var now = clock.GetUtcNow();
            var inForce = await db.Restrictions.Where(r => r.UserId == userId && r.Kind == kind).Where(InForce(now)).ToListAsync(cancellation);
            if (inForce.Count == 0)
                return NotFound;

            foreach (var restriction in inForce)
            {
                (restriction.LiftedAt, restriction.LiftedById) = (now, byId);
                note(restriction);
            }

            await db.SaveChangesAsync(cancellation);
            await KeepAsync(user, cancellation);
            await rights.ChangedAsync(userId, cancellation);
            return default(Done);
        }, cancellation);

    /// <summary>Two administrators at once must not overwrite what the other imposed.</summary>
    private async Task<User?> LockAsync(long userId, CancellationToken cancellation)
    {
        await db.SerializeAsync($"restrictions of {userId}", cancellation);
        return await db.Users.SingleOrDefaultAsync(u => u.Id == userId && u.DeletedAt == null, cancellation);
    }

    private async Task KeepAsync(User user, CancellationToken cancellation)
    {
        var ends = await db.Restrictions.Where(r => r.UserId == user.Id).Where(InForce(clock.GetUtcNow()))
            .GroupBy(r => r.Kind).Select(g => new { Kind = g.Key, Until = g.Max(r => r.Until) }).ToListAsync(cancellation);
        user.MessagingBannedUntil = ends.Find(e => e.Kind == RestrictionKind.MessagingBan)?.Until;
        user.SuspendedUntil = ends.Find(e => e.Kind == RestrictionKind.Suspension)?.Until;
        await db.SaveChangesAsync(cancellation);
    }
}
