using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.Tokens;
using Stoa.Server.Identity.Mails;
using Stoa.Server.Mail;

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
/// <param name="LongToken">An access token for clients that never refresh; dies with the session like the other.</param>
public sealed record SignedIn(User User, long SessionId, string AccessToken, string RefreshToken, string LongToken);

/// <summary>Opens sessions and makes their tokens; used by every way to sign in.</summary>
/// <param name="lifetime">Of a refresh token, and of a session that is not refreshed.</param>
/// <param name="longLifetime">Of an access token that is never refreshed.</param>
public sealed class SessionTokens(StoaDb db, AccessTokens tokens, OutgoingMail mails, TimeProvider clock, TimeSpan lifetime, TimeSpan longLifetime)
{
    /// <summary>A refresh token: 256 random bits as 43 characters of base64url.</summary>
    private const int RefreshTokenBytes = 32;

    /// <summary>Of a session nobody refreshes: no token outlives it.</summary>
    public TimeSpan Lifetime => lifetime > longLifetime ? lifetime : longLifetime;

    /// <summary>Adds a session with its first refresh token and saves; call within the transaction of the sign-in.</summary>
    public async Task<SignedIn> OpenAsync(User user, Device device, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var session = new Session
        {
            UserId = user.Id,
            DeviceInfo = device.Info is { Length: > Session.MaxDeviceLength } longer ? longer[..Session.MaxDeviceLength] : device.Info,
            IpAddress = device.IpAddress,
            Surface = device.Surface,
            DeviceKey = Session.DeviceKeyOf(device.Info, device.IpAddress),
            ExpiresAt = now + Lifetime,
            CreatedAt = now,
            UpdatedAt = now,
        };
        var isStrange = await IsStrangeAsync(session, cancellation);
        db.Sessions.Add(session);
        await db.SaveChangesAsync(cancellation);
        if (isStrange)
            mails.Add(NewDeviceMail.Kind, user.Id, session.Id.ToString(CultureInfo.InvariantCulture));
        return await ContinueAsync(user, session, cancellation);
    }

    /// <summary>True when the account has signed in before, but never from a device and network like these.</summary>
    private async Task<bool> IsStrangeAsync(Session session, CancellationToken cancellation) =>
        !await db.Sessions.AnyAsync(s => s.UserId == session.UserId && s.DeviceKey == session.DeviceKey, cancellation)
        && await db.Sessions.AnyAsync(s => s.UserId == session.UserId, cancellation);

    /// <summary>The next pair of tokens of a session; saves. Call within a transaction.</summary>
    public async Task<SignedIn> ContinueAsync(User user, Session session, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var refresh = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RefreshTokenBytes));
        db.RefreshTokens.Add(new RefreshToken
        {
            UserId = user.Id,
            SessionId = session.Id,
            TokenHash = HashOf(refresh),
            ExpiresAt = now + lifetime,
            CreatedAt = now,
        });
        await db.SaveChangesAsync(cancellation);
        var longToken = tokens.Sign(user.Id, session.Id, user.Username, longLifetime);
        return new SignedIn(user, session.Id, AccessTokenFor(user.Id, session.Id, user.Username, session.Surface), refresh, longToken);
    }

    /// <summary>One more access token of a live session; nothing is saved.</summary>
    public string AccessTokenFor(long userId, long sessionId, string username, Surface surface) =>
        tokens.Sign(userId, sessionId, username, surface == Surface.Planner ? longLifetime : null);

    /// <summary>The form in which a refresh token is kept.</summary>
    public static string HashOf(string refreshToken) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(refreshToken)));
}
