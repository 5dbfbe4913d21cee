using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Identity.Restricting;

/// <summary>On whom an administrator may act, whatever the act and in whichever direction: to impose and to lift, to suspend and to let in again.</summary>
/// <remarks>
/// | who acts | on himself | on an ordinary account or a moderator | on an administrator | on a superuser |
/// |---|---|---|---|---|
/// | superuser | no | yes | yes | yes |
/// | administrator | no | yes | no | no |
/// | the support desk's key | no | yes | no | no |
/// Nobody acts on his equals without a superuser: else one of two administrators who quarrel is the faster one. Refusals: <c>user.own_account</c>,
/// <c>restriction.superuser</c>, <c>restriction.administrator</c>.
/// </remarks>
public sealed class AdministratorBoundary(StoaDb db)
{
    public static readonly Refusal OnSuperuser = Refusal.Forbidden("restriction.superuser", "A superuser can only be restricted by a superuser");
    public static readonly Refusal OnAdministrator = Refusal.Forbidden("restriction.administrator", "An administrator can only be restricted by a superuser");

    /// <summary>Null when this one may act on that one; also when that one is not there, which the act itself finds.</summary>
    public async Task<Refusal?> WhyNotAsync(Caller actor, long userId, CancellationToken cancellation)
    {
        if (userId == actor.UserId || userId == actor.AuthorId)
            return SetStanding.OwnAccount;
        if (actor.IsSuperuser)
            return null;
        var target = await db.Users.Where(u => u.Id == userId)
            .Select(u => new { u.IsSuperuser, IsAdmin = u.Roles.AsQueryable().Any(UserRole.Administers) }).SingleOrDefaultAsync(cancellation);
        return target is { IsSuperuser: true } ? OnSuperuser : target is { IsAdmin: true } ? OnAdministrator : null;
    }
}
