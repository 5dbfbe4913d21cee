namespace Stoa.Server.Hosting.Settings;

/// <summary>How the connection to the mail server is protected.</summary>
public enum SmtpSecurity
{
    /// <summary>TLS from the first byte on port 465, elsewhere STARTTLS when the server offers it; with a user name never without.</summary>
    Auto,

    /// <summary>STARTTLS, or nothing is sent.</summary>
    StartTls,

    /// <summary>TLS from the first byte.</summary>
    Tls,
}

/// <summary>How mail leaves the server.</summary>
public sealed class MailSettings
{
    /// <summary>The mail server's name or address. Empty: mails are written to <see cref="Folder"/>.</summary>
    [Aliases("SMTP_SERVER")]
    public string SmtpServer { get; init; } = "";

    [Aliases("SMTP_PORT"), Between("1", "65535")]
    public int SmtpPort { get; init; } = 587;

    /// <summary>Empty: no log-in at the mail server.</summary>
    [Aliases("SMTP_USERNAME")]
    public string SmtpUsername { get; init; } = "";

    [Secret, Aliases("SMTP_PASSWORD")]
    public string SmtpPassword { get; init; } = "";

    public SmtpSecurity SmtpSecurity { get; init; } = SmtpSecurity.Auto;

    /// <summary>A PEM file with the authorities that vouch for the mail server, beside the system's; empty: the system's alone.</summary>
    public string SmtpCaFile { get; init; } = "";

    /// <summary>The sender's address.</summary>
    [Aliases("FROM_EMAIL")]
    public string FromEmail { get; init; } = "noreply@localhost";

    /// <summary>The sender's name; also what the mails call this service.</summary>
    [Aliases("FROM_NAME")]
    public string FromName { get; init; } = "Stoa";

    /// <summary>Where mails are written while no mail server is configured. Empty: <c>mail</c> in the data folder.</summary>
    public string Folder { get; init; } = "";

    /// <summary>How often a node looks for mails that are due.</summary>
    [Between("00:00:00.050", "00:10:00")]
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the mail server may take over one mail.</summary>
    [Between("00:00:01", "00:10:00")]
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after a failure the first repetition comes; each next one waits three times as long, at most four hours.</summary>
    [Between("00:00:00.100", "01:00:00")]
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a mail is tried.</summary>
    [Between("00:01:00", "30.00:00:00")]
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long the record tells of a mail that was sent or given up.</summary>
    [Between("01:00:00", "3650.00:00:00")]
    public TimeSpan KeepFor { get; init; } = TimeSpan.FromDays(30);
}

/// <summary>Forgotten passwords.</summary>
public sealed class PasswordResetSettings
{
    /// <summary>How many hours the link in the mail is good.</summary>
    [Aliases("PASSWORD_RESET_TOKEN_EXPIRE_HOURS"), Between("1", "168")]
    public int TokenHours { get; init; } = 1;

    /// <summary>How many mails may be asked for one e-mail address within an hour.</summary>
    [Aliases("MAX_PASSWORD_RESET_ATTEMPTS_PER_HOUR"), Between("1", "100000")]
    public int MaxPerHour { get; init; } = 3;

    /// <summary>How many mails may be asked for from one network address within an hour: higher, because a household or an office shares one.</summary>
    [Between("1", "100000")]
    public int MaxPerClientPerHour { get; init; } = 30;

    /// <summary>How many reset tokens one network address may present within an hour.</summary>
    [Between("1", "1000000")]
    public int MaxTokensPerClientPerHour { get; init; } = 600;
}
