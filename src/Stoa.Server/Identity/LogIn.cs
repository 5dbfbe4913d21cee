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
        var candidates = await db.Users.AsNoTracking().Where(u => u.UsernameKey == key || u.EmailKey == key)
            .Select(u => new { u.Id, u.UsernameKey, u.PasswordHash }).Take(2).ToListAsync(cancellation);
        var found = candidates.Find(u => u.UsernameKey == key) ?? candidates.FirstOrDefault();

        var verified = await passwords.VerifyAsync(request.Password, found?.PasswordHash, cancellation);
        if (verified.Refusal is { } busy)
            return busy;
        if (!verified.Value || found is null)
        {
            log.Refused(found?.Id);
            return WrongCredentials;
        }

        var user = await db.Users.SingleAsync(u => u.Id == found.Id, cancellation);

        if (!user.IsActive)
            return Disabled;
        if (passwords.IsOutdated(user.PasswordHash))
            await RehashAsync(user, request.Password, cancellation);

        var signedIn = await db.WriteAsync(() => sessions.OpenAsync(user, request.Device, cancellation), cancellation);
        log.SignedIn(user.Id, signedIn.SessionId);
        return signedIn;
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
