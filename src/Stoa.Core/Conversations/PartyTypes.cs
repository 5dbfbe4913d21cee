using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Data;

namespace Stoa.Core.Conversations;

/// <summary>In which capacity an account takes part in a conversation that is opened now (contract E.1).</summary>
public static class PartyTypes
{
    /// <param name="isAdmin">A superuser, or one whose role <see cref="UserRole.Administers"/>.</param>
    public static PartyType Of(bool isAdmin, bool isAstrologer) => isAdmin ? PartyType.Admin : isAstrologer ? PartyType.Astrologer : PartyType.User;

    /// <summary>Null when nobody can write to the account: absent, deleted or disabled.</summary>
    public static async Task<PartyType?> OfAsync(StoaDb db, long userId, CancellationToken cancellation) =>
        (await OfAsync(db, [userId], cancellation)).TryGetValue(userId, out var type) ? type : null;

    /// <summary>The same for several at once; accounts that nobody can write to are missing.</summary>
    public static Task<Dictionary<long, PartyType>> OfAsync(StoaDb db, IReadOnlyCollection<long> userIds, CancellationToken cancellation) => db.Users
        .Where(u => userIds.Contains(u.Id) && !u.IsSystem).Where(UserStanding.CanBeWrittenTo)
        .Select(u => new
        {
            u.Id,
            IsAdmin = u.IsSuperuser || u.Roles.AsQueryable().Any(UserRole.Administers),
            IsAstrologer = u.Roles.Any(r => r.Role!.Name == RoleNames.Astrologer),
        })
        .ToDictionaryAsync(static u => u.Id, static u => Of(u.IsAdmin, u.IsAstrologer), cancellation);
}
