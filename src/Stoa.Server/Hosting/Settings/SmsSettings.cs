namespace Stoa.Server.Hosting.Settings;

/// <summary>How SMS come in and go out.</summary>
public sealed class SmsSettings
{
    /// <summary>The account at Twilio. Empty: SMS are written to <see cref="Folder"/>.</summary>
    [Aliases("TWILIO_ACCOUNT_SID")]
    public string AccountSid { get; init; } = "";

    /// <summary>Signs what Twilio delivers, and is the password for what we send. Empty: deliveries are refused.</summary>
    [Secret, Aliases("TWILIO_AUTH_TOKEN")]
    public string AuthToken { get; init; } = "";

    /// <summary>The number in E.164 that answers come from. Empty: the one that was written to.</summary>
    [Aliases("TWILIO_PHONE_NUMBER")]
    public string PhoneNumber { get; init; } = "";

    /// <summary>The beginning of the address Twilio calls, up to the path, because its signature covers it. Empty: what the request says of itself.</summary>
    public string PublicUrl { get; init; } = "";

    /// <summary>An SMS counts as an account's also from a number it only stated. For closed deployments whose operator knows the numbers.</summary>
    [Aliases("SMS_TRUST_STATED_NUMBERS")]
    public bool TrustStatedNumbers { get; init; }

    /// <summary>Where Twilio's API is.</summary>
    public string TwilioUrl { get; init; } = "https://api.twilio.com";

    /// <summary>Where SMS are written while no account is configured. Empty: <c>sms</c> in the data folder.</summary>
    public string Folder { get; init; } = "";

    /// <summary>How often a node looks for SMS that are due.</summary>
    [Between("00:00:00.050", "00:10:00")]
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long Twilio may take over one SMS.</summary>
    [Between("00:00:01", "00:10:00")]
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after a failure the first repetition comes; each next one waits three times as long, at most four hours.</summary>
    [Between("00:00:00.100", "01:00:00")]
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an SMS is tried.</summary>
    [Between("00:01:00", "30.00:00:00")]
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long numbers of those who wrote, and what became of the answers, are kept. An SMS older than this is not answered by SMS.</summary>
    [Between("01:00:00", "3650.00:00:00")]
    public TimeSpan KeepFor { get; init; } = TimeSpan.FromDays(30);

    /// <summary>SMS really leave the house.</summary>
    public bool HasAccount => AccountSid.Length > 0 && AuthToken.Length > 0;
}
