using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Notifications;

/// <summary>How many notifications the caller has not read; an index holds exactly those.</summary>
public sealed class CountUnreadNotifications(StoaDb db)
{
    public async Task<Outcome<int>> Handle(Caller caller, CancellationToken cancellation) =>
        await db.Notifications.CountAsync(n => n.UserId == caller.UserId && n.ReadAt == null, cancellation);
}
