using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Identity.Mails;
using Stoa.Server.Mail;

namespace Stoa.Server.Identity;

/// <summary>Proves that an account's owner reads its address: asks for the link, and takes the link's token.</summary>
/// <remarks>
/// Refusals: <c>email.already_verified</c>, <c>rate.email_verifications</c> (three an hour for each account); <c>email.verification_invalid</c> (unknown, used,
/// over, or the address changed: not told apart). A link is good once, by a conditional update.
/// </remarks>
public sealed class VerifyEmail(StoaDb db, MailedLinks links, OutgoingMail mails, RateLimits limits, TimeProvider clock)
{
    public static readonly Refusal AlreadyVerified = Refusal.Invalid("email.already_verified", "This e-mail address is verified already");
    public static readonly Refusal Invalid = Refusal.Invalid("email.verification_invalid", "Invalid or expired verification token");
    public static readonly Refusal TooOften = Refusal.TooMany("rate.email_verifications", "Too many verification mails, please try again later");
    private static readonly RateLimit Limit = new("email_verifications", 3, TimeSpan.FromHours(1), TooOften) { IsShared = true };

    public async Task<Outcome<Done>> AskAsync(Caller caller, CancellationToken cancellation)
    {
        if (await db.Users.AnyAsync(u => u.Id == caller.UserId && u.EmailVerifiedAt != null, cancellation))
            return AlreadyVerified;
        if ((await limits.TakeAsync(Limit, LimitKey.Account(caller.UserId), cancellation)).Refusal is { } tooOften)
            return tooOften;
        mails.Add(VerificationMail.Kind, caller.UserId);
        await db.SaveChangesAsync(cancellation);
        return default(Done);
    }

    /// <summary>Needs no sign-in: the mail may be read on another device.</summary>
    public async Task<Outcome<Done>> ConfirmAsync(string token, CancellationToken cancellation)
    {
        if (await links.FindAsync<EmailVerification>(token, cancellation) is not { } link)
            return Invalid;
        var now = clock.GetUtcNow();
        return await db.WriteAsync(async () =>
        {
            if (!await links.SpendAsync(link, cancellation))
                return (Outcome<Done>)Invalid;
            await db.Users.Where(u => u.Id == link.UserId && u.EmailKey == link.Email)
                .ExecuteUpdateAsync(u => u.SetProperty(x => x.EmailVerifiedAt, now).SetProperty(x => x.UpdatedAt, now), cancellation);
            return default(Done);
        }, cancellation);
    }
}
