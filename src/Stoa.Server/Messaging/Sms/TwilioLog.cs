namespace Stoa.Server.Messaging.Sms;

/// <summary>Names the category of <c>twilio_webhook.log</c>. Events carry ids, lengths and masked numbers, never a text or a whole number.</summary>
public sealed class TwilioLog
{
    /// <summary><c>+***44</c>: enough to tell two senders of a minute apart, too little to call one.</summary>
    public static string Mask(string number)
    {
        const int Shown = 2;
        return number.Length <= Shown + 1 ? "***" : $"{(number[0] == '+' ? "+" : "")}***{new string([.. number[^Shown..].Where(char.IsAsciiDigit)])}";
    }
}

internal static partial class TwilioLogEvents
{
    [LoggerMessage(2101, LogLevel.Information, "twilio.received sid={Sid} from={From} to={To} length={Length} outcome={Outcome} user={UserId} message={MessageId}")]
    public static partial void Received(this ILogger<TwilioLog> log, string sid, string from, string to, int length, string outcome, long? userId, long? messageId);

    [LoggerMessage(2102, LogLevel.Warning, "twilio.delivery_refused reason={Reason}")]
    public static partial void DeliveryRefused(this ILogger<TwilioLog> log, string reason);

    [LoggerMessage(2103, LogLevel.Information, "twilio.sent sms={SmsId} to={To} attempt={Attempt}")]
    public static partial void Sent(this ILogger<TwilioLog> log, long smsId, string to, int attempt);

    [LoggerMessage(2104, LogLevel.Warning, "twilio.delayed sms={SmsId} attempt={Attempt} again_in={Seconds}s error={Error}")]
    public static partial void Delayed(this ILogger<TwilioLog> log, long smsId, int attempt, double seconds, string error);

    [LoggerMessage(2105, LogLevel.Error, "twilio.failed sms={SmsId} attempts={Attempts} error={Error}")]
    public static partial void Failed(this ILogger<TwilioLog> log, long smsId, int attempts, string error);

    [LoggerMessage(2106, LogLevel.Information, "twilio.dropped sms={SmsId}")]
    public static partial void Dropped(this ILogger<TwilioLog> log, long smsId);

    [LoggerMessage(2107, LogLevel.Error, "twilio.round_failed")]
    public static partial void RoundFailed(this ILogger<TwilioLog> log, Exception fault);
}
