using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;

namespace Stoa.Server.Identity;

/// <summary>All accounts by id, deleted ones left out; or one of them. For superusers. Refusal: <c>user.not_found</c>.</summary>
public sealed class ListUsers(StoaDb db)
{
    public const int DefaultLimit = 100;
    public const int MaxLimit = 200;

    /// <param name="skip">Clamped to 0 and above.</param>
    /// <param name="limit">Clamped to 1 … <see cref="MaxLimit"/>.</param>
    public async Task<Outcome<IReadOnlyList<User>>> Handle(int? skip, int? limit, CancellationToken cancellation) =>
        await db.Users.AsNoTracking().Where(u => u.DeletedAt == null && !u.IsSystem).OrderBy(u => u.Id)
            .Skip(Math.Max(0, skip ?? 0)).Take(Math.Clamp(limit ?? DefaultLimit, 1, MaxLimit))
            .ToListAsync(cancellation);

    public async Task<Outcome<User>> Handle(long id, CancellationToken cancellation) =>
        await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id && u.DeletedAt == null && !u.IsSystem, cancellation) is { } user ? user : User.NotFound;
}
