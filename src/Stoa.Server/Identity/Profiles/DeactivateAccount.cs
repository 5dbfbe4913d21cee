using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Identity.Profiles;

/// <summary>Puts the caller's account to rest: all sessions end, others do not find it. Signing in wakes it.</summary>
/// <remarks>Refusal: <c>user.last_superuser</c>.</remarks>
public sealed class DeactivateAccount(StoaDb db, Superusers superusers, SessionEnding ending, TimeProvider clock)
{
    public async Task<Outcome<Done>> Handle(Caller caller, CancellationToken cancellation)
    {
        var deactivated = await db.WriteAsync(async () =>
        {
            await db.SerializeAsync(Superusers.Topic, cancellation);
            var user = await db.Users.SingleAsync(u => u.Id == caller.UserId, cancellation);
            if (user.IsSuperuser && !await superusers.RemainWithoutAsync(user.Id, cancellation))
                return SetStanding.LastSuperuser;
            if (!user.IsActive)
                return (Outcome<Done>)default(Done);
            user.IsActive = false;
            user.DeactivatedAt = user.UpdatedAt = clock.GetUtcNow().Rounded();
            await db.SaveChangesAsync(cancellation);
            return default(Done);
        }, cancellation);
        if (deactivated.Refusal is null)
            await ending.EndAsync(caller.UserId, static _ => true, "deactivated", cancellation);
        return deactivated;
    }
}
