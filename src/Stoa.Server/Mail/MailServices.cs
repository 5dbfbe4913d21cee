using Stoa.Server.Hosting.Settings;
using Stoa.Server.Mail.Kinds;
using Stoa.Server.Mail.Sending;

namespace Stoa.Server.Mail;

/// <summary>Registers the queue, the worker, and the way out: the mail server if one is configured, else a folder.</summary>
public static class MailServices
{
    public static IServiceCollection AddMail(this IServiceCollection services, StoaSettings settings)
    {
        var mail = settings.Mail;
        var folder = mail.Folder.Length > 0 ? mail.Folder : Path.Combine(settings.Data.Folder, "mail");
        services.AddSingleton(mail);
        services.AddScoped<OutgoingMail>();
        services.AddScoped<MailWriting>();
        services.AddScoped<IMailKind, DigestMail>();
        services.AddScoped<IMailKind, CampaignMail>();
        services.AddScoped<IMailKind, SecurityNoticeMail>();
        services.AddSingleton<Func<IMailSender>>(mail.SmtpServer.Length > 0 ? () => new SmtpSender(mail) : () => new FolderSender(folder));
        return services.AddHostedService<MailWorker>();
    }
}
