using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Moderation;

namespace Stoa.Server.Identity.Restricting;

/// <summary>What was imposed on an account, newest first, ended ones included. Refusal: <c>user.not_found</c>.</summary>
public sealed class ListRestrictions(StoaDb db)
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;

    /// <param name="before">The id after which the page begins; null: the newest.</param>
    /// <param name="limit">Clamped to 1 … <see cref="MaxLimit"/>.</param>
    public async Task<Outcome<IReadOnlyList<Restriction>>> Handle(long userId, long? before, int? limit, CancellationToken cancellation)
    {
        if (!await db.Users.AnyAsync(u => u.Id == userId && u.DeletedAt == null, cancellation))
            return User.NotFound;
        return await db.Restrictions.AsNoTracking().Where(r => r.UserId == userId && (before == null || r.Id < before))
            .OrderByDescending(r => r.Id).Take(Math.Clamp(limit ?? DefaultLimit, 1, MaxLimit)).ToListAsync(cancellation);
    }
}
