using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Identity;

/// <summary>One more access token for a session of the marketplace that asks with one of its own: its client keeps no refresh token (contract B.0).</summary>
/// <remarks>
/// The session's end does not move: it has to be signed in anew then, however often this was used. Sessions of other clients have refresh tokens, which
/// are spent and whose theft is noticed; an access token of theirs renews nothing. Refusal: <c>auth.refresh_invalid</c>.
/// </remarks>
public sealed class RenewAccess(StoaDb db, SessionTokens tokens)
{
    public async Task<Outcome<string>> Handle(Caller caller, CancellationToken cancellation)
    {
        var surface = await db.Sessions.Where(s => s.Id == caller.SessionId).Select(s => (Surface?)s.Surface).SingleOrDefaultAsync(cancellation);
        return surface == Surface.Market ? tokens.AccessTokenFor(caller.UserId, caller.SessionId, caller.Username, Surface.Market) : RefreshSession.Unknown;
    }
}
