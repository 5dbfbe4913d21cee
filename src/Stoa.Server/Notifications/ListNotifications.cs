using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Core.Notifications;
using Stoa.Server.Hosting;

namespace Stoa.Server.Notifications;

/// <summary>The caller's notifications, newest first.</summary>
/// <remarks>With <c>Before</c> the cost is that of the page; with an offset it grows with the offset.</remarks>
public sealed class ListNotifications(StoaDb db)
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 100;
    private const int MaxOffset = 10_000;

    /// <param name="Before">Only those older than the one with this id: the cursor.</param>
    /// <param name="Offset">0 to 10,000; out of range is clamped.</param>
    /// <param name="Limit">1 to <see cref="MaxLimit"/>; out of range is clamped.</param>
    public sealed record Request(bool UnreadOnly, long? Before, int? Offset, int? Limit);

    public sealed record Response(IReadOnlyList<Notification> Notifications, int Total, int Unread);

    public async Task<Outcome<Response>> Handle(Request request, Caller caller, CancellationToken cancellation)
    {
        var mine = db.Notifications.AsNoTracking().Where(n => n.UserId == caller.UserId);
        var unread = await mine.CountAsync(n => n.ReadAt == null, cancellation);
        var total = request.UnreadOnly ? unread : await mine.CountAsync(cancellation);
        if (request.UnreadOnly)
            mine = mine.Where(n => n.ReadAt == null);
        if (request.Before is { } before)
            mine = mine.Where(n => n.Id < before);
        var page = await mine.OrderByDescending(n => n.Id)
            .Skip(Math.Clamp(request.Offset ?? 0, 0, MaxOffset)).Take(Math.Clamp(request.Limit ?? DefaultLimit, 1, MaxLimit))
            .ToListAsync(cancellation);
        return new Response(page, total, unread);
    }
}
