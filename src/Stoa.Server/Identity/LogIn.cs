using Microsoft.EntityFrameworkCore;
using Stoa.Core.Text;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Security;
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
    OpenSession opening,
    SignInLimits limits,
    FailureLog failures,
    Challenges challenges,
    TimeProvider clock,
    SecurityTrail trail)
{
    public static readonly Refusal WrongCredentials = OpenSession.Outdated;
    public static readonly Refusal Disabled = OpenSession.Disabled;

    /// <summary>For how long an address that signed in stays known: from there the right password passes while strangers must wait.</summary>
    private static readonly TimeSpan KnownFor = TimeSpan.FromDays(90);

    public sealed record Request(string Identifier, string Password, Device Device);

    public async Task<Outcome<SignedIn>> Handle(Request request, CancellationToken cancellation)
    {
        var name = User.KeyOf(request.Identifier);
        if (await limits.LogInAsync(name, request.Device.Network, cancellation) is { } tooMany)
            return tooMany;
        var found = await FindAsync(ComparedText.KeysOf(request.Identifier), request.Device.OwnAddress, cancellation);
        var isKnown = found is { IsKnownDevice: true };
        var permit = await failures.TakeAsync(name, passesPause: isKnown, cancellation);
        if (permit.Refusal is { } paused)
            return paused;

        var share = isKnown ? HashingShare.Known : HashingShare.Of(request.Device.Network);
        var verified = await passwords.VerifyAsync(request.Password, found?.PasswordHash, share, cancellation);
        if (verified.Refusal is { } busy)
        {
            await failures.GiveBackAsync(permit.Value, cancellation);
            return busy;
        }

        if (!verified.Value || found is null)
        {
            trail.Log(SecurityEvents.SignInRefused, found?.Id, "password");
            return WrongCredentials;
        }

        await failures.ForgetAsync(permit.Value, cancellation);
        return await LetInAsync(found, request, cancellation);
    }

    /// <param name="CredentialsVersion">Read with the hash: what the hash proves is proven for this count alone.</param>
    private sealed record Candidate(long Id, string PasswordHash, long CredentialsVersion, bool IsKnownDevice, int Rank);

    /// <summary>The account with this address, else with this name; null when there is none.</summary>
    /// <remarks>
    /// The address first: otherwise somebody who chose the address of another as a user name would stand between that one and his account.
    /// Always reads one row of the same columns: for an unknown name that of some account, which is then not used. Reading a row, let alone a whole account,
    /// only for known names is told from outside (benchmarks/RESULTS.md, timing).
    /// </remarks>
    /// <param name="keys">Under the last one accounts made by earlier versions may stand; of two that are alike today the one comes first that is written as it was asked for.</param>
    private async Task<Candidate?> FindAsync(IReadOnlyList<string> keys, string? address, CancellationToken cancellation)
    {
        var since = clock.GetUtcNow() - KnownFor;
        var (key, asked) = (keys[0], keys[^1]);
        var byName = db.Users.Where(u => (u.UsernameKey == key || u.UsernameKey == asked) && u.DeletedAt == null)
            .Select(u => new { u.Id, u.PasswordHash, u.CredentialsVersion, Rank = u.UsernameKey == asked ? 2 : 1 });
        var byAddress = db.Users.Where(u => (u.EmailKey == key || u.EmailKey == asked) && u.DeletedAt == null)
            .Select(u => new { u.Id, u.PasswordHash, u.CredentialsVersion, Rank = u.EmailKey == asked ? 4 : 3 });
        var anybody = db.Users.OrderBy(static u => u.Id).Take(1).Select(static u => new { u.Id, u.PasswordHash, u.CredentialsVersion, Rank = 0 });
        var best = await byName.Concat(byAddress).Concat(anybody).OrderByDescending(static f => f.Rank).Take(1)
            .Select(f => new Candidate(
                f.Id, f.PasswordHash, f.CredentialsVersion,
                address != null && db.Sessions.Any(s => s.UserId == f.Id && s.IpAddress == address && s.CreatedAt > since), f.Rank))
            .SingleOrDefaultAsync(cancellation);
        return best is null or { Rank: 0 } ? null : best;
    }

    /// <remarks>Hashing took its time: the account is looked at again, and what counts is that it is still the one whose hash was checked.</remarks>
    private async Task<Outcome<SignedIn>> LetInAsync(Candidate found, Request request, CancellationToken cancellation)
    {
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == found.Id, cancellation);
        if (await opening.WhyNotAsync(user, found.CredentialsVersion, cancellation) is { } refusal)
            return refusal;
        if (passwords.IsOutdated(found.PasswordHash))
            await RehashAsync(found, request.Password, cancellation);
        if (user.TwoFactorSince is not null)
            return await challenges.AskForSecondStepAsync(user.Id, found.CredentialsVersion, request.Device, cancellation);

        return await db.WriteAsync(
            () => opening.Handle(user, new Proof(found.CredentialsVersion, IsComplete: false), request.Device, cancellation), cancellation);
    }

    /// <summary>Best effort: when the pool is busy the old hash is as good for another day. A password that was changed meanwhile stays.</summary>
    private async Task RehashAsync(Candidate found, string password, CancellationToken cancellation)
    {
        var hash = await passwords.HashAsync(password, HashingShare.Known, cancellation);
        if (hash.Refusal is not null)
            return;
        var now = clock.GetUtcNow();
        await db.WriteAsync(
            () => db.Users.Where(u => u.Id == found.Id && u.PasswordHash == found.PasswordHash)
                .ExecuteUpdateAsync(u => u.SetProperty(x => x.PasswordHash, hash.Value).SetProperty(x => x.UpdatedAt, now), cancellation),
            cancellation);
    }
}
