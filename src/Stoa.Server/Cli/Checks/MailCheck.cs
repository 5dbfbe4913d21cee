using Stoa.Server.Hosting.Settings;
using Stoa.Server.Jobs;
using Stoa.Server.Mail.Sending;

namespace Stoa.Server.Cli.Checks;

/// <summary>Whether the mail server lets this one in. No mail is sent.</summary>
internal static class MailCheck
{
    public static async Task<Finding> RunAsync(MailSettings settings, TimeSpan patience, CancellationToken cancellation)
    {
        if (settings.SmtpServer.Length == 0)
            return Finding.Warn("mail", "no mail server is configured: mails are written into a folder");
        await using var sender = new SmtpSender(settings);
        var place = $"{settings.SmtpServer}:{settings.SmtpPort}";
        return await Finding.WithinAsync(patience, "mail", place, limit => AskAsync(sender, place, settings.SmtpUsername.Length > 0, limit), cancellation);
    }

    private static async Task<Finding> AskAsync(SmtpSender sender, string place, bool signsIn, CancellationToken cancellation)
    {
        try
        {
            await sender.GreetAsync(cancellation);
            return Finding.Ok("mail", $"{place} answers{(signsIn ? " and accepts the log-in" : "")}");
        }
        catch (SendingDelayedException fault)
        {
            return Finding.Fail("mail", $"{place}: {fault.Message}");
        }
    }
}
