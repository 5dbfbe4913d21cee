using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Conversations;
using Stoa.Core.Data;

namespace Stoa.Server.Messaging;

/// <summary>The inbox between an account and the support desk, made when it is not there yet (S3-21). Race-free by its unique key.</summary>
/// <remarks>Refusal: <c>user.not_found</c>.</remarks>
public sealed class OpenSupportInbox(StoaDb db, SupportDesk desk, TimeProvider clock)
{
    /// <summary>The conversation's id.</summary>
    public async Task<Outcome<long>> Handle(long accountId, CancellationToken cancellation)
    {
        var key = Conversation.SupportKey(accountId);
        if (await FindAsync(key, cancellation) is { } known)
            return known;
        var account = await desk.IdAsync(cancellation);
        if (accountId == account || await PartyTypes.OfAsync(db, accountId, cancellation) is not { } type)
            return User.NotFound;

        var inbox = Conversation.Support(account, accountId, type, clock.GetUtcNow());
        db.Conversations.Add(inbox);
        try
        {
            await db.SaveChangesAsync(cancellation);
            return inbox.Id;
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.ChangeTracker.Clear();
            return (await FindAsync(key, cancellation))!.Value;
        }
    }

    private Task<long?> FindAsync(string key, CancellationToken cancellation) =>
        db.Conversations.Where(c => c.UniqueKey == key).Select(c => (long?)c.Id).SingleOrDefaultAsync(cancellation);
}
