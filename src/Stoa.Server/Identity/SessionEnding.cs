using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Outbox;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Identity;

/// <summary>Ends sessions, so that their tokens and sockets end at once; used by every way out.</summary>
public sealed class SessionEnding(StoaDb db, OutboxWriter outbox, AccountRights rights, SessionGate gate, ILogger<AuthLog> log)
{
    /// <summary>Ends the user's active sessions that fit; returns how many there were.</summary>
    /// <param name="reason">A word for the log.</param>
    public async Task<int> EndAsync(long userId, Expression<Func<Session, bool>> which, string reason, CancellationToken cancellation)
    {
        var ended = await outbox.WriteAsync(() => EndWithinAsync(userId, which, cancellation), cancellation);
        gate.Forget(ended);
        Log(userId, ended, reason);
        return ended.Count;
    }

    /// <summary>Ends every session of the user and voids what was proven before (<see cref="AccountRights.VoidAsync"/>); returns how many there were.</summary>
    /// <param name="reason">A word for the log.</param>
    public async Task<int> EndAllAsync(long userId, string reason, CancellationToken cancellation)
    {
        var ended = await outbox.WriteAsync(() => rights.VoidAsync(userId, keep: null, cancellation), cancellation);
        Ended(userId, ended, reason);
        return ended.Count;
    }

    /// <summary>After the commit of <see cref="AccountRights.VoidAsync"/> as a part of a larger act: this node stops believing in the sessions at once.</summary>
    /// <param name="reason">A word for the log.</param>
    public void Ended(long userId, IReadOnlyCollection<long> sessionIds, string reason)
    {
        // The session that stays, if one does, is another one now.
        gate.ForgetAccounts([userId]);
        Log(userId, sessionIds, reason);
    }

    /// <summary>After the commit of what changed the account: this node asks anew with the next request of each session.</summary>
    public void Forget(long userId) => gate.ForgetAccounts([userId]);

    private async Task<List<long>> EndWithinAsync(long userId, Expression<Func<Session, bool>> which, CancellationToken cancellation)
    {
        var ids = await db.Sessions.Where(s => s.UserId == userId && s.IsActive).Where(which).Select(s => s.Id).ToListAsync(cancellation);
        return await rights.EndAsync(userId, ids, cancellation) > 0 ? ids : [];
    }

    private void Log(long userId, IReadOnlyCollection<long> sessionIds, string reason)
    {
        if (sessionIds.Count > 0)
            log.Ended(userId, sessionIds.Count, reason);
    }
}
