using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Data;

namespace Stoa.Server.Identity;

/// <summary>Spends a refresh token for the next pair of tokens of its session.</summary>
/// <remarks>
/// A token is spent by one conditional update, so of many at once one wins. A spent token that comes back is taken for stolen: the whole
/// session ends (RFC 9700 §4.14.2). Refusals: <c>auth.refresh_invalid</c>, <c>auth.refresh_reused</c>, <c>auth.refresh_expired</c>.
/// </remarks>
public sealed class RefreshSession(StoaDb db, SessionTokens sessions, SessionEnding ending, TimeProvider clock, ILogger<AuthLog> log)
{
    public static readonly Refusal Unknown = Refusal.Unauthenticated("auth.refresh_invalid", "Invalid refresh token");
    public static readonly Refusal Reused = Refusal.Unauthenticated("auth.refresh_reused", "Refresh token not found or already used");
    public static readonly Refusal Expired = Refusal.Unauthenticated("auth.refresh_expired", "Refresh token expired");

    public async Task<Outcome<SignedIn>> Handle(string refreshToken, CancellationToken cancellation)
    {
        var hash = SessionTokens.HashOf(refreshToken);
        var now = clock.GetUtcNow();

        // Whoever invents tokens must not get at the one place where everybody's writes wait.
        if (!await db.RefreshTokens.AnyAsync(t => t.TokenHash == hash, cancellation))
            return Unknown;
        var signedIn = await db.WriteAsync(() => SpendAsync(hash, now, cancellation), cancellation);
        return signedIn is null ? await WhyNotAsync(hash, now, cancellation) : signedIn;
    }

    private async Task<SignedIn?> SpendAsync(string hash, DateTimeOffset now, CancellationToken cancellation)
    {
        var spent = await db.RefreshTokens
            .Where(t => t.TokenHash == hash && !t.IsUsed && t.ExpiresAt > now && t.Session!.IsActive && t.Session.User!.IsActive
                && (t.Session.User.SuspendedUntil == null || t.Session.User.SuspendedUntil <= now))
            .ExecuteUpdateAsync(t => t.SetProperty(x => x.IsUsed, true).SetProperty(x => x.UsedAt, now), cancellation);
        if (spent == 0)
            return null;

        var session = await db.Sessions.Include(s => s.User)
            .SingleAsync(s => db.RefreshTokens.Any(t => t.TokenHash == hash && t.SessionId == s.Id), cancellation);
        session.ExpiresAt = now + sessions.Lifetime;
        session.UpdatedAt = now;
        return await sessions.ContinueAsync(session.User!, session, cancellation);
    }

    private async Task<Refusal> WhyNotAsync(string hash, DateTimeOffset now, CancellationToken cancellation)
    {
        var token = await db.RefreshTokens.AsNoTracking().SingleOrDefaultAsync(t => t.TokenHash == hash, cancellation);
        if (token is null)
            return Unknown;
        if (token.IsUsed)
        {
            log.Reused(token.UserId, token.SessionId);
            await ending.EndAsync(token.UserId, s => s.Id == token.SessionId, "refresh token reused", cancellation);
            return Reused;
        }

        return token.ExpiresAt <= now ? Expired : Unknown;
    }
}
