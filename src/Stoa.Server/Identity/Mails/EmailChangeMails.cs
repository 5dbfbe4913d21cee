using System.Globalization;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Mail;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Mail;
using Stoa.Server.Mail.Letters;

namespace Stoa.Server.Identity.Mails;

/// <summary>A mail about a change of address; its content is the change's id. A change that was stopped or replaced meanwhile has nothing to say.</summary>
public abstract class EmailChangeMail(StoaDb db, TimeProvider clock) : IMailKind
{
    public abstract string Name { get; }

    public async Task<Envelope?> ComposeAsync(MailMessage mail, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        return long.TryParse(mail.Content, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && await db.EmailChanges.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id && c.AppliedAt == null && c.ExpiresAt > now, cancellation) is { } change
            ? await WriteAsync(change, cancellation)
            : null;
    }

    protected abstract Task<Envelope?> WriteAsync(EmailChange change, CancellationToken cancellation);

    /// <summary>A new token, kept as its hash in the place of the one before.</summary>
    private protected async Task<string> IssueAsync(EmailChange change, Expression<Func<EmailChange, string?>> where, CancellationToken cancellation)
    {
        var token = MailedLink.NewToken();
        var hash = MailedLink.HashOf(token);
        await db.WriteAsync(
            () => db.EmailChanges.Where(c => c.Id == change.Id).ExecuteUpdateAsync(c => c.SetProperty(where, hash), cancellation), cancellation);
        return token;
    }
}

/// <summary>To the new address: the link that proves it. Names nobody: the address is not known to be the account's.</summary>
public sealed class ProveNewEmailMail(StoaDb db, StoaSettings settings, TimeProvider clock) : EmailChangeMail(db, clock)
{
    public const string Kind = "email_change";

    public override string Name => Kind;

    protected override async Task<Envelope?> WriteAsync(EmailChange change, CancellationToken cancellation)
    {
        var token = await IssueAsync(change, static c => c.ProofHash, cancellation);
        return new Envelope(new Mailbox(change.NewEmail, null), new ProveNewEmailLetter(settings.Mail.FromName, $"{settings.LinkBase}/confirm-email?token={token}"));
    }
}

/// <summary>To the old address: what was asked for, and the link that stops it, or takes it back.</summary>
public sealed class StopEmailChangeMail(StoaDb db, StoaSettings settings, TimeProvider clock) : EmailChangeMail(db, clock)
{
    public const string Kind = "email_change_notice";

    public override string Name => Kind;

    protected override async Task<Envelope?> WriteAsync(EmailChange change, CancellationToken cancellation)
    {
        var token = await IssueAsync(change, static c => c.UndoHash, cancellation);
        return new Envelope(
            new Mailbox(change.OldEmail, null), new StopEmailChangeLetter(settings.Mail.FromName, $"{settings.LinkBase}/undo-email?token={token}", change.CreatedAt));
    }
}
