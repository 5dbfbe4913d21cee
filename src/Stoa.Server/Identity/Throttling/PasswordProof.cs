using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Identity.Throttling;

/// <summary>Lets a signed-in caller prove that the account is theirs, before what a stolen token must not do.</summary>
/// <remarks>Wrong passwords count and wait like those of a log-in. Refusals: <c>auth.password_wrong</c>, <c>auth.paused</c>, <c>auth.busy</c>.</remarks>
public sealed class PasswordProof(StoaDb db, PasswordHashing passwords, FailureLog failures)
{
    public static readonly Refusal Wrong = Refusal.Invalid("auth.password_wrong", "Current password is incorrect");

    public static readonly Refusal Needed = Refusal.Invalid("auth.password_needed", "This change needs the current password");

    /// <summary>The same for a change that needs a password only sometimes; <c>auth.password_needed</c> when none was given.</summary>
    public async Task<Outcome<string>> NeedAsync(Caller caller, string? password, CancellationToken cancellation) =>
        string.IsNullOrEmpty(password) ? Needed : await CheckAsync(caller, password, cancellation);

    /// <summary>The stored hash that the password fits.</summary>
    public async Task<Outcome<string>> CheckAsync(Caller caller, string password, CancellationToken cancellation)
    {
        var name = $"password of {caller.UserId}";
        var permit = await failures.TakeAsync(name, passesPause: false, cancellation);
        if (permit.Refusal is { } paused)
            return paused;
        var known = await db.Users.Where(u => u.Id == caller.UserId).Select(u => u.PasswordHash).SingleAsync(cancellation);
        var verified = await passwords.VerifyAsync(password, known, HashingShare.Known, cancellation);
        if (verified.Refusal is { } busy)
        {
            await failures.GiveBackAsync(permit.Value, cancellation);
            return busy;
        }

        if (!verified.Value)
            return Wrong;
        await failures.ForgetAsync(permit.Value, cancellation);
        return known;
    }
}
