using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Identity.Mails;
using Stoa.Server.Identity.Throttling;
using Stoa.Server.Mail;

namespace Stoa.Server.Identity.Addresses;

/// <summary>The caller wants another e-mail address: a link goes to the new one, and to the old one, if it was proved, a notice with which to stop it.</summary>
/// <remarks>
/// Nothing changes until the new address is proved (<see cref="ProveNewEmail"/>). Asking again replaces what was asked before. Refusals: <c>auth.password_wrong</c>,
/// <c>auth.paused</c>, <c>auth.busy</c>, <c>email.unchanged</c>, <c>auth.email_taken</c>, <c>rate.email_changes</c> (five an hour for each account).
/// </remarks>
public sealed class ChangeEmail(
    StoaDb db, PasswordProof proof, ReservedAddresses reserved, AccountRights rights, OutgoingMail mails, SecurityTrail trail, RateLimits limits, TimeProvider clock)
{
    public static readonly Refusal Unchanged = Refusal.Invalid("email.unchanged", "This is the account's address already");
    public static readonly Refusal TooOften = Refusal.TooMany("rate.email_changes", "Too many changes of the e-mail address, please try again later");
    private static readonly RateLimit Limit = new("email_changes", 5, TimeSpan.FromHours(1), TooOften);

    public async Task<Outcome<Done>> Handle(string email, string password, Caller caller, CancellationToken cancellation)
    {
        if (limits.Take(Limit, caller.UserId.ToString(CultureInfo.InvariantCulture)).Refusal is { } tooOften)
            return tooOften;
        var proven = await proof.CheckAsync(caller, password, cancellation);
        return proven.Refusal ?? await db.WriteAsync(() => AskAsync(email.Trim(), caller, cancellation), cancellation);
    }

    private async Task<Outcome<Done>> AskAsync(string email, Caller caller, CancellationToken cancellation)
    {
        if (!await rights.HoldAsync(caller.UserId, caller.CredentialsVersion, cancellation))
            return PasswordProof.Wrong;
        var key = User.KeyOf(email);
        var own = await db.Users.AsNoTracking().SingleAsync(u => u.Id == caller.UserId, cancellation);
        if (own.EmailKey == key)
            return Unchanged;
        if (await db.Users.AnyAsync(u => u.EmailKey == key, cancellation) || await reserved.ContainAsync(email, own.Id, cancellation))
            return RegisterUser.EmailTaken;

        var now = clock.GetUtcNow();
        await db.EmailChanges.Where(c => c.UserId == own.Id && c.AppliedAt == null).ExecuteDeleteAsync(cancellation);
        var change = new EmailChange
        {
            UserId = own.Id,
            NewEmail = email,
            OldEmail = own.Email,
            OldEmailKey = own.EmailKey,
            OldVerifiedAt = own.EmailVerifiedAt,
            CreatedAt = now,
            ExpiresAt = now + EmailChange.Lifetime,
        };
        db.EmailChanges.Add(change);
        await db.SaveChangesAsync(cancellation);
        var content = change.Id.ToString(CultureInfo.InvariantCulture);
        mails.Add(ProveNewEmailMail.Kind, own.Id, content, EmailChange.Lifetime);
        if (own.EmailVerifiedAt is not null)
            mails.Add(StopEmailChangeMail.Kind, own.Id, content);
        trail.Note(SecurityEvents.EmailChangeAsked, own.Id, own.Id);
        await db.SaveChangesAsync(cancellation);
        return default(Done);
    }
}
