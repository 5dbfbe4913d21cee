using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Security;

namespace Stoa.Server.Hosting.Tokens;

/// <summary>The account behind the shared support inbox, as which every administrator reads and writes there (contract E.1).</summary>
/// <remarks>
/// Made when first needed. Nobody can sign in to it or register its names: they have forms that registration refuses. Which administrator
/// wrote stays with the message (<see cref="Message.AuthorId"/>); what is done with the support key has the desk alone as its author.
/// </remarks>
public sealed class SupportDesk(IDbContextFactory<StoaDb> databases, TimeProvider clock)
{
    private const string Name = "Support";
    private long id;

    /// <summary>The desk as a caller: an administrator's voice in conversations, without an administrator's other rights.</summary>
    public async Task<Caller> CallerAsync(CancellationToken cancellation) =>
        new(await IdAsync(cancellation), 0, User.SupportDeskName, Name, IsSuperuser: false, PartyType.Admin) { IsSupportDesk = true, SessionEndsAt = DateTimeOffset.MaxValue };

    /// <summary>The desk on behalf of who asks: an administrator, or the desk itself.</summary>
    public async ValueTask<Caller> ActAsync(Caller admin, CancellationToken cancellation) => admin.IsSupportDesk
        ? admin
        : admin with { UserId = await IdAsync(cancellation), Name = Name, FullName = Name, Type = PartyType.Admin, AuthorId = admin.AuthorId ?? admin.UserId };

    /// <summary>Somebody showed a key that is not the desk's.</summary>
    public async Task NoteWrongKeyAsync(SecurityTrail trail, CancellationToken cancellation) =>
        await trail.NoteOnceAsync(SecurityEvents.WrongDeskKey, await IdAsync(cancellation), "support_key", 0, cancellation);

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
        var key = User.KeyOf(User.SupportDeskName);
        return db.Users.Where(u => u.UsernameKey == key).Select(u => (long?)u.Id).SingleOrDefaultAsync(cancellation);
    }

    private async Task<long> MakeAsync(StoaDb db, CancellationToken cancellation)
    {
        var desk = User.SupportDesk(clock.GetUtcNow());
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
