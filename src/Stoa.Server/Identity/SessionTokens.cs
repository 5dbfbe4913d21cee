using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Tokens;
using Stoa.Server.Identity.Mails;
using Stoa.Server.Mail;

namespace Stoa.Server.Identity;

/// <summary>Where a log-in comes from.</summary>
public sealed record Device(string? Info, string? IpAddress);

/// <summary>An account that has just proven who it is, with the tokens of its session.</summary>
public sealed record SignedIn(User User, long SessionId, string AccessToken, string RefreshToken);

/// <summary>Opens sessions and makes their tokens; used by every way to sign in.</summary>
/// <param name="lifetime">Of a refresh token, and of a session that is not refreshed.</param>
public sealed class SessionTokens(StoaDb db, AccessTokens tokens, OutgoingMail mails, TimeProvider clock, TimeSpan lifetime)
{
    /// <summary>A refresh token: 256 random bits as 43 characters of base64url.</summary>
    private const int RefreshTokenBytes = 32;

    public TimeSpan Lifetime => lifetime;

    /// <summary>Adds a session with its first refresh token and saves; call within the transaction of the sign-in.</summary>
    public async Task<SignedIn> OpenAsync(User user, Device device, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var session = new Session
        {
            UserId = user.Id,
            DeviceInfo = device.Info is { Length: > Session.MaxDeviceLength } longer ? longer[..Session.MaxDeviceLength] : device.Info,
            IpAddress = device.IpAddress,
            DeviceKey = Session.DeviceKeyOf(device.Info, device.IpAddress),
            ExpiresAt = now + lifetime,
            CreatedAt = now,
            UpdatedAt = now,
        };
        var isStrange = await IsStrangeAsync(session, cancellation);
        db.Sessions.Add(session);
        await db.SaveChangesAsync(cancellation);
        if (isStrange)
            mails.Add(NewDeviceMail.Kind, user.Id, session.Id.ToString(CultureInfo.InvariantCulture));
        return await ContinueAsync(user, session.Id, cancellation);
    }

    /// <summary>True when the account has signed in before, but never from a device and network like these.</summary>
    private async Task<bool> IsStrangeAsync(Session session, CancellationToken cancellation) =>
        !await db.Sessions.AnyAsync(s => s.UserId == session.UserId && s.DeviceKey == session.DeviceKey, cancellation)
        && await db.Sessions.AnyAsync(s => s.UserId == session.UserId, cancellation);

    /// <summary>The next pair of tokens of a session; saves. Call within a transaction.</summary>
    public async Task<SignedIn> ContinueAsync(User user, long sessionId, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var refresh = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RefreshTokenBytes));
        db.RefreshTokens.Add(new RefreshToken
        {
            UserId = user.Id,
            SessionId = sessionId,
            TokenHash = HashOf(refresh),
            ExpiresAt = now + lifetime,
            CreatedAt = now,
        });
        await db.SaveChangesAsync(cancellation);
        return new SignedIn(user, sessionId, tokens.Sign(user.Id, sessionId, user.Username), refresh);
    }

    /// <summary>The form in which a refresh token is kept.</summary>
    public static string HashOf(string refreshToken) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(refreshToken)));
}
