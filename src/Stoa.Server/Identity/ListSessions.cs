using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Identity;

/// <summary>The caller's sessions that are alive, newest first; at most the newest 200.</summary>
public sealed class ListSessions(StoaDb db, TimeProvider clock)
{
    private const int MaxSessions = 200;

    public async Task<Outcome<IReadOnlyList<Session>>> Handle(Caller caller, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        return await db.Sessions.AsNoTracking()
            .Where(s => s.UserId == caller.UserId && s.IsActive && s.ExpiresAt > now && s.CredentialsVersion == s.User!.CredentialsVersion)
            .OrderByDescending(s => s.CreatedAt).ThenByDescending(s => s.Id).Take(MaxSessions).ToListAsync(cancellation);
    }
}
