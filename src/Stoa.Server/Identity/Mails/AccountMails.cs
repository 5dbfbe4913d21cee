using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Mail;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Mail;
using Stoa.Server.Mail.Kinds;
using Stoa.Server.Mail.Letters;

namespace Stoa.Server.Identity.Mails;

/// <summary>After a registration: greets, and carries the link that proves the address (S4-125, S4-128).</summary>
public sealed class WelcomeMail(StoaDb db, StoaSettings settings, MailedLinks links) : AccountMail(db)
{
    public const string Kind = "welcome";

    public override string Name => Kind;

    protected override Words Carries => Words.NameOfNew;

    protected override async Task<Letter?> WriteAsync(User user, string? name, MailMessage mail, CancellationToken cancellation) =>
        new WelcomeLetter(settings.Mail.FromName, name, await VerificationMail.LinkAsync(user, links, settings, cancellation));
}

/// <summary>The link that proves an address, asked for by the account's owner (S4-128).</summary>
public sealed class VerificationMail(StoaDb db, StoaSettings settings, MailedLinks links) : AccountMail(db)
{
    public const string Kind = "verification";

    public override string Name => Kind;

    protected override async Task<Letter?> WriteAsync(User user, string? name, MailMessage mail, CancellationToken cancellation) =>
        user.EmailVerifiedAt is not null ? null : new VerificationLetter(settings.Mail.FromName, name, await LinkAsync(user, links, settings, cancellation));

    internal static async Task<string> LinkAsync(User user, MailedLinks links, StoaSettings settings, CancellationToken cancellation)
    {
        var token = await links.IssueAsync(user, (hash, now) => new EmailVerification
        {
            UserId = user.Id,
            TokenHash = hash,
            Email = user.EmailKey,
            ExpiresAt = now + EmailVerification.Lifetime,
            CreatedAt = now,
        }, cancellation);
        return $"{settings.LinkBase}/verify-email?token={token}";
    }
}

/// <summary>Says that a password was changed through the link (S2-26).</summary>
public sealed class PasswordResetDoneMail(StoaDb db, MailSettings settings) : AccountMail(db)
{
    public const string Kind = "password_reset_done";

    /// <summary>Its content when the reset also voided what was set before the address was proved.</summary>
    public const string AlsoVoided = "voided";

    public override string Name => Kind;

    protected override Task<Letter?> WriteAsync(User user, string? name, MailMessage mail, CancellationToken cancellation) =>
        Task.FromResult<Letter?>(new PasswordResetDoneLetter(settings.FromName, name, mail.CreatedAt, mail.Content == AlsoVoided));
}

/// <summary>Says that somebody signed in from a device not seen before; its content is the session's id. At most <see cref="MaxPerDay"/> a day.</summary>
public sealed class NewDeviceMail(StoaDb db, MailSettings settings) : AccountMail(db)
{
    public const string Kind = "new_device";
    public const int MaxPerDay = 3;

    private readonly StoaDb db = db;

    public override string Name => Kind;

    protected override async Task<Letter?> WriteAsync(User user, string? name, MailMessage mail, CancellationToken cancellation)
    {
        if (!long.TryParse(mail.Content, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return null;
        var session = await db.Sessions.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id && s.UserId == user.Id, cancellation);
        if (session is null || await mail.CountOfDayAsync(db, cancellation) >= MaxPerDay)
            return null;
        return new NewDeviceLetter(settings.FromName, name, DeviceName.Of(session.DeviceInfo), session.IpAddress, session.CreatedAt);
    }
}
