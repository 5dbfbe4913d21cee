using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Mail;

namespace Stoa.Server.Mail;

/// <summary>One kind of mail: makes the letter at the moment it is sent. Registered by the module it belongs to.</summary>
public interface IMailKind
{
    /// <summary>Stable, e.g. <c>welcome</c>: it stands in <see cref="MailMessage.Kind"/>.</summary>
    string Name { get; }

    /// <summary>The letter, or null when there is nothing to say any more (no such account, already verified): the row is then removed.</summary>
    /// <remarks>Called anew for every attempt, so what it writes (a link's token) may be written more than once.</remarks>
    Task<Envelope?> ComposeAsync(MailMessage mail, CancellationToken cancellation);
}

/// <summary>A mail to the owner of an account, at the address it has when the mail is sent.</summary>
public abstract class AccountMail(StoaDb db) : IMailKind
{
    public abstract string Name { get; }

    public async Task<Envelope?> ComposeAsync(MailMessage mail, CancellationToken cancellation)
    {
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == mail.UserId && u.IsActive && u.DeletedAt == null, cancellation);
        return user is null ? null : await ComposeAsync(user, mail, cancellation);
    }

    /// <summary>What to say to this reader; null: nothing.</summary>
    /// <param name="name">The reader's name, fit to be repeated; null: none.</param>
    protected abstract Task<Letter?> WriteAsync(User user, string? name, MailMessage mail, CancellationToken cancellation);

    private protected async Task<Envelope?> ComposeAsync(User user, MailMessage mail, CancellationToken cancellation)
    {
        var name = Mailbox.Spoken(string.IsNullOrWhiteSpace(user.FullName) ? user.Username : user.FullName);
        return await WriteAsync(user, name, mail, cancellation) is { } letter ? new Envelope(new Mailbox(user.Email, name), letter) : null;
    }
}
