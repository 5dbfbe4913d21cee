using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Mail;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Jobs;
using Stoa.Server.Mail.Letters;

namespace Stoa.Server.Mail.Kinds;

/// <summary>Says that something changed in how somebody signs in (<see cref="SecurityEvents"/>). Also to a disabled account, and to an address that was an account's.</summary>
/// <remarks>To an address that nobody has proved at most <see cref="MaxUnproved"/> a day: whoever registers a stranger's address shall not fill his mailbox.</remarks>
public sealed class SecurityNoticeMail(StoaDb db, MailSettings settings) : IMailKind
{
    public const int MaxUnproved = 10;

    public string Name => SecurityTrail.MailKind;

    public async Task<Envelope?> ComposeAsync(MailMessage mail, CancellationToken cancellation)
    {
        if (Read(mail) is not { } notice || SecurityEvents.Named(notice.Event)?.Sentence is not { } sentence)
            throw new SendingRefusedException("The mail's content cannot be read");
        if (mail.UserId is not { } id)
            return mail.Address is null ? null : Written(mail.Address, null, notice, sentence);
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id && u.DeletedAt == null && !u.IsSystem, cancellation);
        if (user is null || (user.EmailVerifiedAt is null && await mail.CountOfDayAsync(db, cancellation) >= MaxUnproved))
            return null;
        return Written(user.Email, AccountMail.NameOf(user), notice, sentence);
    }

    private Envelope Written(string address, string? name, SecurityTrail.Notice notice, string sentence) =>
        new(new Mailbox(address, name), new SecurityNoticeLetter(settings.FromName, name, sentence, notice.At, notice.Client, notice.Address));

    private static SecurityTrail.Notice? Read(MailMessage mail)
    {
        try
        {
            return JsonSerializer.Deserialize(mail.Content ?? "null", SecurityJson.Default.Notice);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

internal static class MailsOfDay
{
    /// <summary>How many mails of this kind the account got, or is about to get, in the day before this one.</summary>
    public static Task<int> CountOfDayAsync(this MailMessage mail, StoaDb db, CancellationToken cancellation)
    {
        var (user, kind, id, since) = (mail.UserId, mail.Kind, mail.Id, mail.CreatedAt - TimeSpan.FromDays(1));
        return db.Mails.CountAsync(m => m.UserId == user && m.Kind == kind && m.Id < id && m.CreatedAt > since, cancellation);
    }
}
