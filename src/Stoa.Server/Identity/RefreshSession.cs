using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;

namespace Stoa.Server.Identity;

/// <summary>Spends a refresh token for the next pair of tokens of its session.</summary>
/// <remarks>
/// The session counts generations: a token is spent by one conditional update that moves the count, so of many at once one is first. Whoever shows a token
/// of the generation that was spent last, within <see cref="RefreshToken.RetryWindow"/> and before a token of the next one is spent, gets a sibling of the
/// successor: two tabs that renew at once, or an answer that was lost. Any other spent token is taken for stolen: the whole session ends (RFC 9700 §4.14.2).
/// Refusals: <c>auth.refresh_invalid</c>, <c>auth.refresh_reused</c>, <c>auth.refresh_expired</c>.
/// </remarks>
public sealed class RefreshSession(
    StoaDb db, SessionTokens tokens, SessionLifetimes lifetimes, SessionEnding ending, TimeProvider clock, ILogger<AuthLog> log)
{
    public static readonly Refusal Unknown = Refusal.Unauthenticated("auth.refresh_invalid", "Invalid refresh token");
    public static readonly Refusal Reused = Refusal.Unauthenticated("auth.refresh_reused", "Refresh token not found or already used");
    public static readonly Refusal Expired = Refusal.Unauthenticated("auth.refresh_expired", "Refresh token expired");

    public async Task<Outcome<SignedIn>> Handle(string refreshToken, CancellationToken cancellation)
    {
        var hash = SessionTokens.HashOf(refreshToken);
        var shown = await db.RefreshTokens.AsNoTracking().Include(t => t.Session).SingleOrDefaultAsync(t => t.TokenHash == hash, cancellation);
        if (shown is null)
            return Unknown;
        var now = clock.GetUtcNow();
        var isOver = shown.ExpiresAt <= now || lifetimes.EndOf(shown.Session!.CreatedAt, now) <= now;
        var renewed = isOver ? null : await db.WriteAsync(() => RenewAsync(shown, now, cancellation), cancellation);
        return renewed is null ? await WhyNotAsync(shown.Id, isOver, cancellation) : renewed;
    }

    /// <summary>Null when the token renews nothing.</summary>
    private async Task<SignedIn?> RenewAsync(RefreshToken shown, DateTimeOffset now, CancellationToken cancellation)
    {
        var session = Renewable(shown.SessionId, now);
        var next = shown.Generation + 1;
        var end = lifetimes.EndOf(shown.Session!.CreatedAt, now);
        var isFirst = !shown.IsUsed
            && await session.Where(s => s.RefreshGeneration == shown.Generation).ExecuteUpdateAsync(
                s => s.SetProperty(x => x.RefreshGeneration, next).SetProperty(x => x.RefreshedAt, now)
                    .SetProperty(x => x.ExpiresAt, end).SetProperty(x => x.UpdatedAt, now),
                cancellation) == 1;
        if (isFirst)
        {
            await db.RefreshTokens.Where(t => t.Id == shown.Id)
                .ExecuteUpdateAsync(t => t.SetProperty(x => x.IsUsed, true).SetProperty(x => x.UsedAt, now), cancellation);
        }
        else
        {
            var since = now - RefreshToken.RetryWindow;
            if (!await session.AnyAsync(s => s.RefreshGeneration == next && s.RefreshedAt >= since, cancellation))
                return null;
        }

        var renewed = await db.Sessions.AsNoTracking().Include(s => s.User).SingleAsync(s => s.Id == shown.SessionId, cancellation);
        return await tokens.IssueAsync(renewed.User!, renewed, next, cancellation);
    }

    private IQueryable<Session> Renewable(long sessionId, DateTimeOffset now) => db.Sessions.Where(
        s => s.Id == sessionId && s.IsActive && s.ExpiresAt > now && s.CredentialsVersion == s.User!.CredentialsVersion
            && s.User.IsActive && (s.User.SuspendedUntil == null || s.User.SuspendedUntil <= now));

    private async Task<Refusal> WhyNotAsync(long tokenId, bool isOver, CancellationToken cancellation)
    {
        var token = await db.RefreshTokens.AsNoTracking().Include(t => t.Session).SingleAsync(t => t.Id == tokenId, cancellation);
        if (token.IsUsed || token.Generation < token.Session!.RefreshGeneration)
        {
            log.Reused(token.UserId, token.SessionId);
            await ending.EndAsync(token.UserId, s => s.Id == token.SessionId, "refresh token reused", cancellation);
            return Reused;
        }

        return isOver ? Expired : Unknown;
    }
}
