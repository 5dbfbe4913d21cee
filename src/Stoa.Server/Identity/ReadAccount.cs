using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Identity;

/// <summary>An account with everything a surface may show to its owner.</summary>
/// <param name="Surface">Whose client opened the session that asks.</param>
public sealed record AccountDetails(User User, Profile? Profile, IReadOnlyList<Role> Roles, Surface Surface)
{
    /// <summary>Names of the roles held, with those that the superuser flag stands for; never empty (contract E.1).</summary>
    public IReadOnlyList<string> RoleNames
    {
        get
        {
            var names = Roles.Select(static r => r.Name).ToList();
            if (User.IsSuperuser)
                names = [.. names.Union([Core.Accounts.RoleNames.SuperAdmin, Core.Accounts.RoleNames.Admin])];
            return names.Count == 0 ? [Core.Accounts.RoleNames.User] : names;
        }
    }
}

/// <summary>The caller's own account.</summary>
public sealed class ReadAccount(StoaDb db)
{
    private static readonly HotQuery<Func<StoaDb, long, CancellationToken, Task<User>>> Find = new(static () => EF.CompileAsyncQuery(
        (StoaDb db, long id, CancellationToken cancellation) => db.Users.AsNoTracking().Single(u => u.Id == id)));

    /// <summary>An account with its profile and roles. Refusal: <c>user.not_found</c>.</summary>
    /// <param name="sessionId">The session that asks; 0 when none does.</param>
    public async Task<Outcome<AccountDetails>> DetailsAsync(long userId, long sessionId, CancellationToken cancellation)
    {
        var found = await db.Users.AsNoTracking().Where(u => u.Id == userId && u.DeletedAt == null)
            .Select(u => new
            {
                User = u,
                u.Profile,
                Roles = u.Roles.OrderBy(r => r.RoleId).Select(r => r.Role!).ToList(),
                Surface = db.Sessions.Where(s => s.Id == sessionId).Select(s => s.Surface).FirstOrDefault(),
            }).SingleOrDefaultAsync(cancellation);
        return found is null ? User.NotFound : new AccountDetails(found.User, found.Profile, found.Roles, found.Surface);
    }

    public async Task<Outcome<User>> Handle(Caller caller, CancellationToken cancellation) => await Find.On(db)(db, caller.UserId, cancellation);
}
