using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Identity;

/// <summary>One more access token for the session that asks with a token of its own; for clients that keep no refresh token.</summary>
/// <remarks>The session's end does not move: it has to be signed in anew then, however often this was used.</remarks>
public sealed class RenewAccess(StoaDb db, SessionTokens sessions)
{
    public async Task<Outcome<string>> Handle(Caller caller, CancellationToken cancellation)
    {
        var surface = await db.Sessions.Where(s => s.Id == caller.SessionId).Select(s => s.Surface).SingleAsync(cancellation);
        return sessions.AccessTokenFor(caller.UserId, caller.SessionId, caller.Username, surface);
    }
}
