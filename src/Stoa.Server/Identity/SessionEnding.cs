using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Outbox;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Identity;

/// <summary>Ends sessions, so that their tokens and sockets end at once; used by every way out.</summary>
public sealed class SessionEnding(StoaDb db, OutboxWriter outbox, SessionGate gate, TimeProvider clock, ILogger<AuthLog> log)
{
    /// <summary>Ends the user's active sessions that fit; returns how many there were.</summary>
    /// <param name="reason">A word for the log.</param>
    public async Task<int> EndAsync(long userId, Expression<Func<Session, bool>> which, string reason, CancellationToken cancellation)
    {
        var ended = await outbox.WriteAsync(() => EndWithinAsync(userId, which, cancellation), cancellation);
        Ended(userId, ended, reason);
        return ended.Count;
    }

    /// <summary>The same as a part of a larger act: call within <see cref="OutboxWriter.WriteAsync"/>, and <see cref="Ended"/> after it.</summary>
    public async Task<List<long>> EndWithinAsync(long userId, Expression<Func<Session, bool>> which, CancellationToken cancellation)
    {
        var ids = await db.Sessions.Where(s => s.UserId == userId && s.IsActive).Where(which).Select(s => s.Id).ToListAsync(cancellation);
        if (ids.Count == 0)
            return ids;
        var now = clock.GetUtcNow();
        await db.Sessions.Where(s => ids.Contains(s.Id))
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.IsActive, false).SetProperty(x => x.UpdatedAt, now), cancellation);
        outbox.Tell(new SessionsEnded(userId, ids));
        return ids;
    }

    /// <summary>After the commit: this node stops believing in the sessions at once.</summary>
    /// <param name="reason">A word for the log.</param>
    public void Ended(long userId, IReadOnlyCollection<long> sessionIds, string reason)
    {
        gate.Forget(sessionIds);
        if (sessionIds.Count > 0)
            log.Ended(userId, sessionIds.Count, reason);
    }

    /// <summary>The account's rights changed: they are asked anew with the next request of each session.</summary>
    public async Task ForgetAsync(long userId, CancellationToken cancellation) =>
        gate.Forget(await db.Sessions.Where(s => s.UserId == userId && s.IsActive).Select(s => s.Id).ToListAsync(cancellation));
}
