using Stoa.Core.Outbox;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Jobs;
using Stoa.Server.Messaging.Sms.Sending;

namespace Stoa.Server.Messaging.Sms;

/// <summary>Registers what takes SMS in, what queues answers, and the way out: Twilio if an account is configured, else a folder.</summary>
public static class SmsServices
{
    public static IServiceCollection AddSms(this IServiceCollection services, StoaSettings settings)
    {
        var sms = settings.Sms;
        var folder = sms.Folder.Length > 0 ? sms.Folder : Path.Combine(settings.Data.Folder, "sms");
        services.AddSingleton(sms);
        services.AddScoped<TakeSms>();
        services.AddScoped<ProvePhoneBySms>();
        services.AddScoped<IOutboxSubscriber<MessagesAppended>, AnswerBySms>();
        services.AddSingleton<ISmsSender>(p => sms.HasAccount ? new TwilioSender(sms) : new FolderSender(folder, p.GetRequiredService<TimeProvider>()));
        return services.AddHostedService<SmsWorker>();
    }
}
