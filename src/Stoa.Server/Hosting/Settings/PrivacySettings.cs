namespace Stoa.Server.Hosting.Settings;

/// <summary>How long what the record holds of people is kept, by kind; docs/privacy.md lists the kinds.</summary>
public sealed class PrivacySettings
{
    /// <summary>Sessions that ended, with device and address. Shorter than 90 days, and a device counts as strange again sooner.</summary>
    [Between("1.00:00:00", "3650.00:00:00")]
    public TimeSpan KeepEndedSessions { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Notifications, read or not. 0: for ever.</summary>
    [Between("00:00:00", "3650.00:00:00")]
    public TimeSpan KeepNotifications { get; init; } = TimeSpan.FromDays(365);

    /// <summary>The numbers of SMS that were taken in; the text is a message and stays as one.</summary>
    [Between("1.00:00:00", "3650.00:00:00")]
    public TimeSpan KeepSms { get; init; } = TimeSpan.FromDays(30);

    /// <summary>The audit trail. 0: for ever.</summary>
    [Between("00:00:00", "3650.00:00:00")]
    public TimeSpan KeepAudit { get; init; } = TimeSpan.FromDays(730);
}
