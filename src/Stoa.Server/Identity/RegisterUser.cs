using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Identity.Mails;
using Stoa.Server.Mail;

namespace Stoa.Server.Identity;

/// <summary>Makes an account and signs it in at once.</summary>
/// <remarks>
/// Refusals: <c>auth.username_taken</c>, <c>auth.email_taken</c>, <c>auth.phone_taken</c>, <c>auth.username_invalid</c>, <c>auth.busy</c>.
/// Names and addresses are unique ignoring case, by unique keys: of many at once one wins.
/// </remarks>
public sealed class RegisterUser(StoaDb db, PasswordHashing passwords, SessionTokens sessions, OutgoingMail mails, AuditTrail audit, TimeProvider clock, ILogger<AuthLog> log)
{
    public static readonly Refusal UsernameTaken = Refusal.Invalid("auth.username_taken", "Username already registered");
    public static readonly Refusal EmailTaken = Refusal.Invalid("auth.email_taken", "Email already registered");
    public static readonly Refusal PhoneTaken = Refusal.Invalid("auth.phone_taken", "Phone number already registered");

    /// <summary>Somebody else's address as a name would catch that person's log-ins.</summary>
    public static readonly Refusal UsernameInvalid = Refusal.Invalid("auth.username_invalid", "A user name with @ must be the account's own e-mail address");

    public sealed record Request(
        string Username,
        string Email,
        string Password,
        string? FullName,
        string? PhoneNumber,
        Device Device);

    public async Task<Outcome<SignedIn>> Handle(Request request, CancellationToken cancellation)
    {
        var registered = await AddAsync(request, user => sessions.OpenAsync(user, request.Device, cancellation), cancellation);
        if (registered.Refusal is null)
            log.Registered(registered.Value.User.Id);
        return registered;
    }

    /// <summary>The account alone, made by an administrator.</summary>
    public async Task<Outcome<User>> HandleFor(Caller actor, Request request, CancellationToken cancellation) =>
        await AddAsync(request, async user =>
        {
            audit.Note(actor, "user.created", "user", user.Id);
            await db.SaveChangesAsync(cancellation);
            return user;
        }, cancellation);

    private async Task<Outcome<T>> AddAsync<T>(Request request, Func<User, Task<T>> then, CancellationToken cancellation)
    {
        if (request.Username.Contains('@', StringComparison.Ordinal) && User.KeyOf(request.Username) != User.KeyOf(request.Email))
            return UsernameInvalid;
        if (await TakenAsync(request, cancellation) is { } taken)
            return taken;

        var hash = await passwords.HashAsync(request.Password, cancellation);
        if (hash.Refusal is { } busy)
            return busy;

        var user = User.Register(request.Username, request.Email, hash.Value, clock.GetUtcNow());
        user.FullName = Blank(request.FullName);
        user.PhoneNumber = Blank(request.PhoneNumber);
        try
        {
            return await db.WriteAsync(async () =>
            {
                db.Users.Add(user);
                await db.SaveChangesAsync(cancellation);
                mails.Add(WelcomeMail.Kind, user.Id);
                return await then(user);
            }, cancellation);
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.ChangeTracker.Clear();
            return await TakenAsync(request, cancellation) ?? UsernameTaken;
        }
    }

    private async Task<Refusal?> TakenAsync(Request request, CancellationToken cancellation)
    {
        var (name, email, phone) = (User.KeyOf(request.Username), User.KeyOf(request.Email), Blank(request.PhoneNumber));
        var taken = await db.Users.AsNoTracking()
            .Where(u => u.UsernameKey == name || u.EmailKey == email || (phone != null && u.PhoneNumber == phone))
            .Select(u => new { u.UsernameKey, u.EmailKey })
            .Take(3)
            .ToListAsync(cancellation);
        if (taken.Count == 0)
            return null;
        return taken.Any(u => u.UsernameKey == name) ? UsernameTaken : taken.Any(u => u.EmailKey == email) ? EmailTaken : PhoneTaken;
    }

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
