using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;

namespace Stoa.Server.Identity;

/// <summary>Signs in with a user name or an e-mail address, and a password.</summary>
/// <remarks>
/// Refusals: <c>auth.credentials</c> (unknown and wrong are not told apart, in text or time), <c>auth.disabled</c> (only to who knows the
/// password), <c>auth.busy</c>. Opens a session; rehashes the password when the cost was raised since.
/// </remarks>
public sealed class LogIn(StoaDb db, PasswordHashing passwords, SessionTokens sessions, TimeProvider clock, ILogger<AuthLog> log)
{
    public static readonly Refusal WrongCredentials = Refusal.Unauthenticated("auth.credentials", "Incorrect username or password");
    public static readonly Refusal Disabled = Refusal.Forbidden("auth.disabled", "User is disabled");

    public sealed record Request(string Identifier, string Password, Device Device);

    public async Task<Outcome<SignedIn>> Handle(Request request, CancellationToken cancellation)
    {
        var key = User.KeyOf(request.Identifier);
        var (id, known) = await FindAsync(key, cancellation);
        var verified = await passwords.VerifyAsync(request.Password, known, cancellation);
        if (verified.Refusal is { } busy)
            return busy;
        if (!verified.Value)
        {
            log.Refused(known is null ? null : id);
            return WrongCredentials;
        }

        var user = await db.Users.SingleAsync(u => u.Id == id, cancellation);

        if (!user.IsActive)
            return Disabled;
        if (passwords.IsOutdated(user.PasswordHash))
            await RehashAsync(user, request.Password, cancellation);

        var signedIn = await db.WriteAsync(() => sessions.OpenAsync(user, request.Device, cancellation), cancellation);
        log.SignedIn(user.Id, signedIn.SessionId);
        return signedIn;
    }

    /// <summary>The account with this name, else with this address, and its hash; null when there is none.</summary>
    /// <remarks>
    /// Always reads one row of the same columns: for an unknown name that of some account, which is then not used. Reading a row, let alone a whole account,
    /// only for known names is told from outside (benchmarks/RESULTS.md, timing).
    /// </remarks>
    private async Task<(long Id, string? Hash)> FindAsync(string key, CancellationToken cancellation)
    {
        var byName = db.Users.Where(u => u.UsernameKey == key).Select(static u => new { u.Id, u.PasswordHash, Rank = 2 });
        var byAddress = db.Users.Where(u => u.EmailKey == key).Select(static u => new { u.Id, u.PasswordHash, Rank = 1 });
        var anybody = db.Users.OrderBy(static u => u.Id).Take(1).Select(static u => new { u.Id, u.PasswordHash, Rank = 0 });
        var found = await byName.Concat(byAddress).Concat(anybody).OrderByDescending(static f => f.Rank).Take(1).SingleOrDefaultAsync(cancellation);
        return found is null or { Rank: 0 } ? (0, null) : (found.Id, found.PasswordHash);
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
}
