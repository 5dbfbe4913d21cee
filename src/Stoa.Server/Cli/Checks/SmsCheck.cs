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
        using var sender = new TwilioSender(settings);
        var place = new Uri(settings.TwilioUrl).Authority;
        return await Finding.WithinAsync(patience, "sms", place, limit => AskAsync(sender, place, limit), cancellation);
    }

    private static async Task<Finding> AskAsync(TwilioSender sender, string place, CancellationToken cancellation)
    {
        try
        {
            await sender.GreetAsync(cancellation);
            return Finding.Ok("sms", $"{place} answers and accepts the account's token");
        }
        catch (Exception fault) when (fault is SendingRefusedException or SendingDelayedException)
        {
            return Finding.Fail("sms", $"{place}: {fault.Message}; look at Sms:AccountSid, Sms:AuthToken and Sms:TwilioUrl");
        }
    }
}
