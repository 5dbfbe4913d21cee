using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;
using Stoa.Core.Presence;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Realtime.Presence;

/// <summary>This server's rows in the record of who is online. Used by one caller at a time.</summary>
/// <remarks>
/// Who is told what must hold with two servers at once: arrivals look for other rows before their commit, so that one of two certainly finds none;
/// leavings look after it. Either way news may be told twice, but is never left untold.
/// </remarks>
internal sealed class PresenceRecord(IDbContextFactory<StoaDb> databases, StoaSettings settings, TimeProvider clock)
{
    private const int BatchSize = 500;
    private readonly TimeSpan lease = settings.Presence.Lease;
    private long? node;
    private DateTimeOffset renewAt;

    /// <summary>Whether a third of the lease is over.</summary>
    public bool IsDue => node is null || clock.GetUtcNow() >= renewAt;

    /// <summary>Takes or prolongs the lease. False: others had taken this server for dead, and its rows are gone.</summary>
    public async Task<bool> RenewAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().Rounded();
        await using var db = await databases.CreateDbContextAsync(cancellation);
        if (node is { } known)
        {
            var rows = await db.WriteAsync(
                () => db.PresenceNodes.Where(n => n.Id == known)
                    .ExecuteUpdateAsync(n => n.SetProperty(x => x.RenewedAt, now).SetProperty(x => x.LeaseUntil, now + lease), cancellation),
                cancellation);
            if (rows == 0)
            {
                node = null;
                return false;
            }
        }
        else
        {
            var row = new PresenceNode { RenewedAt = now, LeaseUntil = now + lease };
            db.PresenceNodes.Add(row);
            await db.SaveChangesAsync(cancellation);
            node = row.Id;
        }

        renewAt = now + (lease / 3);
        return true;
    }

    /// <summary>Who of these is online, at whichever server.</summary>
    public async Task<HashSet<long>> OnlineOfAsync(IReadOnlyList<long> users, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.OnlineUsers.Where(o => users.Contains(o.UserId) && o.Node!.LeaseUntil > now).Select(o => o.UserId).ToHashSetAsync(cancellation);
    }

    /// <summary>Writes that these are here; answers who of them was online nowhere before.</summary>
    public async Task<IReadOnlyList<long>> ArriveAsync(IReadOnlyList<long> users, CancellationToken cancellation)
    {
        var here = node ?? throw new InvalidOperationException("There is no lease.");
        var now = clock.GetUtcNow();
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.WriteAsync(async () =>
        {
            var there = await db.OnlineUsers.AsNoTracking()
                .Where(o => users.Contains(o.UserId) && (o.NodeId == here || o.Node!.LeaseUntil > now)).ToListAsync(cancellation);

            // Written already, when the answer to the last try was lost.
            var written = there.Where(o => o.NodeId == here).Select(static o => o.UserId).ToHashSet();
            db.OnlineUsers.AddRange(users.Where(u => !written.Contains(u)).Select(u => new OnlineUser { UserId = u, NodeId = here }));
            await db.SaveChangesAsync(cancellation);
            return users.Except(there.Where(o => o.NodeId != here).Select(static o => o.UserId)).ToList();
        }, cancellation);
    }

    /// <summary>Writes that these are gone from here, and when; answers who of them is online nowhere now.</summary>
    public async Task<IReadOnlyList<Leaving>> LeaveAsync(IReadOnlyList<Leaving> leaving, CancellationToken cancellation)
    {
        var users = leaving.Select(static l => l.User).ToList();
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await db.WriteAsync(async () =>
        {
            foreach (var (user, at) in leaving.OrderBy(static l => l.User))
            {
                var seen = at.Rounded();
                await db.Users.Where(u => u.Id == user && (u.LastSeenAt == null || u.LastSeenAt < seen))
                    .ExecuteUpdateAsync(u => u.SetProperty(x => x.LastSeenAt, seen), cancellation);
            }

            return await db.OnlineUsers.Where(o => o.NodeId == node && users.Contains(o.UserId)).ExecuteDeleteAsync(cancellation);
        }, cancellation);
        return await OnlineNowhereAsync(db, leaving, cancellation);
    }

    /// <summary>Takes one server whose lease is over out of the record, if there is one; answers who of its people is online nowhere now.</summary>
    /// <remarks>Of several servers that find it, one deletes its row and with it all of its people; only that one tells.</remarks>
    public async Task<IReadOnlyList<Leaving>?> BuryAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var dead = await db.PresenceNodes.AsNoTracking().Where(n => n.LeaseUntil <= now && n.Id != node).OrderBy(n => n.LeaseUntil).FirstOrDefaultAsync(cancellation);
        if (dead is null)
            return null;
        var left = await db.WriteAsync(async () =>
        {
            var users = await db.OnlineUsers.Where(o => o.NodeId == dead.Id).OrderBy(o => o.UserId).Select(o => o.UserId).ToListAsync(cancellation);
            await db.Users
                .Where(u => db.OnlineUsers.Any(o => o.NodeId == dead.Id && o.UserId == u.Id) && (u.LastSeenAt == null || u.LastSeenAt < dead.RenewedAt))
                .ExecuteUpdateAsync(u => u.SetProperty(x => x.LastSeenAt, dead.RenewedAt), cancellation);
            var rows = await db.PresenceNodes.Where(n => n.Id == dead.Id && n.LeaseUntil <= now).ExecuteDeleteAsync(cancellation);
            return rows == 0 ? [] : users.ConvertAll(u => new Leaving(u, dead.RenewedAt));
        }, cancellation);
        return await OnlineNowhereAsync(db, left, cancellation);
    }

    /// <summary>Lets the lease end after the grace: clients of a server that stops have that long to come to another one before it is news.</summary>
    public async Task RetireAsync(CancellationToken cancellation)
    {
        if (node is not { } known)
            return;
        var now = clock.GetUtcNow().Rounded();
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await db.WriteAsync(
            () => db.PresenceNodes.Where(n => n.Id == known)
                .ExecuteUpdateAsync(n => n.SetProperty(x => x.RenewedAt, now).SetProperty(x => x.LeaseUntil, now + settings.Presence.Grace), cancellation),
            cancellation);
        node = null;
    }

    /// <summary>The next renewal does not wait: something went wrong, perhaps because the rows are gone.</summary>
    public void Doubt() => renewAt = default;

    private async Task<IReadOnlyList<Leaving>> OnlineNowhereAsync(StoaDb db, IReadOnlyList<Leaving> left, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var gone = new List<Leaving>(left.Count);
        foreach (var some in left.Chunk(BatchSize))
        {
            var users = some.Select(static l => l.User).ToList();
            var online = await db.OnlineUsers.Where(o => users.Contains(o.UserId) && o.Node!.LeaseUntil > now).Select(o => o.UserId).ToListAsync(cancellation);
            gone.AddRange(some.ExceptBy(online, static l => l.User));
        }

        return gone;
    }
}
