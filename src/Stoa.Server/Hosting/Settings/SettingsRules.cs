using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Stoa.Core.Accounts;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Tokens;
using Stoa.Server.Hosting.Web;
using Stoa.Server.Mail;

namespace Stoa.Server.Hosting.Settings;

/// <summary>What a range cannot say: rules on the form of one value, and between values.</summary>
internal static class SettingsRules
{
    private const int MinimumSecretBytes = SigningKeys.MinimumBytes;

    private const int MinimumMonitoringKey = 16;

    // As wide as its column.
    private const int MaxContextType = 50;

    // The sample values of published deployments and tutorials: known to everybody, so they sign for everybody.
    private static readonly string[] SampleSecrets =
        ["yoursecret", "yoursupersecret", "yourjwtsecret", "yourverysecret", "changeme", "changethis", "replaceme", "replacethis", "supersecret", "jwtsecret", "secretkey", "devsecret", "insecure", "example", "mysecret"];

    /// <param name="isDevelopment">Sample secrets are let pass, with a note.</param>
    public static void Check(StoaSettings settings, bool isDevelopment, List<string> problems, List<string> notes)
    {
        CheckDatabase(settings, problems);
        CheckRedis(settings, problems);
        CheckSecret(settings, isDevelopment, problems, notes);
        CheckAddresses(settings, problems);
        CheckAccounts(settings, isDevelopment, problems, notes);
        CheckMail(settings, problems, notes);
        CheckSms(settings, problems, notes);
        CheckFiles(settings, problems);
        CheckMonitoring(settings.Monitoring, problems);
        CheckTls(settings.Listen, problems, notes);
        foreach (var kind in settings.Redaction.Kinds)
        {
            if (!Enum.TryParse<ConversationKind>(kind, ignoreCase: true, out _) || char.IsAsciiDigit(kind[0]))
                problems.Add($"Redaction:Kinds has '{kind}': it must be one of {string.Join(", ", Enum.GetNames<ConversationKind>())}");
        }

        foreach (var type in settings.Threads.ContextTypes)
        {
            if (type.Length is 0 or > MaxContextType || !type.All(static c => c is (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_'))
                problems.Add($"Threads:ContextTypes has '{type}': it must be 1 to {MaxContextType} capital letters, digits and underscores");
        }

        if (settings.Data.Folder.Length == 0)
            problems.Add("Data:Folder is empty: it must name a folder");
    }

    private static void CheckDatabase(StoaSettings settings, List<string> problems)
    {
        var database = settings.Database;
        try
        {
            database.Target = database.Url.Length > 0
                ? DatabaseUrl.Read(database.Url, database.Name)
                : DatabaseUrl.File(Path.Combine(settings.Data.Folder, database.Name + ".db"));
        }
        catch (FormatException fault)
        {
            problems.Add($"Database:Url ({SourceOf(settings, "Database:Url")}): {fault.Message}");
        }
    }

    private static void CheckRedis(StoaSettings settings, List<string> problems)
    {
        if (settings.Redis.Prefix.Length is 0 or > 64)
            problems.Add("Redis:Prefix must have 1 to 64 characters");
        if (settings.Redis.Url.Length == 0)
            return;
        try
        {
            settings.Redis.Configuration = RedisUrl.Read(settings.Redis.Url);
        }
        catch (FormatException fault)
        {
            problems.Add($"Redis:Url ({SourceOf(settings, "Redis:Url")}) {fault.Message}");
        }
    }

    private static void CheckSecret(StoaSettings settings, bool isDevelopment, List<string> problems, List<string> notes)
    {
        foreach (var _ in settings.Tokens.PreviousSecrets.Where(static s => Encoding.UTF8.GetByteCount(s) < MinimumSecretBytes))
            problems.Add($"Tokens:PreviousSecrets ({SourceOf(settings, "Tokens:PreviousSecrets")}) has one that is too short: each has at least {MinimumSecretBytes} bytes");
        if (settings.Tokens.Secret is not { } secret)
            return;
        var source = SourceOf(settings, "Tokens:Secret");
        if (IsSample(secret) && !isDevelopment)
            problems.Add($"Tokens:Secret ({source}) is a well-known sample value: make your own, for example with 'openssl rand -hex 32'");
        else if (Encoding.UTF8.GetByteCount(secret) < MinimumSecretBytes)
            problems.Add($"Tokens:Secret ({source}) is too short: at least {MinimumSecretBytes} bytes are needed, for example from 'openssl rand -hex 32'");
        else if (IsSample(secret))
            notes.Add("Tokens:Secret is a well-known sample value: outside Development the server would not start with it");
    }

    /// <summary>TLS is off only when nothing of it is there: a certificate that is half there or unreadable must not lead to passwords in the clear.</summary>
    private static void CheckTls(ListenSettings listen, List<string> problems, List<string> notes)
    {
        var (certificate, key) = (Path.GetFullPath(listen.SslCertificate), Path.GetFullPath(listen.SslKey));
        if (!listen.HasTls)
        {
            notes.Add($"TLS is off: {certificate} and {key} are not there");
            return;
        }

        try
        {
            X509Certificate2.CreateFromPemFile(certificate, key).Dispose();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            problems.Add($"TLS: the certificate {certificate} with the key {key} cannot be used: {fault.Message} (Listen:SslCertificate, Listen:SslKey)");
        }
    }

    private static void CheckAccounts(StoaSettings settings, bool isDevelopment, List<string> problems, List<string> notes)
    {
        foreach (var role in settings.Accounts.SecondStepRoles.Where(static r => !RoleNames.Powerful.Contains(r)))
            problems.Add($"Accounts:SecondStepRoles has '{role}': it must be one of {string.Join(", ", RoleNames.Powerful)}");
        foreach (var role in settings.Accounts.SelfAssignedRoles.Where(RoleNames.Powerful.Contains))
            problems.Add($"Accounts:SelfAssignedRoles has '{role}': it gives power over others, so nobody may take it alone");
        foreach (var proxy in settings.Listen.KnownProxies.Where(static p => !IPAddress.TryParse(p, out _) && !IPNetwork.TryParse(p, out _)))
            problems.Add($"Listen:KnownProxies has '{proxy}': it must be an address such as 10.0.0.5 or a network such as 10.0.0.0/8");
        if (settings.Accounts.AdminSecretKey is not { Length: > 0 } key)
            return;
        if (IsSample(key) && !isDevelopment)
            problems.Add($"Accounts:AdminSecretKey ({SourceOf(settings, "Accounts:AdminSecretKey")}) is a well-known sample value: make your own, for example with 'openssl rand -hex 32'");
        else if (Encoding.UTF8.GetByteCount(key) < MinimumSecretBytes)
            notes.Add($"Accounts:AdminSecretKey is short: {MinimumSecretBytes} bytes or more cannot be guessed");
    }

    private static void CheckMonitoring(MonitoringSettings monitoring, List<string> problems)
    {
        foreach (var network in monitoring.Networks.Where(static n => MonitoringAccess.NetworkOf(n) is null))
            problems.Add($"Monitoring:Networks has '{network}': it must be an address such as 10.0.0.5 or a network such as 10.0.0.0/8");
        if (monitoring.Key is { Length: > 0 and < MinimumMonitoringKey })
            problems.Add($"Monitoring:Key is too short: at least {MinimumMonitoringKey} characters are needed, for example from 'openssl rand -hex 32'");
    }

    private static bool IsSample(string secret)
    {
        var letters = string.Concat(secret.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
        return Array.Exists(SampleSecrets, sample => letters.StartsWith(sample, StringComparison.OrdinalIgnoreCase));
    }

    private static void CheckAddresses(StoaSettings settings, List<string> problems)
    {
        if (settings.Web.FrontendUrl is { Length: > 0 } frontend && !IsHttp(frontend, out _))
            problems.Add($"Web:FrontendUrl is '{frontend}': it must be an address such as https://app.example.org");

        foreach (var origin in settings.Cors.Origins)
        {
            if (!IsHttp(origin, out var uri) || uri!.GetLeftPart(UriPartial.Authority) != origin.TrimEnd('/'))
                problems.Add($"Cors:Origins has '{origin}': it must be an origin such as https://app.example.org, without a path; a wildcard is not possible, because calls carry credentials");
        }

        foreach (var url in settings.Listen.Urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && !url.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
                problems.Add($"Listen:Urls has '{url}': it must begin with http:// or https://");
        }
    }

    private static void CheckMail(StoaSettings settings, List<string> problems, List<string> notes)
    {
        var mail = settings.Mail;
        if (!Mailbox.IsValid(mail.FromEmail))
            problems.Add($"Mail:FromEmail ({SourceOf(settings, "Mail:FromEmail")}) is '{mail.FromEmail}': it must be an e-mail address");
        if (mail.FromName.Any(char.IsControl))
            problems.Add($"Mail:FromName ({SourceOf(settings, "Mail:FromName")}) has a line break or another control character");
        if (mail.SmtpUsername.Length == 0 && mail.SmtpPassword.Length > 0)
            problems.Add("Mail:SmtpPassword is given without Mail:SmtpUsername");
        if (mail.SmtpCaFile.Length > 0 && !File.Exists(mail.SmtpCaFile))
            problems.Add($"Mail:SmtpCaFile: {Path.GetFullPath(mail.SmtpCaFile)} does not exist");
        if (mail.SmtpServer.Length == 0)
            return;
        if (SourceOf(settings, "Mail:FromEmail") == "default")
            notes.Add($"Mail:FromEmail is not set: mails come from {mail.FromEmail}, which most mail servers refuse");
        if (settings.Web.FrontendUrl.Length == 0)
            notes.Add($"Web:FrontendUrl is not set: links in mails lead to {settings.LinkBase}");
    }

    private static void CheckSms(StoaSettings settings, List<string> problems, List<string> notes)
    {
        var sms = settings.Sms;
        if (sms.AccountSid.Length > 0 && sms.AuthToken.Length == 0)
            problems.Add("Sms:AccountSid is given without Sms:AuthToken");
        if (sms.AccountSid.Any(static c => !char.IsAsciiLetterOrDigit(c)))
            problems.Add($"Sms:AccountSid ({SourceOf(settings, "Sms:AccountSid")}) must be letters and digits, such as AC0123456789abcdef0123456789abcdef");
        if (sms.PhoneNumber.Length > 0 && (sms.PhoneNumber[0] != '+' || PhoneNumber.Normalize(sms.PhoneNumber) != sms.PhoneNumber))
            problems.Add($"Sms:PhoneNumber ({SourceOf(settings, "Sms:PhoneNumber")}) is '{sms.PhoneNumber}': it must be a number such as +15550100");
        foreach (var (key, address) in new[] { ("PublicUrl", sms.PublicUrl), ("TwilioUrl", sms.TwilioUrl) })
        {
            if ((address.Length > 0 || key == "TwilioUrl") && !IsHttp(address, out _))
                problems.Add($"Sms:{key} is '{address}': it must be an address such as https://chat.example.org");
        }

        if (sms.AuthToken.Length > 0 && sms.AccountSid.Length == 0)
            notes.Add("Sms:AccountSid is not set: SMS come in, answers to them are written to the folder");
    }

    private static void CheckFiles(StoaSettings settings, List<string> problems)
    {
        if (settings.Files.LinkBase is { Length: > 0 } linkBase && (!IsHttp(linkBase, out var start) || start!.Query.Length > 0 || start.Fragment.Length > 0))
            problems.Add($"Files:LinkBase is '{linkBase}': it must be an address such as https://api.example.org");
        var s3 = settings.S3;
        if (s3.Bucket.Length == 0)
            return;
        if (s3.Endpoint.Length > 0 && !IsHttp(s3.Endpoint, out _))
            problems.Add($"S3:Endpoint is '{s3.Endpoint}': it must be an address such as https://s3.example.org");
        if (s3.Endpoint.Length == 0 && s3.Region.Length == 0)
            problems.Add("S3:Region is empty: Amazon's servers are found by it");
        if (s3.AccessKey.Length == 0 || s3.SecretKey.Length == 0)
            problems.Add("S3:Bucket is given without S3:AccessKey and S3:SecretKey");
    }

    private static bool IsHttp(string text, out Uri? uri) =>
        Uri.TryCreate(text, UriKind.Absolute, out uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);

    private static string SourceOf(StoaSettings settings, string path) => settings.InUse.First(u => u.Key.Path == path).Source;
}
