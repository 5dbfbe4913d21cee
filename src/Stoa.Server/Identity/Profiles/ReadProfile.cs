using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Identity.Profiles;

/// <summary>What somebody may see of an account: everything of the own one, of others what their privacy settings leave.</summary>
/// <remarks>Accounts that are disabled, put to rest, suspended or deleted are not there for others. Refusal: <c>user.not_found</c>.</remarks>
public sealed class ReadProfile(StoaDb db, TimeProvider clock)
{
    /// <param name="IsOwn">Nothing is hidden.</param>
    public sealed record Response(User User, Profile Profile, bool IsOwn)
    {
        public bool ShowsDetails => IsOwn || !Profile.IsPrivate;

        public bool ShowsSkills => IsOwn || !(Profile.IsPrivate || Profile.HideSkills);
    }

    public async Task<Outcome<Response>> Handle(long userId, Caller caller, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var isOwn = userId == caller.UserId;
        var found = await db.Users.AsNoTracking()
            .Where(u => u.Id == userId && u.DeletedAt == null).Where(isOwn ? static _ => true : UserStanding.IsShown(now))
            .Select(u => new { User = u, u.Profile }).SingleOrDefaultAsync(cancellation);
        return found is null ? User.NotFound : new Response(found.User, found.Profile ?? new Profile { UserId = userId }, isOwn);
    }
}
