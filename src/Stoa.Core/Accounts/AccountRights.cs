using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;
using Stoa.Core.Outbox;

namespace Stoa.Core.Accounts;

/// <summary>The one place that says: what this account may has changed, or what was proven for it is worth nothing any more.</summary>
/// <remarks>
/// Whoever changes a password, a role, a flag, a standing, a restriction or a membership calls it in the same transaction, within
/// <see cref="OutboxWriter.WriteAsync"/>. Counts are moved by a statement each, never by an entity that was read before, so none is lost between two
/// who change at once.
/// </remarks>
public sealed class AccountRights(StoaDb db, OutboxWriter outbox, TimeProvider clock)
{
    private const int MaxTold = 500;

    /// <summary>The account goes on with other rights: they are asked anew, nobody is signed out. Tells <see cref="RightsChanged"/>.</summary>
    public async Task ChangedAsync(long userId, CancellationToken cancellation)
    {
        await db.Users.Where(u => u.Id == userId).ExecuteUpdateAsync(u => u.SetProperty(x => x.RightsVersion, x => x.RightsVersion + 1), cancellation);
        outbox.Tell(new RightsChanged([userId]));
    }

    /// <summary>The same for everybody who holds a role; call before it goes. O(holders), who are answered.</summary>
    public async Task<List<long>> ChangedForHoldersAsync(long roleId, CancellationToken cancellation)
    {
        var holders = await db.UserRoles.Where(h => h.RoleId == roleId).Select(h => h.UserId).ToListAsync(cancellation);
        await db.Users.Where(u => u.Roles.Any(h => h.RoleId == roleId))
            .ExecuteUpdateAsync(u => u.SetProperty(x => x.RightsVersion, x => x.RightsVersion + 1), cancellation);
        foreach (var some in holders.Chunk(MaxTold))
            outbox.Tell(new RightsChanged(some));
        return holders;
    }

    /// <summary>What was proven for the account counts no more: its sessions end, first steps taken before lead nowhere.</summary>
    /// <param name="keep">A session that stays, because it just gave the new proof; null: none.</param>
    /// <returns>The sessions that ended: forget them at the session gate after the commit.</returns>
    /// <remarks>
    /// Locks the account's row until the commit, so a session that is being opened is either seen here or not opened.
    /// Tells <see cref="SessionsEnded"/> and <see cref="RightsChanged"/>.
    /// </remarks>
    public async Task<List<long>> VoidAsync(long userId, long? keep, CancellationToken cancellation)
    {
        await db.Users.Where(u => u.Id == userId).ExecuteUpdateAsync(
            u => u.SetProperty(x => x.CredentialsVersion, x => x.CredentialsVersion + 1).SetProperty(x => x.RightsVersion, x => x.RightsVersion + 1),
            cancellation);
        if (keep is { } kept)
        {
            // One step with the account: a session that was behind stays behind.
            await db.Sessions.Where(s => s.Id == kept && s.UserId == userId)
                .ExecuteUpdateAsync(s => s.SetProperty(x => x.CredentialsVersion, x => x.CredentialsVersion + 1), cancellation);
        }

        var ids = await db.Sessions.Where(s => s.UserId == userId && s.IsActive && s.Id != keep).Select(s => s.Id).ToListAsync(cancellation);
        await EndAsync(userId, ids, cancellation);
        outbox.Tell(new RightsChanged([userId]));
        return ids;
    }

    /// <summary>Ends those of the account's sessions that are active, and tells <see cref="SessionsEnded"/>; of two who end the same at once one does.</summary>
    /// <returns>How many this call ended.</returns>
    public async Task<int> EndAsync(long userId, IReadOnlyList<long> sessionIds, CancellationToken cancellation)
    {
        if (sessionIds.Count == 0)
            return 0;
        var now = clock.GetUtcNow();
        var ended = await db.Sessions.Where(s => sessionIds.Contains(s.Id) && s.IsActive)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.IsActive, false).SetProperty(x => x.UpdatedAt, now), cancellation);
        if (ended > 0)
            outbox.Tell(new SessionsEnded(userId, sessionIds));
        return ended;
    }

    /// <summary>Holds the account as it was proven until the commit; false when it is not so any more.</summary>
    public async Task<bool> HoldAsync(long userId, long proven, CancellationToken cancellation) =>
        await db.Users.Where(u => u.Id == userId && u.CredentialsVersion == proven)
            .ExecuteUpdateAsync(u => u.SetProperty(x => x.CredentialsVersion, x => x.CredentialsVersion), cancellation) == 1;
}
