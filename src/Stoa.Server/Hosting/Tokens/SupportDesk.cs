using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Conversations;
using Stoa.Core.Data;

namespace Stoa.Server.Hosting.Tokens;

/// <summary>The account behind the shared support inbox: author and actor of what is done with the support key.</summary>
/// <remarks>Made when first needed. Nobody can sign in to it or register its names: they have forms that registration refuses.</remarks>
public sealed class SupportDesk(IDbContextFactory<StoaDb> databases, TimeProvider clock)
{
    private const string Username = "Support desk";
    private const string Email = "support-desk@invalid";
    private const string Name = "Admin";
    private long id;

    /// <summary>The desk as a caller: an administrator's voice in conversations, without an administrator's other rights.</summary>
    public async Task<Caller> CallerAsync(CancellationToken cancellation) =>
        new(await IdAsync(cancellation), 0, Username, Name, IsSuperuser: false, PartyType.Admin) { IsSupportDesk = true };

    /// <summary>The account's id.</summary>
    public async ValueTask<long> IdAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref id) is var known && known > 0)
            return known;

        await using var db = await databases.CreateDbContextAsync(cancellation);
        var found = await FindAsync(db, cancellation) ?? await MakeAsync(db, cancellation);
        Volatile.Write(ref id, found);
        return found;
    }

    private static Task<long?> FindAsync(StoaDb db, CancellationToken cancellation)
    {
        var key = User.KeyOf(Username);
        return db.Users.Where(u => u.UsernameKey == key).Select(u => (long?)u.Id).SingleOrDefaultAsync(cancellation);
    }

    private async Task<long> MakeAsync(StoaDb db, CancellationToken cancellation)
    {
        var desk = User.Register(Username, Email, "", clock.GetUtcNow());
        desk.FullName = Name;
        desk.IsActive = false;
        db.Users.Add(desk);
        try
        {
            await db.SaveChangesAsync(cancellation);
            return desk.Id;
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            // Another node was first.
            db.ChangeTracker.Clear();
            return (await FindAsync(db, cancellation))!.Value;
        }
    }
}
