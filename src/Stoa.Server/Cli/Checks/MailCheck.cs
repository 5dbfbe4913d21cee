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
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        await using var sender = new SmtpSender(settings);
        var place = $"{settings.SmtpServer}:{settings.SmtpPort}";
        try
        {
            await sender.GreetAsync(limit.Token);
            return Finding.Ok("mail", $"{place} answers{(settings.SmtpUsername.Length > 0 ? " and accepts the log-in" : "")}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Finding.Fail("mail", $"{place} does not answer within {patience.TotalSeconds:0} s");
        }
        catch (SendingDelayedException fault)
        {
            return Finding.Fail("mail", $"{place}: {fault.Message}");
        }
    }
}
