using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Outbox;
using Stoa.Server.Hosting;

namespace Stoa.Server.Identity.Profiles;

/// <summary>Puts the caller's account to rest: all sessions end, others do not find it. Signing in wakes it.</summary>
/// <remarks>Refusal: <c>user.last_superuser</c>.</remarks>
public sealed class DeactivateAccount(
    StoaDb db, OutboxWriter outbox, Superusers superusers, AccountRights rights, SessionEnding ending, TimeProvider clock)
{
    public async Task<Outcome<Done>> Handle(Caller caller, CancellationToken cancellation)
    {
        var deactivated = await outbox.WriteAsync(async () =>
        {
            await db.SerializeAsync(Superusers.Topic, cancellation);
            var user = await db.Users.SingleAsync(u => u.Id == caller.UserId, cancellation);
            if (user.IsSuperuser && !await superusers.RemainWithoutAsync(user.Id, cancellation))
                return (Outcome<List<long>>)SetStanding.LastSuperuser;
            if (user.IsActive)
            {
                user.IsActive = false;
                user.DeactivatedAt = user.UpdatedAt = clock.GetUtcNow().Rounded();
                await db.SaveChangesAsync(cancellation);
            }

            return await rights.VoidAsync(user.Id, keep: null, cancellation);
        }, cancellation);
        if (deactivated.Refusal is { } refusal)
            return refusal;
        ending.Ended(caller.UserId, deactivated.Value, "deactivated");
        return default(Done);
    }
}
