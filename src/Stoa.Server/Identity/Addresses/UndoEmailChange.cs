using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Outbox;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Identity.Mails;
using Stoa.Server.Mail;

namespace Stoa.Server.Identity.Addresses;

/// <summary>Takes the token that was mailed to the old address: stops a change that waits, or takes back one that counts already.</summary>
/// <remarks>
/// Somebody else was at the account, who knew its password: every session ends, authenticator and passkeys that were added since go, later changes of the
/// address with them, and a link to a new password is mailed to the old address. Refusals: <c>email.change_invalid</c> (unknown, used, over: not told apart),
/// <c>auth.email_taken</c>.
/// </remarks>
public sealed class UndoEmailChange(
    StoaDb db, OutboxWriter outbox, AccountRights rights, SessionEnding ending, OutgoingMail mails, SecurityTrail trail, TimeProvider clock)
{
    /// <summary>Needs no sign-in: whoever has lost the account has none.</summary>
    public async Task<Outcome<Done>> Handle(string token, CancellationToken cancellation)
    {
        var hash = MailedLink.HashOf(token);
        var change = await db.EmailChanges.AsNoTracking().SingleOrDefaultAsync(c => c.UndoHash == hash, cancellation);
        if (change is null)
            return ProveNewEmail.Invalid;
        try
        {
            var ended = await outbox.WriteAsync(() => UndoAsync(change, cancellation), cancellation);
            if (ended.Refusal is { } refusal)
                return refusal;
            ending.Ended(change.UserId, ended.Value, "e-mail change undone");
            return default(Done);
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.ChangeTracker.Clear();
            return RegisterUser.EmailTaken;
        }
    }

    private async Task<Outcome<List<long>>> UndoAsync(EmailChange change, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await db.SerializeAsync(ReservedAddresses.Topic(change.OldEmail), cancellation);
        var spent = await db.EmailChanges
            .Where(c => c.Id == change.Id && c.UndoHash == change.UndoHash && (c.AppliedAt == null ? c.ExpiresAt > now : c.UndoUntil > now))
            .ExecuteDeleteAsync(cancellation);
        if (spent == 0)
            return ProveNewEmail.Invalid;
        var user = await db.Users.SingleOrDefaultAsync(u => u.Id == change.UserId && u.DeletedAt == null, cancellation);
        if (user is null)
            return ProveNewEmail.Invalid;

        var taken = user.Email;
        await db.EmailChanges.Where(c => c.UserId == user.Id && c.Id >= change.Id).ExecuteDeleteAsync(cancellation);
        await RemoveFactorsSinceAsync(user, change.CreatedAt, cancellation);
        user.ChangeEmail(change.OldEmail);
        user.EmailVerifiedAt ??= now; // the token came from there
        user.UpdatedAt = now;
        await db.SaveChangesAsync(cancellation);
        if (User.KeyOf(taken) == change.OldEmailKey)
            trail.Note(SecurityEvents.EmailChangeUndone, user.Id, user.Id, null, null, change.OldEmail);
        else
            trail.Note(SecurityEvents.EmailChangeUndone, user.Id, user.Id, null, null, change.OldEmail, taken);
        mails.AddTo(PasswordResetMail.Kind, change.OldEmail);
        return await rights.VoidAsync(user.Id, keep: null, cancellation);
    }

    private async Task RemoveFactorsSinceAsync(User user, DateTimeOffset since, CancellationToken cancellation)
    {
        await db.Passkeys.Where(p => p.UserId == user.Id && p.CreatedAt >= since).ExecuteDeleteAsync(cancellation);
        if (user.TwoFactorSince is not { } added || added < since)
            return;
        user.TwoFactorSince = null;
        await db.Authenticators.Where(a => a.UserId == user.Id).ExecuteDeleteAsync(cancellation);
        await db.RecoveryCodes.Where(c => c.UserId == user.Id).ExecuteDeleteAsync(cancellation);
    }
}
