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
        return user is null || (user.EmailVerifiedAt is null && Carries == Words.OfOthers) ? null : await ComposeAsync(user, mail, cancellation);
    }

    /// <summary>Whose words the letter repeats.</summary>
    protected enum Words
    {
        /// <summary>The server's own, and the reader's name once the address is proved.</summary>
        Ours,

        /// <summary>The reader's name also to an address that nobody has proved: the one letter that greets a new account.</summary>
        NameOfNew,

        /// <summary>What others wrote: nothing for an address that nobody has proved.</summary>
        OfOthers,
    }

    /// <summary>Whoever registers a stranger's address writes the name himself: one letter repeats it, the others do not.</summary>
    protected virtual Words Carries => Words.Ours;

    /// <summary>How the account is greeted; null: without a name, because its address is not proved or the name is not fit to be repeated.</summary>
    internal static string? NameOf(User user) => user.EmailVerifiedAt is null ? null : SpokenNameOf(user);

    /// <summary>What to say to this reader; null: nothing.</summary>
    /// <param name="name">The reader's name, fit to be repeated; null: none.</param>
    protected abstract Task<Letter?> WriteAsync(User user, string? name, MailMessage mail, CancellationToken cancellation);

    private protected async Task<Envelope?> ComposeAsync(User user, MailMessage mail, CancellationToken cancellation)
    {
        var name = Carries == Words.NameOfNew ? SpokenNameOf(user) : NameOf(user);
        return await WriteAsync(user, name, mail, cancellation) is { } letter ? new Envelope(new Mailbox(user.Email, name), letter) : null;
    }

    private static string? SpokenNameOf(User user) => Mailbox.Spoken(string.IsNullOrWhiteSpace(user.FullName) ? user.Username : user.FullName);
}
