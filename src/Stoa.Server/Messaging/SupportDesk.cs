using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>The one shared inbox of the administrators: an account of its own, as which each of them reads and writes (contract E.1).</summary>
/// <remarks>Who really wrote stays with the message (<see cref="Message.AuthorId"/>). The account is made when it is first needed.</remarks>
public sealed class SupportDesk(IDbContextFactory<StoaDb> databases, TimeProvider clock)
{
    private long known;

    public async ValueTask<long> IdAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref known) is > 0 and var id)
            return id;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        id = await FindAsync(db, cancellation) ?? await MakeAsync(db, cancellation);
        Volatile.Write(ref known, id);
        return id;
    }

    /// <summary>The desk, with the administrator as its author.</summary>
    public async ValueTask<Caller> ActAsync(Caller admin, CancellationToken cancellation) => admin with
    {
        UserId = await IdAsync(cancellation),
        Name = "Support",
        FullName = "Support",
        Type = PartyType.Admin,

        // Whoever comes with the shared key instead of an account is the desk and nobody else.
        AuthorId = admin.UserId == 0 ? null : admin.AuthorId ?? admin.UserId,
    };

    private static Task<long?> FindAsync(StoaDb db, CancellationToken cancellation)
    {
        var key = User.KeyOf(User.SupportDeskName);
        return db.Users.Where(u => u.UsernameKey == key).Select(u => (long?)u.Id).SingleOrDefaultAsync(cancellation);
    }

    private async Task<long> MakeAsync(StoaDb db, CancellationToken cancellation)
    {
        var account = User.SupportDesk(clock.GetUtcNow());
        db.Users.Add(account);
        try
        {
            await db.SaveChangesAsync(cancellation);
            return account.Id;
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.ChangeTracker.Clear();
            return (await FindAsync(db, cancellation))!.Value;
        }
    }
}
