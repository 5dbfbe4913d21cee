using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Outbox;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Identity.Addresses;
using Stoa.Server.Identity.Mails;
using Stoa.Server.Identity.Throttling;
using Stoa.Server.Mail;

namespace Stoa.Server.Identity;

/// <summary>Sets a new password by the token of a mailed link, and ends every session of the account.</summary>
/// <remarks>
/// Single use: of many at once one wins, by a conditional update in the transaction that changes the password, ends the sessions, queues the confirmation
/// mail and writes the audit row. The address counts as verified: the link came from there. Was it not verified before, then whatever was set so far is void
/// (<see cref="VoidUnproved"/>).
/// Refusals: <c>auth.reset_invalid</c> (unknown, used, over: not told apart), <see cref="PasswordRules.Refusals"/>, <c>auth.busy</c>, <c>rate.reset_tokens</c>.
/// </remarks>
public sealed class ResetPassword(
    StoaDb db,
    OutboxWriter outbox,
    MailedLinks links,
    PasswordHashing passwords,
    PasswordRules rules,
    FailureLog failures,
    AccountRights rights,
    SessionEnding ending,
    OutgoingMail mails,
    ResetTokenLimit limit,
    VoidUnproved unproved,
    SecurityTrail trail,
    TimeProvider clock)
{
    public static readonly Refusal Invalid = Refusal.Invalid("auth.reset_invalid", "Invalid or expired reset token");

    public sealed record Request(string Token, string NewPassword, ClientNetwork From);

    public async Task<Outcome<Done>> Handle(Request request, CancellationToken cancellation)
    {
        if (await limit.TakeAsync(request.From, cancellation) is { } tooMany)
            return tooMany;
        if (await links.FindAsync<PasswordReset>(request.Token, cancellation) is not { } link)
            return Invalid;
        var own = await db.Users.Where(u => u.Id == link.UserId).Select(u => new { u.Username, u.Email, u.FullName }).SingleAsync(cancellation);
        if (rules.WhyNot(request.NewPassword, [own.Username, own.Email, own.FullName]) is { } weak)
            return weak;
        var hash = await passwords.HashAsync(request.NewPassword, HashingShare.Known, cancellation);
        if (hash.Refusal is { } busy)
            return busy;

        var ended = await outbox.WriteAsync(() => ChangeAsync(link, hash.Value, cancellation), cancellation);
        if (ended is null)
            return Invalid;
        ending.Ended(link.UserId, ended, "password reset");

        // Whoever has the mailbox need not wait for guesses made with the old password.
        var keys = await db.Users.Where(u => u.Id == link.UserId).Select(u => new { u.UsernameKey, u.EmailKey }).SingleAsync(cancellation);
        await failures.ForgetAsync(keys.UsernameKey, cancellation);
        await failures.ForgetAsync(keys.EmailKey, cancellation);
        return default(Done);
    }

    /// <summary>The sessions that ended; null when somebody else was first.</summary>
    private async Task<List<long>?> ChangeAsync(PasswordReset link, string hash, CancellationToken cancellation)
    {
        if (!await links.SpendAsync(link, cancellation))
            return null;
        var now = clock.GetUtcNow();
        await db.Users.Where(u => u.Id == link.UserId).ExecuteUpdateAsync(
            u => u.SetProperty(x => x.PasswordHash, hash).SetProperty(x => x.UpdatedAt, now), cancellation);
        var isVoided = await unproved.HandleAsync(link.UserId, now, cancellation);
        await links.VoidAsync<PasswordReset>(link.UserId, cancellation);
        trail.Note(SecurityEvents.PasswordReset, link.UserId, link.UserId);
        mails.Add(PasswordResetDoneMail.Kind, link.UserId, isVoided ? PasswordResetDoneMail.AlsoVoided : null);
        return await rights.VoidAsync(link.UserId, keep: null, cancellation);
    }
}

/// <summary>How many reset tokens one network may present: guessing one is hopeless, asking the database for each is not free.</summary>
public sealed class ResetTokenLimit(RateLimits limits, PasswordResetSettings settings)
{
    public static readonly Refusal TooMany = Refusal.TooMany("rate.reset_tokens", "Too many reset tokens tried, please try again later");
    private readonly RateLimit tokens = new("reset_tokens", settings.MaxTokensPerClientPerHour, TimeSpan.FromHours(1), TooMany) { IsShared = true };

    /// <summary>Null when this one may be looked at.</summary>
    public async ValueTask<Refusal?> TakeAsync(ClientNetwork from, CancellationToken cancellation) => (await limits.TakeAsync(tokens, LimitKey.Of(from), cancellation)).Refusal;
}
