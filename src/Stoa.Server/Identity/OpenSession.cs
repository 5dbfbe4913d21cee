using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Identity.Mails;
using Stoa.Server.Mail;

namespace Stoa.Server.Identity;

/// <summary>What somebody has shown who wants to come in.</summary>
/// <param name="CredentialsVersion">The account's <see cref="User.CredentialsVersion"/>, read before the proof was checked or with it.</param>
/// <param name="IsComplete">False: a second step would still be needed if the account asks for one.</param>
public readonly record struct Proof(long CredentialsVersion, bool IsComplete);

/// <summary>The one step that opens a session: only if the account still is as it was proven, and may come in. Every way to sign in ends here.</summary>
/// <remarks>
/// The condition and the waking of a resting account are one update, which holds the account's row until the commit: a password that changes meanwhile,
/// a suspension or a deletion comes either before it, and nothing is opened, or after it, and ends what was opened (ADR 25).
/// Refusals: <c>auth.credentials</c> (what was proven counts no more), <c>auth.disabled</c>, <c>auth.suspended</c>.
/// </remarks>
public sealed class OpenSession(StoaDb db, SessionTokens tokens, OutgoingMail mails, SecurityTrail trail, SessionLifetimes lifetimes, TimeProvider clock)
{
    /// <summary>The account is another one than was proven; doors that know no passwords say it in their own words.</summary>
    public static readonly Refusal Outdated = Refusal.Unauthenticated("auth.credentials", "Incorrect username or password");
    public static readonly Refusal Disabled = Refusal.Forbidden("auth.disabled", "User is disabled");

    /// <summary>Adds a session with its first refresh token and saves; call within the transaction of the sign-in.</summary>
    /// <param name="user">Is awake afterwards.</param>
    public async Task<Outcome<SignedIn>> Handle(User user, Proof proof, Device device, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var admitted = await db.Users
            .Where(u => u.Id == user.Id && u.CredentialsVersion == proof.CredentialsVersion && u.DeletedAt == null && !u.IsSystem
                && (u.IsActive || u.DeactivatedAt != null) && (u.SuspendedUntil == null || u.SuspendedUntil <= now)
                && (proof.IsComplete || u.TwoFactorSince == null))
            .ExecuteUpdateAsync(u => u.SetProperty(x => x.IsActive, true).SetProperty(x => x.DeactivatedAt, (DateTimeOffset?)null), cancellation);
        if (admitted == 0)
        {
            var actual = await db.Users.AsNoTracking().SingleAsync(u => u.Id == user.Id, cancellation);
            return await WhyNotAsync(actual, proof.CredentialsVersion, cancellation) ?? Outdated;
        }

        var session = NewSession(user.Id, proof, device, now);
        var isStrange = await IsStrangeAsync(session, cancellation);
        db.Sessions.Add(session);
        await db.SaveChangesAsync(cancellation);
        trail.Log(SecurityEvents.SignedIn, user.Id, string.Create(CultureInfo.InvariantCulture, $"session:{session.Id}"));
        if (isStrange)
            mails.Add(NewDeviceMail.Kind, user.Id, session.Id.ToString(CultureInfo.InvariantCulture));
        return await tokens.IssueAsync(user.Awake(), session, session.RefreshGeneration, cancellation);
    }

    /// <summary>Why somebody who has proven who he is may still not come in; null: he may. To be asked early: what counts is <see cref="Handle"/>.</summary>
    /// <param name="proven">The account's <see cref="User.CredentialsVersion"/> that was proven.</param>
    public async Task<Refusal?> WhyNotAsync(User user, long proven, CancellationToken cancellation)
    {
        if (user is { IsActive: false, DeactivatedAt: null })
            return user.DeletedAt is null ? Disabled : Outdated;
        if (user.SuspendedUntil > clock.GetUtcNow())
            return await SuspendedAsync(user, cancellation);
        return user.CredentialsVersion == proven ? null : Outdated;
    }

    private Session NewSession(long userId, Proof proof, Device device, DateTimeOffset now) => new()
    {
        UserId = userId,
        DeviceInfo = device.Info is { Length: > Session.MaxDeviceLength } longer ? longer[..Session.MaxDeviceLength] : device.Info,
        IpAddress = device.IpAddress,
        Surface = device.Surface,
        DeviceKey = Session.DeviceKeyOf(device.Info, device.IpAddress),
        CredentialsVersion = proof.CredentialsVersion,
        ExpiresAt = lifetimes.EndOf(now, now),
        CreatedAt = now,
        UpdatedAt = now,
    };

    /// <summary>True when the account has signed in before, but never from a device and network like these.</summary>
    private async Task<bool> IsStrangeAsync(Session session, CancellationToken cancellation) =>
        !await db.Sessions.AnyAsync(s => s.UserId == session.UserId && s.DeviceKey == session.DeviceKey, cancellation)
        && await db.Sessions.AnyAsync(s => s.UserId == session.UserId, cancellation);

    private async Task<Refusal> SuspendedAsync(User user, CancellationToken cancellation)
    {
        var why = await db.Restrictions.AsNoTracking()
            .Where(r => r.UserId == user.Id && r.Kind == RestrictionKind.Suspension).Where(Restrictions.InForce(clock.GetUtcNow()))
            .OrderByDescending(r => r.Until).FirstOrDefaultAsync(cancellation);
        if (why is null)
            return Restriction.Suspended;

        var details = new Dictionary<string, object> { ["reason"] = why.Reason, ["suspendedAt"] = Text(why.ImposedAt) };
        if (why.Until < Restriction.Forever)
            details["suspendedUntil"] = Text(why.Until);
        return Restriction.Suspended with { Details = details };
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}
