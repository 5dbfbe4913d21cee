using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;

namespace Stoa.Server.Identity;

/// <summary>The accounts that made the administrators: those may not act on them.</summary>
public sealed class Superusers(StoaDb db)
{
    /// <summary>How changes of the set are lined up (<see cref="StoaDb.SerializeAsync"/>).</summary>
    public const string Topic = "superusers";

    /// <summary>Whether somebody else could still administer if this one could not. Call past <see cref="Topic"/>.</summary>
    public Task<bool> RemainWithoutAsync(long userId, CancellationToken cancellation) =>
        db.Users.AnyAsync(u => u.Id != userId && u.IsActive && u.IsSuperuser, cancellation);
}
