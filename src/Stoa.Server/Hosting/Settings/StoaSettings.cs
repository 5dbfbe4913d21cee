using Stoa.Server.Hosting.Settings.Reading;

namespace Stoa.Server.Hosting.Settings;

/// <summary>Everything an operator can choose, checked. A property of an area is the key <c>Area:Property</c>.</summary>
/// <remarks>
/// A new setting is one property: its initial value is the default, its attributes are its range and its other names. It must also stand in
/// <c>appsettings.json</c> and docs/configure.md; tests hold both.
/// </remarks>
public sealed class StoaSettings
{
    // Where the served systems' web clients run in development.
    private const string DefaultFrontend = "http://localhost:3000";

    public DatabaseSettings Database { get; init; } = new();

    public DataSettings Data { get; init; } = new();

    public ListenSettings Listen { get; init; } = new();

    public WebSettings Web { get; init; } = new();

    public CorsSettings Cors { get; init; } = new();

    public HttpSettings Http { get; init; } = new();

    public MonitoringSettings Monitoring { get; init; } = new();

    public RedisSettings Redis { get; init; } = new();

    public SocketIOSettings SocketIO { get; init; } = new();

    public PresenceSettings Presence { get; init; } = new();

    public TokensSettings Tokens { get; init; } = new();

    public PasswordsSettings Passwords { get; init; } = new();

    public SessionsSettings Sessions { get; init; } = new();

    public AccountsSettings Accounts { get; init; } = new();

    public PrivacySettings Privacy { get; init; } = new();

    public MailSettings Mail { get; init; } = new();

    public SmsSettings Sms { get; init; } = new();

    public PasswordResetSettings PasswordReset { get; init; } = new();

    public RateLimitSettings RateLimit { get; init; } = new();

    public ThreadsSettings Threads { get; init; } = new();

    public RedactionSettings Redaction { get; init; } = new();

    public FilesSettings Files { get; init; } = new();

    public S3Settings S3 { get; init; } = new();

    public OutboxSettings Outbox { get; init; } = new();

    public LogsSettings Logs { get; init; } = new();

    /// <summary>The origins whose pages may call with credentials: those listed and the web client's own.</summary>
    /// <remarks>As browsers write them: no slash behind, no port that goes without saying.</remarks>
    public IReadOnlyList<string> AllowedOrigins =>
        [.. (Web.FrontendUrl.Length == 0 ? Cors.Origins : Cors.Origins.Append(Web.FrontendUrl))
            .Select(static o => new Uri(o).GetLeftPart(UriPartial.Authority)).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>The web client's address as the beginning of links in mails, without a slash at the end.</summary>
    public string LinkBase => (Web.FrontendUrl.Length > 0 ? Web.FrontendUrl : DefaultFrontend).TrimEnd('/');

    /// <summary>What an operator should know about these settings; logged at the start.</summary>
    public IReadOnlyList<string> Notes { get; internal set; } = [];

    internal IReadOnlyList<SettingInUse> InUse { get; set; } = [];

    /// <summary>Every key with the value in use and where it comes from, one line each; secrets are masked.</summary>
    public string Describe() => SettingsReport.Of(this);
}
