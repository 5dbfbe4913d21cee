using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Moderation;
using Stoa.Server.Identity.Throttling;
using Stoa.Server.Identity.TwoFactor;

namespace Stoa.Server.Identity;

/// <summary>Signs in with a user name or an e-mail address, and a password.</summary>
/// <remarks>
/// Refusals: <c>auth.credentials</c> (unknown and wrong are not told apart, in text or time), <c>rate.logins</c> and <c>auth.paused</c> (neither says
/// whether the name is known), <c>auth.busy</c>; only to who knows the password <c>auth.disabled</c>, <c>auth.suspended</c>, and
/// <c>auth.mfa_required</c> with the token for <see cref="CompleteLogIn"/>. Opens a session; wakes an account that its owner put to rest; rehashes the
/// password when the cost was raised since.
/// </remarks>
public sealed class LogIn(
    StoaDb db,
    PasswordHashing passwords,
    SessionTokens sessions,
    SignInLimits limits,
    FailureLog failures,
    Challenges challenges,
    TimeProvider clock,
    ILogger<AuthLog> log)
{
    public static readonly Refusal WrongCredentials = Refusal.Unauthenticated("auth.credentials", "Incorrect username or password");
    public static readonly Refusal Disabled = Refusal.Forbidden("auth.disabled", "User is disabled");

    /// <summary>For how long an address that signed in stays known: from there the right password passes while strangers must wait.</summary>
    private static readonly TimeSpan KnownFor = TimeSpan.FromDays(90);

    public sealed record Request(string Identifier, string Password, Device Device);

    public async Task<Outcome<SignedIn>> Handle(Request request, CancellationToken cancellation)
    {
        var name = User.KeyOf(request.Identifier);
        if (limits.LogIn(name, request.Device.IpAddress) is { } tooMany)
            return tooMany;
        var found = await FindAsync(name, request.Device.IpAddress, cancellation);
        var standing = await failures.ReadAsync(name, cancellation);
        if (standing.Refusal is { } paused && found is not { IsKnownDevice: true })
            return paused;

        var verified = await passwords.VerifyAsync(request.Password, found?.PasswordHash, cancellation);
        if (verified.Refusal is { } busy)
            return busy;
        if (!verified.Value || found is null)
        {
            await failures.AddAsync(name, cancellation);
            log.Refused(found?.Id);
            return WrongCredentials;
        }

        if (standing.Count > 0)
            await failures.ForgetAsync(name, cancellation);
        return await LetInAsync(await db.Users.SingleAsync(u => u.Id == found.Id, cancellation), request, cancellation);
    }

    private sealed record Candidate(long Id, string PasswordHash, bool IsKnownDevice, int Rank);

    /// <summary>The account with this address, else with this name; null when there is none.</summary>
    /// <remarks>
    /// The address first: otherwise somebody who chose the address of another as a user name would stand between that one and his account.
    /// Always reads one row of the same columns: for an unknown name that of some account, which is then not used. Reading a row, let alone a whole account,
    /// only for known names is told from outside (benchmarks/RESULTS.md, timing).
    /// </remarks>
    private async Task<Candidate?> FindAsync(string name, string? address, CancellationToken cancellation)
    {
        var since = clock.GetUtcNow() - KnownFor;
        var byName = db.Users.Where(u => u.UsernameKey == name
            && u.DeletedAt == null).Select(static u => new { u.Id, u.PasswordHash, Rank = 1 });
        var byAddress = db.Users.Where(u => u.EmailKey == name
            && u.DeletedAt == null).Select(static u => new { u.Id, u.PasswordHash, Rank = 2 });
        var anybody = db.Users.OrderBy(static u => u.Id).Take(1).Select(static u => new { u.Id, u.PasswordHash, Rank = 0 });
        var best = await byName.Concat(byAddress).Concat(anybody).OrderByDescending(static f => f.Rank).Take(1)
            .Select(f => new Candidate(
                f.Id, f.PasswordHash, address != null && db.Sessions.Any(s => s.UserId == f.Id && s.IpAddress == address && s.CreatedAt > since), f.Rank))
            .SingleOrDefaultAsync(cancellation);
        return best is null or { Rank: 0 } ? null : best;
    }

    private async Task<Outcome<SignedIn>> LetInAsync(User user, Request request, CancellationToken cancellation)
    {
        if (await WhyNotAsync(user, cancellation) is { } refusal)
            return refusal;
        if (passwords.IsOutdated(user.PasswordHash))
            await RehashAsync(user, request.Password, cancellation);
        if (user.TwoFactorSince is not null)
        {
            await db.SaveChangesAsync(cancellation);
            return await challenges.AskForSecondStepAsync(user.Id, request.Device, cancellation);
        }

        var signedIn = await db.WriteAsync(() => sessions.OpenAsync(user.Awake(), request.Device, cancellation), cancellation);
        log.SignedIn(user.Id, signedIn.SessionId);
        return signedIn;
    }

    /// <summary>Why somebody who has proven who he is may still not come in; null: he may.</summary>
    internal async Task<Refusal?> WhyNotAsync(User user, CancellationToken cancellation) =>
        user is { IsActive: false, DeactivatedAt: null } ? Disabled : user.SuspendedUntil > clock.GetUtcNow() ? await SuspendedAsync(user, cancellation) : null;

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

    /// <summary>Best effort: when the pool is busy the old hash is as good for another day.</summary>
    private async Task RehashAsync(User user, string password, CancellationToken cancellation)
    {
        var hash = await passwords.HashAsync(password, cancellation);
        if (hash.Refusal is null)
        {
            user.PasswordHash = hash.Value;
            user.UpdatedAt = clock.GetUtcNow();
        }
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}
