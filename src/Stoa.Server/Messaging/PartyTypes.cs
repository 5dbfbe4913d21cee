using Microsoft.EntityFrameworkCore;
using Stoa.Core.Conversations;
using Stoa.Core.Data;

namespace Stoa.Server.Messaging;

/// <summary>In which capacity an account takes part in a conversation that is opened now (contract E.1).</summary>
internal static class PartyTypes
{
    /// <summary>Null when the account is absent or deleted.</summary>
    public static Task<PartyType?> OfAsync(StoaDb db, long userId, CancellationToken cancellation) => db.Users
        .Where(u => u.Id == userId && u.DeletedAt == null)
        .Select(u => (PartyType?)(u.IsSuperuser ? PartyType.Admin : u.Roles.Any(r => r.Role!.Name == "astrologer") ? PartyType.Astrologer : PartyType.User))
        .SingleOrDefaultAsync(cancellation);

    /// <summary>The same for several at once; absent and deleted accounts are missing.</summary>
    public static Task<Dictionary<long, PartyType>> OfAsync(StoaDb db, IReadOnlyCollection<long> userIds, CancellationToken cancellation) => db.Users
        .Where(u => userIds.Contains(u.Id) && u.DeletedAt == null)
        .Select(u => new { u.Id, Type = u.IsSuperuser ? PartyType.Admin : u.Roles.Any(r => r.Role!.Name == "astrologer") ? PartyType.Astrologer : PartyType.User })
        .ToDictionaryAsync(u => u.Id, u => u.Type, cancellation);
}
