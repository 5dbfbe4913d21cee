using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Identity;

/// <summary>Changes what an account says of itself. What is null stays; what is blank is taken away.</summary>
/// <remarks>Refusals: <c>user.not_found</c>, <c>auth.username_taken</c>, <c>auth.email_taken</c>, <c>auth.phone_taken</c>.</remarks>
public sealed class UpdateAccount(StoaDb db, SessionEnding ending, AuditTrail audit, TimeProvider clock)
{
    /// <param name="Username">Only administrators change it; null: stays.</param>
    /// <param name="Email">Likewise.</param>
    public sealed record Request(string? FullName, string? Bio, string? PhoneNumber, string? Username = null, string? Email = null);

    public Task<Outcome<User>> Handle(long userId, Request request, CancellationToken cancellation) => ChangeAsync(userId, request, null, cancellation);

    /// <summary>By an administrator; the trail says which members, never their text.</summary>
    public Task<Outcome<User>> HandleFor(Caller actor, long userId, Request request, CancellationToken cancellation) => ChangeAsync(userId, request, actor, cancellation);

    private async Task<Outcome<User>> ChangeAsync(long userId, Request request, Caller? actor, CancellationToken cancellation)
    {
        var user = await db.Users.SingleOrDefaultAsync(u => u.Id == userId && u.DeletedAt == null && !u.IsSystem, cancellation);
        if (user is null)
            return User.NotFound;

        user.FullName = Changed(user.FullName, request.FullName);
        user.Bio = Changed(user.Bio, request.Bio);
        user.PhoneNumber = Phone(Changed(user.PhoneNumber, request.PhoneNumber));
        if (request.Username is { } username)
            (user.Username, user.UsernameKey) = (username.Trim(), User.KeyOf(username));
        if (request.Email is { } email)
            user.ChangeEmail(email);
        user.UpdatedAt = clock.GetUtcNow().Rounded();
        if (actor is not null)
            audit.Note(actor, "user.updated", "user", userId, after: string.Join(", ", Named(request)));
        try
        {
            await db.SaveChangesAsync(cancellation);

            // The name beside the next message is the new one.
            ending.Forget(userId);
            return user;
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.ChangeTracker.Clear();
            return await WhoseAsync(user, cancellation);
        }
    }

    private async Task<Refusal> WhoseAsync(User wanted, CancellationToken cancellation)
    {
        // At most two: each of these is unique.
        var others = await db.Users.AsNoTracking()
            .Where(u => u.Id != wanted.Id && (u.UsernameKey == wanted.UsernameKey || u.EmailKey == wanted.EmailKey))
            .Select(u => u.UsernameKey).ToListAsync(cancellation);
        return others.Count == 0 ? RegisterUser.PhoneTaken : others.Contains(wanted.UsernameKey) ? RegisterUser.UsernameTaken : RegisterUser.EmailTaken;
    }

    private static IEnumerable<string> Named(Request request) => new (string Name, string? Value)[]
    {
        ("username", request.Username), ("email", request.Email), ("full_name", request.FullName), ("bio", request.Bio), ("phone_number", request.PhoneNumber),
    }.Where(static m => m.Value is not null).Select(static m => m.Name);

    private static string? Phone(string? text) => text is null ? null : PhoneNumber.Normalize(text) ?? text;

    private static string? Changed(string? old, string? given) => given is null ? old : string.IsNullOrWhiteSpace(given) ? null : given.Trim();
}
