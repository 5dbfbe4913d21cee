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
        var ended = await outbox.WriteAsync(async () =>
        {
            var ids = await db.Sessions.Where(s => s.UserId == userId && s.IsActive).Where(which).Select(s => s.Id).ToListAsync(cancellation);
            if (ids.Count == 0)
                return ids;
            var now = clock.GetUtcNow();
            await db.Sessions.Where(s => ids.Contains(s.Id))
                .ExecuteUpdateAsync(s => s.SetProperty(x => x.IsActive, false).SetProperty(x => x.UpdatedAt, now), cancellation);
            outbox.Tell(new SessionsEnded(userId, ids));
            return ids;
        }, cancellation);

        gate.Forget(ended);
        if (ended.Count > 0)
            log.Ended(userId, ended.Count, reason);
        return ended.Count;
    }

    /// <summary>The account's rights changed: they are asked anew with the next request of each session.</summary>
    public async Task ForgetAsync(long userId, CancellationToken cancellation) =>
        gate.Forget(await db.Sessions.Where(s => s.UserId == userId && s.IsActive).Select(s => s.Id).ToListAsync(cancellation));
}
