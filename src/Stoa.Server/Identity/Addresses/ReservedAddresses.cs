using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Data;

namespace Stoa.Server.Identity.Addresses;

/// <summary>Addresses that are no account's, but may be taken back by the one that had them (<see cref="EmailChange.UndoUntil"/>).</summary>
/// <remarks>Else whoever took an account over would register its old address and so keep its owner from undoing it.</remarks>
public sealed class ReservedAddresses(StoaDb db, TimeProvider clock)
{
    /// <summary>Whether the address waits for another account. Call in the transaction that gives it to somebody, before it does.</summary>
    /// <param name="email">As it is written.</param>
    /// <param name="userId">Who may have it; null: nobody yet.</param>
    public async Task<bool> ContainAsync(string email, long? userId, CancellationToken cancellation)
    {
        // Whoever is just leaving it has it reserved before it is free.
        await db.SerializeAsync(Topic(email), cancellation);
        var (key, now) = (User.KeyOf(email), clock.GetUtcNow());
        return await db.EmailChanges.AnyAsync(c => c.OldEmailKey == key && c.UndoUntil > now && c.UserId != userId, cancellation);
    }

    /// <summary>How giving and leaving an address are lined up.</summary>
    internal static string Topic(string email) => $"address {User.KeyOf(email)}";
}
