using System.Linq.Expressions;

namespace Stoa.Core.Accounts;

/// <summary>What others can do with an account as it stands; for queries.</summary>
public static class UserStanding
{
    /// <summary>
    /// Neither deleted nor disabled. An account that its owner put to rest wakes with the next sign-in, and one that is suspended comes
    /// back: what is written to them waits. The support desk's account is there for everybody.
    /// </summary>
    public static readonly Expression<Func<User, bool>> CanBeWrittenTo = static u => u.IsSystem
        || (u.DeletedAt == null && (u.IsActive || u.DeactivatedAt != null));

    /// <summary>Shown to others on pages and in lists: not deleted, disabled, at rest or suspended, and not of the server's own.</summary>
    public static Expression<Func<User, bool>> IsShown(DateTimeOffset now) =>
        u => u.IsActive && !u.IsSystem && u.DeletedAt == null && (u.SuspendedUntil == null || u.SuspendedUntil <= now);
}
