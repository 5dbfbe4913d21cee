using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Core.Notifications;
using Stoa.Server.Hosting;

namespace Stoa.Server.Notifications;

/// <summary>Marks the caller's notifications as read: one, several, or all. Repeating it keeps the first time.</summary>
public sealed class MarkNotificationsRead(StoaDb db, TimeProvider clock)
{
    public const int MaxIds = 200;

    /// <summary>One. Refusal: <c>notification.not_found</c> (absent, or somebody else's).</summary>
    public async Task<Outcome<Done>> OneAsync(long id, Caller caller, CancellationToken cancellation)
    {
        if (!await db.Notifications.AnyAsync(n => n.Id == id && n.UserId == caller.UserId, cancellation))
            return Notification.NotFound;
        await MarkAsync([id], caller, cancellation);
        return default(Done);
    }

    /// <summary>Those among the ids that are the caller's, the first <see cref="MaxIds"/> of them, or all; how many were unread.</summary>
    /// <param name="ids">Null: all there are.</param>
    public async Task<Outcome<int>> Handle(IReadOnlyList<long>? ids, Caller caller, CancellationToken cancellation) =>
        await MarkAsync(ids?.Distinct().Take(MaxIds).ToList(), caller, cancellation);

    private Task<int> MarkAsync(List<long>? ids, Caller caller, CancellationToken cancellation)
    {
        var unread = db.Notifications.Where(n => n.UserId == caller.UserId && n.ReadAt == null);
        if (ids is not null)
            unread = unread.Where(n => ids.Contains(n.Id));
        var now = clock.GetUtcNow();
        return db.WriteAsync(() => unread.ExecuteUpdateAsync(n => n.SetProperty(x => x.ReadAt, now), cancellation), cancellation);
    }
}
