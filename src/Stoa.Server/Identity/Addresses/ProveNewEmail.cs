using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Security;

namespace Stoa.Server.Identity.Addresses;

/// <summary>Takes the token that was mailed to a new address: from now on it is the account's, and proved.</summary>
/// <remarks>
/// Of many at once one counts. The old address, if it was proved, may take it back for <see cref="EmailChange.UndoLifetime"/>; both are told.
/// Refusals: <c>email.change_invalid</c> (unknown, used, over, stopped: not told apart), <c>auth.email_taken</c> (somebody was faster).
/// </remarks>
public sealed class ProveNewEmail(StoaDb db, ReservedAddresses reserved, SecurityTrail trail, SessionEnding ending, TimeProvider clock)
{
    public static readonly Refusal Invalid = Refusal.Invalid("email.change_invalid", "Invalid or expired token");

    /// <summary>Needs no sign-in: the mail may be read on another device.</summary>
    public async Task<Outcome<Done>> Handle(string token, CancellationToken cancellation)
    {
        var hash = MailedLink.HashOf(token);
        var change = await db.EmailChanges.AsNoTracking().SingleOrDefaultAsync(c => c.ProofHash == hash, cancellation);
        if (change is null)
            return Invalid;
        try
        {
            var done = await db.WriteAsync(() => ApplyAsync(change, cancellation), cancellation);
            if (done.Refusal is null)
                ending.Forget(change.UserId);
            return done;
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.ChangeTracker.Clear();
            return RegisterUser.EmailTaken;
        }
    }

    private async Task<Outcome<Done>> ApplyAsync(EmailChange change, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await db.SerializeAsync(ReservedAddresses.Topic(change.OldEmail), cancellation);
        if (await reserved.ContainAsync(change.NewEmail, change.UserId, cancellation))
            return RegisterUser.EmailTaken;
        var undo = change.OldVerifiedAt is null ? (DateTimeOffset?)null : now + EmailChange.UndoLifetime;
        var spent = await db.EmailChanges
            .Where(c => c.Id == change.Id && c.ProofHash == change.ProofHash && c.AppliedAt == null && c.ExpiresAt > now && c.User!.IsActive && c.User.EmailKey == c.OldEmailKey)
            .ExecuteUpdateAsync(c => c.SetProperty(x => x.AppliedAt, now).SetProperty(x => x.UndoUntil, undo).SetProperty(x => x.ProofHash, (string?)null), cancellation);
        if (spent == 0)
            return Invalid;
        var user = await db.Users.SingleAsync(u => u.Id == change.UserId, cancellation);
        user.ChangeEmail(change.NewEmail);
        (user.EmailVerifiedAt, user.UpdatedAt) = (now, now);
        await db.SaveChangesAsync(cancellation);

        // A link to a new password that lies in the old mailbox is void by itself: it names the old address.
        trail.Note(SecurityEvents.EmailChanged, user.Id, user.Id, null, null, change.OldEmail, change.NewEmail);
        await db.SaveChangesAsync(cancellation);
        return default(Done);
    }
}
