using Microsoft.EntityFrameworkCore;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Core.Presence;

namespace Stoa.Server.Realtime.Presence;

/// <summary>What is told of an account: online since now, or offline and when it was last seen.</summary>
internal readonly record struct PresenceNews(long User, bool IsOnline, DateTimeOffset? LastSeen);

/// <summary>
/// Tells presence to those who are online themselves and have to do with the account by consent of both, unless it hides it.
/// </summary>
/// <remarks>Two queries for up to <see cref="BatchSize"/> accounts, one broadcast for each. A hint: who misses it asks <c>GET /api/presence</c>.</remarks>
internal sealed class AnnouncePresence(IDbContextFactory<StoaDb> databases, Announcer announcer, TimeProvider clock)
{
    private const int BatchSize = 50;

    // So many rooms go into one broadcast.
    private const int RoomsAtOnce = 500;

    public async Task TellAsync(IReadOnlyList<PresenceNews> news, CancellationToken cancellation)
    {
        foreach (var some in news.Chunk(BatchSize))
        {
            await using var db = await databases.CreateDbContextAsync(cancellation);
            var users = some.Select(static n => n.User).ToList();
            var hidden = await db.Profiles.Where(WhoSeesPresence.Hides).Where(p => users.Contains(p.UserId)).Select(p => p.UserId).ToListAsync(cancellation);
            await TellAsync(db, [.. some.ExceptBy(hidden, static n => n.User)], cancellation);
        }
    }

    /// <summary>An account changed what it shows: those who could see it are told how it looks from now on.</summary>
    public async Task TellVisibilityAsync(long user, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var now = clock.GetUtcNow();
        var isHidden = await db.Profiles.Where(WhoSeesPresence.Hides).AnyAsync(p => p.UserId == user, cancellation);
        var isOnline = await db.OnlineUsers.AnyAsync(o => o.UserId == user && o.Node!.LeaseUntil > now, cancellation);
        if (isOnline)
            await TellAsync(db, [new PresenceNews(user, !isHidden, null)], cancellation);
    }

    private async Task TellAsync(StoaDb db, IReadOnlyList<PresenceNews> news, CancellationToken cancellation)
    {
        if (news.Count == 0)
            return;
        var now = clock.GetUtcNow();
        var users = news.Select(static n => n.User).ToList();
        var listeners = (await MutualContact.Of(db, users)
            .Where(c => db.OnlineUsers.Any(o => o.UserId == c.With && o.Node!.LeaseUntil > now))
            .Distinct()
            .ToListAsync(cancellation)).ToLookup(static c => c.By, static c => c.With);
        foreach (var one in news)
        {
            var view = UserPresence.Of(one.User, one.IsOnline, one.LastSeen);
            foreach (var some in listeners[one.User].Chunk(RoomsAtOnce))
                await announcer.ToUsersAsync(some, Events.UserPresence, view);
        }
    }
}
