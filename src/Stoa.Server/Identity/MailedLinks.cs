using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Data;

namespace Stoa.Server.Identity;

/// <summary>Makes the secret links of mails at the moment they are sent: the queue never holds one.</summary>
public sealed class MailedLinks(StoaDb db, TimeProvider clock)
{
    /// <summary>Stores a new link of this kind and voids the account's older ones (S2-23); returns its token.</summary>
    /// <param name="make">The row for a token's hash, made now.</param>
    public async Task<string> IssueAsync<T>(User user, Func<string, DateTimeOffset, T> make, CancellationToken cancellation)
        where T : MailedLink
    {
        var token = MailedLink.NewToken();
        await db.WriteAsync(async () =>
        {
            await VoidAsync<T>(user.Id, cancellation);
            db.Add(make(MailedLink.HashOf(token), clock.GetUtcNow()));
            return await db.SaveChangesAsync(cancellation);
        }, cancellation);
        return token;
    }

    /// <summary>The account's links of this kind that were still good are no longer; call within a transaction.</summary>
    public Task<int> VoidAsync<T>(long userId, CancellationToken cancellation)
        where T : MailedLink =>
        db.Set<T>().Where(l => l.UserId == userId && !l.IsUsed).ExecuteUpdateAsync(l => l.SetProperty(x => x.IsUsed, true), cancellation);

    /// <summary>The good link with this token; null when it is unknown, used, void, over, or its account is disabled or has another address now.</summary>
    public async Task<T?> FindAsync<T>(string token, CancellationToken cancellation)
        where T : MailedLink
    {
        if (token.Length != MailedLink.TokenLength)
            return null;
        var hash = MailedLink.HashOf(token);
        var now = clock.GetUtcNow();
        return await db.Set<T>().AsNoTracking().SingleOrDefaultAsync(
            l => l.TokenHash == hash && !l.IsUsed && l.ExpiresAt > now && l.User!.IsActive && l.User.DeletedAt == null && l.User.EmailKey == l.Email, cancellation);
    }

    /// <summary>Uses the link up; of many at once exactly one gets true. Call within the transaction of what it allows.</summary>
    public async Task<bool> SpendAsync<T>(T link, CancellationToken cancellation)
        where T : MailedLink
    {
        var now = clock.GetUtcNow();
        return await db.Set<T>().Where(l => l.Id == link.Id && !l.IsUsed && l.ExpiresAt > now && l.User!.IsActive && l.User.EmailKey == l.Email)
            .ExecuteUpdateAsync(l => l.SetProperty(x => x.IsUsed, true).SetProperty(x => x.UsedAt, now), cancellation) == 1;
    }
}
