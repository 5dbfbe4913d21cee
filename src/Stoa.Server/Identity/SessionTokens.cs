using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Identity;

/// <summary>Where a log-in comes from.</summary>
/// <param name="Surface">Whose client it is; decides how long the tokens live.</param>
public sealed record Device(string? Info, string? IpAddress, Surface Surface = Surface.Common)
{
    /// <summary>What its tries are counted as.</summary>
    public ClientNetwork Network => ClientNetwork.Of(IpAddress);

    /// <summary>Many people come from this address: that of a proxy which nobody named.</summary>
    public bool IsShared { get; init; }

    /// <summary>The address by which an account's owner is known again; null when it is shared or not known.</summary>
    public string? OwnAddress => IsShared ? null : IpAddress;
}

/// <summary>An account that has just proven who it is, with the tokens of its session.</summary>
/// <param name="SignLong">Signs <see cref="LongToken"/>; most answers have none.</param>
public sealed record SignedIn(User User, long SessionId, string AccessToken, string RefreshToken, Func<string> SignLong)
{
    /// <summary>An access token for clients that never refresh; dies with the session like the other.</summary>
    public string LongToken => SignLong();
}

/// <summary>How long sessions and their tokens live.</summary>
/// <param name="Refresh">Of a refresh token, and of a session that is not refreshed.</param>
/// <param name="LongAccess">Of an access token that is never refreshed.</param>
/// <param name="MaxAge">Of a session however often it is refreshed; zero: for ever.</param>
public sealed record SessionLifetimes(TimeSpan Refresh, TimeSpan LongAccess, TimeSpan MaxAge)
{
    /// <summary>When a session ends that was opened then and is used now: no token outlives it.</summary>
    public DateTimeOffset EndOf(DateTimeOffset openedAt, DateTimeOffset now) => Capped(openedAt, now + (Refresh > LongAccess ? Refresh : LongAccess));

    /// <summary>When a refresh token made now ends.</summary>
    public DateTimeOffset EndOfRefresh(DateTimeOffset openedAt, DateTimeOffset now) => Capped(openedAt, now + Refresh);

    private DateTimeOffset Capped(DateTimeOffset openedAt, DateTimeOffset end) => MaxAge > TimeSpan.Zero && openedAt + MaxAge < end ? openedAt + MaxAge : end;
}

/// <summary>Makes the tokens of sessions; used by every way to sign in.</summary>
public sealed class SessionTokens(StoaDb db, AccessTokens tokens, SessionLifetimes lifetimes, TimeProvider clock)
{
    /// <summary>A refresh token: 256 random bits as 43 characters of base64url.</summary>
    private const int RefreshTokenBytes = 32;

    /// <summary>A pair of tokens of a session; saves. Call within a transaction.</summary>
    /// <param name="generation">Of the refresh token: the session's.</param>
    public async Task<SignedIn> IssueAsync(User user, Session session, long generation, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var refresh = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RefreshTokenBytes));
        db.RefreshTokens.Add(new RefreshToken
        {
            UserId = user.Id,
            SessionId = session.Id,
            TokenHash = HashOf(refresh),
            Generation = generation,
            ExpiresAt = lifetimes.EndOfRefresh(session.CreatedAt, now),
            CreatedAt = now,
        });
        await db.SaveChangesAsync(cancellation);
        return new SignedIn(
            user, session.Id, AccessTokenFor(user.Id, session.Id, user.Username, session.Surface), refresh,
            () => tokens.Sign(user.Id, session.Id, user.Username, lifetimes.LongAccess));
    }

    /// <summary>One more access token of a live session; nothing is saved.</summary>
    public string AccessTokenFor(long userId, long sessionId, string username, Surface surface) =>
        tokens.Sign(userId, sessionId, username, surface == Surface.Planner ? lifetimes.LongAccess : null);

    /// <summary>The form in which a refresh token is kept.</summary>
    public static string HashOf(string refreshToken) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(refreshToken)));
}
