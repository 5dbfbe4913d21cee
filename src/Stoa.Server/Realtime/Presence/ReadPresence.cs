using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Realtime.Presence;

/// <summary>Who of some accounts is online, and since when the others are not (S4-95).</summary>
/// <remarks>
/// Only of those who have to do with the caller by consent of both (<see cref="MutualContact"/>) and who do not hide it; strangers, those
/// who hide, and those who never existed all read as offline and never seen, so nothing can be learnt from the answer. Three queries,
/// whatever the ids. Refusal: <c>presence.ids_invalid</c>.
/// </remarks>
public sealed class ReadPresence(StoaDb db, TimeProvider clock)
{
    public const int MaxIds = 100;
    public static readonly Refusal IdsInvalid = Refusal.Invalid("presence.ids_invalid", $"ids is a list of 1 to {MaxIds} ids, separated by commas");

    /// <param name="LastSeen">Null while online, and where it is not known or not shown.</param>
    public sealed record Presence(long UserId, bool IsOnline, DateTimeOffset? LastSeen);

    /// <summary>In the order asked for, each once.</summary>
    public async Task<Outcome<IReadOnlyList<Presence>>> Handle(IReadOnlyList<long> ids, Caller caller, CancellationToken cancellation)
    {
        var asked = ids.Distinct().ToList();
        if (asked.Count is 0 or > MaxIds)
            return IdsInvalid;

        // Before the accounts: who is gone from here by then has its last_seen there already.
        var nodes = (await db.OnlineUsers.AsNoTracking().Where(o => asked.Contains(o.UserId))
            .Select(o => new { o.UserId, o.Node!.LeaseUntil, o.Node.RenewedAt }).ToListAsync(cancellation)).ToLookup(static o => o.UserId);
        var contacts = await MutualContact.Of(db,
            [caller.UserId]).Where(c => asked.Contains(c.With)).Select(static c => c.With).Distinct().ToListAsync(cancellation);
        var seen = await db.Users.AsNoTracking()
            .Where(u => asked.Contains(u.Id) && u.DeletedAt == null)
            .Where(u => u.Id == caller.UserId || (
                contacts.Contains(u.Id) && !db.Profiles.Where(WhoSeesPresence.Hides).Any(p => p.UserId == u.Id)))
            .Select(u => new { u.Id, u.LastSeenAt })
            .ToDictionaryAsync(static u => u.Id, static u => u.LastSeenAt, cancellation);
        var now = clock.GetUtcNow();
        return asked.ConvertAll(id =>
        {
            if (!seen.TryGetValue(id, out var last))
                return new Presence(id, false, null);
            if (nodes[id].Any(n => n.LeaseUntil > now))
                return new Presence(id, true, null);

            // A server that died knows no last socket: it was last seen when the server last was.
            return new Presence(id, false, nodes[id].Select(static n => (DateTimeOffset?)n.RenewedAt).Append(last).Max());
        });
    }
}
