using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Core.Notifications;
using Stoa.Server.Hosting;

namespace Stoa.Server.Notifications;

/// <summary>Deletes one of the caller's notifications. Refusal: <c>notification.not_found</c> (absent, or somebody else's).</summary>
public sealed class DeleteNotification(StoaDb db)
{
    public async Task<Outcome<Done>> Handle(long id, Caller caller, CancellationToken cancellation)
    {
        var gone = await db.WriteAsync(
            () => db.Notifications.Where(n => n.Id == id && n.UserId == caller.UserId).ExecuteDeleteAsync(cancellation), cancellation);
        return gone == 1 ? default(Done) : Notification.NotFound;
    }
}
