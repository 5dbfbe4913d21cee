using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Mail;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Mail;
using Stoa.Server.Mail.Letters;

namespace Stoa.Server.Identity.Mails;

/// <summary>The link to a new password, for whoever has the address that was typed; nothing when nobody has (S2-24).</summary>
/// <remarks>Here, after the answer, an account is looked up: a request for an unknown address is one row like any other.</remarks>
public sealed class PasswordResetMail(StoaDb db, StoaSettings settings, MailedLinks links, ILogger<AuthLog> log) : IMailKind
{
    public const string Kind = "password_reset";

    public string Name => Kind;

    public async Task<Envelope?> ComposeAsync(MailMessage mail, CancellationToken cancellation)
    {
        var key = User.KeyOf(mail.Address ?? "");
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.EmailKey == key && u.IsActive && u.DeletedAt == null, cancellation);
        if (mail.Attempts == 0)
            log.ResetRequested(user?.Id);
        if (user is null)
            return null;

        var hours = settings.PasswordReset.TokenHours;
        var token = await links.IssueAsync(user, (hash, now) => Row(user, hash, now, TimeSpan.FromHours(hours), mail), cancellation);
        var name = AccountMail.NameOf(user);
        var letter = new PasswordResetLetter(settings.Mail.FromName, name, $"{settings.LinkBase}/auth/reset-password?token={token}", hours);
        return new Envelope(new Mailbox(user.Email, name), letter);
    }

    private PasswordReset Row(User user, string hash, DateTimeOffset now, TimeSpan lifetime, MailMessage mail)
    {
        // S2-33: saved with the link, once per request.
        if (mail.Attempts == 0)
            db.Audit.Add(new AuditEntry { ActorId = user.Id, Action = "password_reset.requested", TargetType = "user", TargetId = user.Id, At = mail.CreatedAt });
        return new PasswordReset { UserId = user.Id, TokenHash = hash, Email = user.EmailKey, ExpiresAt = now + lifetime, CreatedAt = now };
    }
}
