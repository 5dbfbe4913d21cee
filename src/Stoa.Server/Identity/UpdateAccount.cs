using Microsoft.EntityFrameworkCore;
using Stoa.Core.Text;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Identity.Addresses;
using Stoa.Server.Identity.Throttling;

namespace Stoa.Server.Identity;

/// <summary>Changes what an account says of itself. What is null stays; what is blank is taken away.</summary>
/// <remarks>
/// A number stated here is bound to the account, and to no other (contract E.9.22); SMS from it count once it is proved (<see cref="VerifyPhone"/>). A proved one is
/// replaced or removed only with the password. Refusals: <c>user.not_found</c>, <c>auth.username_taken</c>, <c>auth.email_taken</c>, <c>auth.phone_taken</c>,
/// <c>auth.password_needed</c>, <c>auth.password_wrong</c>, <c>auth.paused</c>, <c>auth.busy</c>.
/// </remarks>
public sealed class UpdateAccount(
    StoaDb db, PasswordProof proof, ReservedAddresses reserved, SessionEnding ending, AuditTrail audit, SecurityTrail trail, TimeProvider clock)
{
    /// <param name="Username">Only administrators change it; null: stays.</param>
    /// <param name="Email">Likewise; the owner has <see cref="ChangeEmail"/>.</param>
    /// <param name="Password">The owner's, where a proved number changes.</param>
    public sealed record Request(string? FullName, string? Bio, string? PhoneNumber, string? Username = null, string? Email = null, string? Password = null);

    public async Task<Outcome<User>> Handle(Caller caller, Request request, CancellationToken cancellation)
    {
        var stated = request.PhoneNumber is { } number ? PhoneNumber.Normalize(number) ?? "" : null;
        if (stated is not null
            && await db.Users.AnyAsync(u => u.Id == caller.UserId && u.PhoneVerifiedAt != null && u.PhoneNumber != stated, cancellation)
            && (await proof.NeedAsync(caller, request.Password, cancellation)).Refusal is { } unproven)
            return unproven;
        return await ChangeAsync(caller.UserId, request, caller, isOwner: true, cancellation);
    }

    /// <summary>By an administrator; the trail says which members, never their text.</summary>
    public Task<Outcome<User>> HandleFor(Caller actor, long userId, Request request, CancellationToken cancellation) =>
        ChangeAsync(userId, request, actor, isOwner: false, cancellation);

    private async Task<Outcome<User>> ChangeAsync(long userId, Request request, Caller actor, bool isOwner, CancellationToken cancellation)
    {
        User? wanted = null;
        try
        {
            var changed = await db.WriteAsync(async () =>
            {
                wanted = await db.Users.SingleOrDefaultAsync(u => u.Id == userId && u.DeletedAt == null && !u.IsSystem, cancellation);
                if (wanted is null)
                    return (Outcome<User>)User.NotFound;
                if (request.Email is { } email && User.KeyOf(email) != wanted.EmailKey && await reserved.ContainAsync(email, userId, cancellation))
                    return RegisterUser.EmailTaken;
                Apply(wanted, request, actor, isOwner);
                await db.SaveChangesAsync(cancellation);
                return wanted;
            }, cancellation);

            // The name beside the next message is the new one.
            ending.Forget(userId);
            return changed;
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.ChangeTracker.Clear();
            return await WhoseAsync(wanted!, cancellation);
        }
    }

    private void Apply(User user, Request request, Caller actor, bool isOwner)
    {
        var (number, address) = (user.StatedNumber, user.Email);
        user.FullName = Changed(user.FullName, request.FullName);
        user.Bio = Changed(user.Bio, request.Bio);
        if (request.PhoneNumber is { } stated)
            user.StatePhone(stated, binds: true);
        if (request.Username is { } username)
            (user.Username, user.UsernameKey) = (NormalForm.C(username.Trim()), User.KeyOf(username));
        if (request.Email is { } email)
            user.ChangeEmail(email);
        user.UpdatedAt = clock.GetUtcNow().Rounded();
        if (!isOwner)
            audit.Note(actor, "user.updated", "user", user.Id, after: string.Join(", ", Named(request)));
        if (user.StatedNumber != number)
            trail.Note(SecurityEvents.PhoneChanged, actor.UserId, user.Id);
        if (User.KeyOf(address) != user.EmailKey)
            trail.Note(SecurityEvents.EmailChanged, actor.UserId, user.Id, null, null, address, user.Email);
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

    private static string? Changed(string? old, string? given) => given is null ? old : string.IsNullOrWhiteSpace(given) ? null : given.Trim();
}
