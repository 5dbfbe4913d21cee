using Stoa.Server.Hosting.Settings;
using Stoa.Server.Jobs;
using Stoa.Server.Messaging.Sms.Sending;

namespace Stoa.Server.Cli.Checks;

/// <summary>Whether Twilio knows the account and its token. No SMS is sent.</summary>
internal static class SmsCheck
{
    public static async Task<Finding> RunAsync(SmsSettings settings, TimeSpan patience, CancellationToken cancellation)
    {
        if (!settings.HasAccount)
            return Finding.Ok("sms", "no account at Twilio is configured: SMS are written into a folder");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        using var sender = new TwilioSender(settings);
        var place = new Uri(settings.TwilioUrl).Authority;
        try
        {
            await sender.GreetAsync(limit.Token);
            return Finding.Ok("sms", $"{place} answers and accepts the account's token");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Finding.Fail("sms", $"{place} does not answer within {patience.TotalSeconds:0} s");
        }
        catch (Exception fault) when (fault is SendingRefusedException or SendingDelayedException)
        {
            return Finding.Fail("sms", $"{place}: {fault.Message}; look at Sms:AccountSid, Sms:AuthToken and Sms:TwilioUrl");
        }
    }
}
