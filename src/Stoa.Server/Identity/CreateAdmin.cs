using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;

namespace Stoa.Server.Identity;

/// <summary>Makes a superuser; only the command line calls it (contract E.9.14).</summary>
/// <remarks>Refusals: <c>auth.username_taken</c>, <c>auth.email_taken</c>, <see cref="PasswordRules.Refusals"/>, <c>auth.busy</c>.</remarks>
public sealed class CreateAdmin(StoaDb db, PasswordHashing passwords, PasswordRules rules, TimeProvider clock)
{
    public sealed record Request(string Username, string Email, string Password);

    public async Task<Outcome<User>> Handle(Request request, CancellationToken cancellation)
    {
        if (rules.WhyNot(request.Password, [request.Username, request.Email]) is { } weak)
            return weak;
        var hash = await passwords.HashAsync(request.Password, HashingShare.Known, cancellation);
        if (hash.Refusal is { } busy)
            return busy;

        var user = User.Register(request.Username, request.Email, hash.Value, clock.GetUtcNow());
        user.IsSuperuser = true;
        user.EmailVerifiedAt = user.CreatedAt; // whoever runs commands here vouches for it
        db.Users.Add(user);
        try
        {
            await db.SaveChangesAsync(cancellation);
            return user;
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            return await db.Users.AnyAsync(u => u.UsernameKey == user.UsernameKey, cancellation) ? RegisterUser.UsernameTaken : RegisterUser.EmailTaken;
        }
    }
}
