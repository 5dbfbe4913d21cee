using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Identity.Addresses;
using Stoa.Server.Identity.Inviting;
using Stoa.Server.Identity.Mails;
using Stoa.Server.Identity.Throttling;
using Stoa.Server.Mail;

namespace Stoa.Server.Identity;

/// <summary>Makes an account and signs it in at once.</summary>
/// <remarks>
/// Refusals: <c>auth.username_taken</c>, <c>auth.email_taken</c>, <c>auth.phone_taken</c>, <c>auth.username_invalid</c>,
/// <c>auth.role_forbidden</c>, <c>rate.registrations</c>, <c>auth.busy</c>, <c>auth.registration_closed</c>, <c>auth.invitation_needed</c>, those of <see cref="PasswordRules"/>. Names and addresses are unique ignoring case, by unique keys: of many at once
/// one wins. Writes the account, its session, and the role it gave itself.
/// </remarks>
public sealed class RegisterUser(
    StoaDb db,
    PasswordHashing passwords,
    PasswordRules rules,
    OpenSession opening,
    SignInLimits limits,
    SelfAssignedRoles roles,
    Invitations invitations,
    ReservedAddresses reserved,
    OutgoingMail mails,
    AuditTrail audit,
    TimeProvider clock,
    ILogger<AuthLog> log)
{
    public static readonly Refusal UsernameTaken = Refusal.Invalid("auth.username_taken", "Username already registered");
    public static readonly Refusal EmailTaken = Refusal.Invalid("auth.email_taken", "Email already registered");
    public static readonly Refusal PhoneTaken = PhoneBinding.Taken;

    /// <summary>Somebody else's address as a name would catch that person's log-ins.</summary>
    public static readonly Refusal UsernameInvalid = Refusal.Invalid("auth.username_invalid", "A user name with @ must be the account's own e-mail address");

    private const int DerivedNames = 5;
    private const int DerivedLength = 60;

    /// <param name="Username">Null: one is made from the e-mail address.</param>
    /// <param name="Role">What the account wants to be; unknown words are let pass and mean nothing.</param>
    /// <param name="Invitation">The code of an invitation; looked at only while registration is by invitation.</param>
    /// <param name="MinimumPasswordLength">Of the surface that was registered at.</param>
    /// <param name="BindsPhone">False: the number is a contact, which others may state too (contract E.9.22).</param>
    public sealed record Request(
        string? Username,
        string Email,
        string Password,
        string? FullName,
        string? PhoneNumber,
        Device Device,
        string? Role = null,
        string? Invitation = null,
        int MinimumPasswordLength = PasswordRules.MinimumLength,
        bool BindsPhone = true);

    public async Task<Outcome<SignedIn>> Handle(Request request, CancellationToken cancellation)
    {
        if (await limits.RegistrationAsync(request.Device.Network, cancellation) is { } tooMany)
            return tooMany;
        if (invitations.WhyClosed(request.Invitation) is { } closed)
            return closed;
        var role = await roles.FindAsync(request.Role, cancellation);
        if (role.Refusal is { } forbidden)
            return forbidden;

        var registered = await AddAsync(request, () => invitations.TakeAsync(request.Invitation, cancellation), user =>
        {
            if (role.Value is { } roleId)
                db.UserRoles.Add(new UserRole { UserId = user.Id, RoleId = roleId });
            return opening.Handle(user, new Proof(user.CredentialsVersion, IsComplete: true), request.Device, cancellation);
        }, cancellation);
        if (registered.Refusal is null)
            log.Registered(registered.Value.User.Id);
        return registered;
    }

    /// <summary>The account alone, made by an administrator.</summary>
    public async Task<Outcome<User>> HandleFor(Caller actor, Request request, CancellationToken cancellation) =>
        await AddAsync<User>(request, static () => Task.FromResult<Refusal?>(null), async user =>
        {
            audit.Note(actor, "user.created", "user", user.Id);
            await db.SaveChangesAsync(cancellation);
            return user;
        }, cancellation);

    /// <param name="first">Within the transaction, before anything is written: null when the account may be made.</param>
    /// <param name="then">Within the transaction, once the account has its id.</param>
    private async Task<Outcome<T>> AddAsync<T>(Request request, Func<Task<Refusal?>> first, Func<User, Task<Outcome<T>>> then, CancellationToken cancellation)
    {
        if (rules.WhyNot(request.Password, [request.Username, request.Email, request.FullName], request.MinimumPasswordLength) is { } weak)
            return weak;
        if (request.Username?.Contains('@', StringComparison.Ordinal) == true && User.KeyOf(request.Username) != User.KeyOf(request.Email))
            return UsernameInvalid;
        var names = NamesFor(request);
        if (await TakenAsync(names[0], request, cancellation) is { } taken && (taken != UsernameTaken || names.Count == 1))
            return taken;
        var hash = await passwords.HashAsync(request.Password, HashingShare.Of(request.Device.Network), cancellation);
        if (hash.Refusal is { } busy)
            return busy;

        foreach (var name in names)
        {
            var made = await MakeAsync(name, hash.Value, request, first, then, cancellation);
            if (made.Refusal != UsernameTaken)
                return made;
        }

        return UsernameTaken;
    }

    private async Task<Outcome<T>> MakeAsync<T>(
        string name, string hash, Request request, Func<Task<Refusal?>> first, Func<User, Task<Outcome<T>>> then, CancellationToken cancellation)
    {
        var user = User.Register(name, request.Email, hash, clock.GetUtcNow());
        user.FullName = Blank(request.FullName);
        user.StatePhone(request.PhoneNumber, request.BindsPhone);
        try
        {
            return await db.WriteAsync<Outcome<T>>(async () =>
            {
                if (await first() is { } refusal)
                    return refusal;
                if (await reserved.ContainAsync(request.Email, null, cancellation))
                    return EmailTaken;
                db.Users.Add(user);
                await db.SaveChangesAsync(cancellation);
                mails.Add(WelcomeMail.Kind, user.Id);
                return await then(user);
            }, cancellation);
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.ChangeTracker.Clear();
            return await TakenAsync(name, request, cancellation) ?? UsernameTaken;
        }
    }

    private async Task<Refusal?> TakenAsync(string username, Request request, CancellationToken cancellation)
    {
        var (name, email, phone) = (User.KeyOf(username), User.KeyOf(request.Email), Phone(request));

        // At most three: each of these is unique.
        var taken = await db.Users.AsNoTracking()
            .Where(u => u.UsernameKey == name || u.EmailKey == email || (phone != null && u.PhoneNumber == phone))
            .Select(u => new { u.UsernameKey, u.EmailKey })
            .ToListAsync(cancellation);
        if (taken.Count == 0)
            return null;
        var isName = taken.Any(u => u.UsernameKey == name);
        var isEmail = taken.Any(u => u.EmailKey == email);

        // Who chose no name is told what he can change.
        return isName && (request.Username is not null || !isEmail) ? UsernameTaken : isEmail ? EmailTaken : PhoneTaken;
    }

    /// <summary>The chosen name; or names made from the address, the plain one first.</summary>
    private static List<string> NamesFor(Request request)
    {
        if (request.Username is { } chosen)
            return [chosen];
        var local = request.Email.Trim().Split('@')[0];
        var stem = local.Length > DerivedLength ? local[..DerivedLength] : local;
        return [stem, .. Enumerable.Range(0, DerivedNames).Select(_ => $"{stem}-{RandomNumberGenerator.GetInt32(100_000, 1_000_000).ToString(CultureInfo.InvariantCulture)}")];
    }

    private static string? Phone(Request request) => request.BindsPhone && Blank(request.PhoneNumber) is { } text ? PhoneNumber.Normalize(text) ?? text : null;

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
