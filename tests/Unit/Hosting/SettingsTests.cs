using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Settings;
using Stoa.TestSupport;
using Xunit;

namespace Unit.Hosting;

[Collection(nameof(StartingFolder))]
public sealed class SettingsTests : IDisposable
{
    private readonly StartingFolder here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public void Without_configuration_it_is_a_file_in_the_data_folder()
    {
        var settings = here.Start();

        Assert.Equal(DatabaseKind.Sqlite, settings.Database.Target.Kind);
        Assert.Contains(Path.Combine(here.Path, "data", "stoa.db"), settings.Database.Target.Connection, StringComparison.Ordinal);
        Assert.False(Directory.Exists("data"), "reading settings must not write anything");
    }

    [Fact, Requirement("S1-71")]
    public void Without_configuration_it_listens_on_port_8000_of_every_address() => Assert.Equal("http://0.0.0.0:8000", UrlsOf());

    [Fact, Requirement("S1-72")]
    public void The_deployment_scripts_names_of_host_port_and_domain_work()
    {
        here.With("AI_MESSAGE_HOST", "127.0.0.1").With("AI_MESSAGE_PORT", "8111").With("AI_MESSAGE_DOMAIN", "chat.example.org");

        Assert.Equal("http://127.0.0.1:8111", UrlsOf());
        Assert.Equal("chat.example.org", here.Start().Listen.Domain);
    }

    [Theory]
    [InlineData("--urls=http://127.0.0.1:9")]
    [InlineData("--Listen:Urls=http://127.0.0.1:9")]
    public void Addresses_given_as_such_win_over_host_and_port(string option) => Assert.Equal("http://127.0.0.1:9", UrlsOf("--Listen:Port=8111", option));

    [Fact, Requirement("S1-73")]
    public void Tls_is_spoken_once_both_files_are_there()
    {
        var plain = here.Start();
        Assert.Equal("http://0.0.0.0:8000", UrlsOf());
        Assert.Contains(plain.Notes, static note => note.StartsWith("TLS is off", StringComparison.Ordinal) && note.Contains("key.pem", StringComparison.Ordinal));

        var (certificate, key) = Pem();
        here.With("AI_MESSAGE_SSL_CERT", "ssl/c.pem").With("AI_MESSAGE_SSL_KEY", "ssl/k.pem").WithFile("ssl/c.pem", certificate).WithFile("ssl/k.pem", key);
        Assert.Equal("https://0.0.0.0:8000", UrlsOf());
        Assert.DoesNotContain(here.Start().Notes, static note => note.Contains("TLS", StringComparison.Ordinal));
    }

    [Fact]
    public void A_certificate_that_is_half_there_or_unreadable_stops_the_start_instead_of_turning_tls_off()
    {
        var (certificate, key) = Pem();
        void IsRefused() => Assert.Contains(here.RefusedStart(), static p => p.StartsWith("TLS: the certificate", StringComparison.Ordinal));

        here.WithFile("ssl/cert.pem", certificate);
        IsRefused();
        here.WithFile("ssl/key.pem", "no key");
        IsRefused();
        here.WithFile("ssl/key.pem", Pem().Key);
        IsRefused();
        here.WithFile("ssl/key.pem", key);
        Assert.True(here.Start().Listen.HasTls);
        here.With("AI_MESSAGE_SSL_CERT", "elsewhere/cert.pem");
        IsRefused();
    }

    [Fact]
    public void A_secret_may_come_from_a_file_and_a_file_that_does_not_help_stops_the_start()
    {
        here.WithFile("run/key", "a secret of more than thirty-two bytes\n").With("SECRET_KEY_FILE", "run/key");
        Assert.Equal("a secret of more than thirty-two bytes", here.Start().Tokens.Secret);
        Assert.Contains("environment SECRET_KEY_FILE", here.Start().Describe(), StringComparison.Ordinal);

        here.WithFile("run/s3", "s3-secret").WithFile(".env", "S3__SecretKey_FILE=run/s3\nSMTP_PASSWORD_FILE=run/s3\nSMTP_USERNAME=me\n");
        Assert.Equal(("s3-secret", "s3-secret"), (here.Start().S3.SecretKey, here.Start().Mail.SmtpPassword));

        here.With("SECRET_KEY", "another secret of more than thirty-two bytes");
        Assert.Contains(here.RefusedStart(), static p => p.Contains("given twice", StringComparison.Ordinal) && !p.Contains("another secret", StringComparison.Ordinal));
        here.With("SECRET_KEY", "").WithFile("run/key", "\n");
        Assert.Contains(here.RefusedStart(), static p => p.Contains("SECRET_KEY_FILE", StringComparison.Ordinal) && p.Contains("empty", StringComparison.Ordinal));
        here.With("SECRET_KEY_FILE", "nowhere");
        Assert.Contains(here.RefusedStart(), static p => p.Contains("cannot be read", StringComparison.Ordinal));
        here.With("SECRET_KEY_FILE", "").With("Passwords__BcryptRounds_FILE", "run/s3");
        Assert.Contains(here.RefusedStart(), static p => p.Contains("Passwords__BcryptRounds_FILE", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_name_the_deployment_scripts_rely_on_starts_from_the_environment_and_from_env_file()
    {
        var names = new Dictionary<string, string>
        {
            ["RATELIMIT__MESSAGES_PER_MINUTE"] = "10", ["RATELIMIT__CALLS_PER_HOUR"] = "5", ["RATELIMIT__LOGINS_PER_MINUTE"] = "10",
            ["MAX_PASSWORD_RESET_ATTEMPTS_PER_HOUR"] = "5000", ["BCRYPT_ROUNDS"] = "12", ["ENABLE_MOCK_ANALYTICS_DATA"] = "false", ["MIGRATE_ON_START"] = "true",
            ["FRONTEND_URL"] = "https://app.example.org", ["CORS_ORIGINS"] = "https://b.example.org", ["SMTP_SERVER"] = "mail.example.org", ["SMTP_PORT"] = "587",
            ["FROM_EMAIL"] = "a@example.org", ["FROM_NAME"] = "A", ["AI_MESSAGE_LOGS_FOLDER"] = "logs", ["PORT"] = "8000", ["AGORA_APP_ID"] = "a",
            ["AGORA_APP_CERTIFICATE"] = "b", ["ADMIN_SECRET_KEY"] = "a key of more than thirty-two characters", ["ENABLE_BATCH_PROCESSING"] = "true",
            ["PASSWORD_RESET_TOKEN_EXPIRE_HOURS"] = "1", ["SECRET_KEY"] = "a secret of more than thirty-two bytes", ["WEBSOCKET_SECRET_KEY"] = "x",
        };
        here.WithFile(".env", string.Join('\n', names.Select(static n => $"{n.Key}={n.Value}")));
        here.Start();
        here.WithFile(".env", "");
        foreach (var (name, value) in names)
            here.With(name, value);
        here.Start();
    }

    private static (string Certificate, string Key) Pem()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = DateTimeOffset.UtcNow;
        using var made = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        return (made.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    [Fact]
    public void Each_source_is_stronger_than_the_one_before()
    {
        here.WithFile("appsettings.json", """{ "Passwords": { "QueueLength": 1 } }""");
        Assert.Equal(1, Queue());
        here.WithFile("appsettings.Production.json", """{ "Passwords": { "QueueLength": 2 } }""");
        Assert.Equal(2, Queue());
        here.WithFile(".env", "Passwords__QueueLength=3");
        Assert.Equal(3, Queue());
        here.With("Passwords__QueueLength", "4");
        Assert.Equal(4, Queue());
        Assert.Equal(5, Queue("--Passwords:QueueLength=5"));

        int Queue(params string[] options) => here.Start(options).Passwords.QueueLength;
    }

    [Fact]
    public void A_keys_own_name_is_stronger_than_its_aliases_and_the_environment_stronger_than_env_file()
    {
        here.WithFile(".env", "BCRYPT_ROUNDS=5\n");
        Assert.Equal(5, Rounds());
        here.WithFile(".env", "BCRYPT_ROUNDS=5\nPasswords__BcryptRounds=6\n");
        Assert.Equal(6, Rounds());
        here.With("BCRYPT_ROUNDS", "7");
        Assert.Equal(7, Rounds());
        here.With("Passwords__BcryptRounds", "8");
        Assert.Equal(8, Rounds());

        int Rounds() => here.Start().Passwords.BcryptRounds;
    }

    [Fact]
    public void Of_several_aliases_the_first_wins_and_an_empty_one_counts_as_not_given()
    {
        here.With("SECRET_KEY", "").With("JWT_SECRET_KEY", new string('a', 32)).With("JWT_SECRET", new string('b', 32));

        Assert.Equal(new string('a', 32), here.Start().Tokens.Secret);
    }

    [Fact, Requirement("S1-74")]
    public void The_env_file_is_read_with_comments_quotes_and_export()
    {
        here.WithFile(".env", "# comment\n\nexport AI_MESSAGE_DOMAIN='a b'\nLOG_LEVEL=warning # not part of it\nData__Folder=\"x\\\\y\"\nAI_MESSAGE_HOST=::1\n");

        var settings = here.Start();

        Assert.Equal("a b", settings.Listen.Domain);
        Assert.Equal(LogLevel.Warning, settings.Logs.Level);
        Assert.Equal("x\\y", settings.Data.Folder);
        Assert.Equal("http://[::1]:8000", UrlsOf());
    }

    [Fact, Requirement("S1-74")]
    public void The_example_of_the_env_file_is_accepted_as_it_is()
    {
        here.WithFile(".env", File.ReadAllText(Path.Combine(SourceTree.Root, ".env.example")));

        Assert.Equal(12, here.Start().Passwords.BcryptRounds);
    }

    [Fact, Requirement("S1-76")]
    public void The_log_folder_has_its_old_name_and_default()
    {
        Assert.Equal("logs", here.Start().Logs.Folder);
        Assert.Equal("/var/log/stoa", here.With("AI_MESSAGE_LOGS_FOLDER", "/var/log/stoa").Start().Logs.Folder);
    }

    [Fact, Requirement("S1-84")]
    public void Token_lifetimes_are_settings()
    {
        var settings = here.Start("--Tokens:AccessLifetime=00:05:00", "--Tokens:RefreshLifetime=30.00:00:00");

        Assert.Equal(TimeSpan.FromMinutes(5), settings.Tokens.AccessLifetime);
        Assert.Equal(TimeSpan.FromDays(30), settings.Tokens.RefreshLifetime);
    }

    [Fact]
    public void Origins_are_a_list_in_json_and_commas_elsewhere_and_the_web_client_is_one_of_them()
    {
        here.WithFile("appsettings.json", """{ "Cors": { "Origins": ["https://a.example", "https://b.example"] } }""").With("FRONTEND_URL", "http://localhost:3000/app");
        Assert.Equal(["https://a.example", "https://b.example", "http://localhost:3000"], here.Start().AllowedOrigins);

        Assert.Equal(["https://c.example", "http://localhost:3000"], here.With("CORS_ORIGINS", "https://c.example, http://localhost:3000").Start().AllowedOrigins);
    }

    [Fact]
    public void Names_of_features_to_come_are_let_pass_with_a_note()
    {
        here.WithFile(".env", "AGORA_APP_ID=x\nRATELIMIT__CALLS_PER_HOUR=10\n").With("AGORA_APP_CERTIFICATE", "x");

        var notes = string.Join('\n', here.Start().Notes);

        Assert.Contains("AGORA_APP_CERTIFICATE", notes, StringComparison.Ordinal);
        Assert.Contains("AGORA_APP_ID", notes, StringComparison.Ordinal);
        Assert.Contains("RATELIMIT__CALLS_PER_HOUR", notes, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redis://localhost", "localhost:6379")]
    [InlineData("redis://localhost:6379/0", "localhost:6379,defaultDatabase=0")]
    [InlineData("redis://:p%40ss%3D@cache.example:7000/3", "cache.example:7000,password=p@ss=,defaultDatabase=3")]
    [InlineData("redis://default:x@cache.example", "cache.example:6379,password=x")]
    [InlineData("rediss://:x@cache.example", "cache.example:6379,password=x,ssl=true,sslHost=cache.example")]
    [Requirement("S4-17")]
    public void Redis_is_given_by_its_usual_address(string url, string configuration) =>
        Assert.Equal(configuration, here.With("REDIS_URL", url).Start().Redis.Configuration);

    [Fact]
    public void Without_an_address_there_is_no_Redis() => Assert.Null(here.Start().Redis.Configuration);

    [Theory]
    [InlineData("localhost:6379")]
    [InlineData("http://localhost:6379")]
    [InlineData("redis://")]
    [InlineData("redis://localhost/zero")]
    [InlineData("redis://localhost/-1")]
    [InlineData("redis://geheim@localhost")]
    [InlineData("redis://ana:geheim@localhost")]
    [InlineData("redis://:ge,heim@localhost")]
    [InlineData("redis://:geheim@localhost?ssl=1")]
    public void An_address_of_Redis_that_cannot_be_used_stops_the_start_and_is_not_shown(string url)
    {
        var fault = Assert.Throws<SettingsException>(() => here.With("REDIS_URL", url).Start());

        Assert.Contains("Redis:Url", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("heim", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_settings_are_in_the_container()
    {
        var builder = SettingsHosting.CreateBuilder([]);
        var settings = builder.AddSettings();

        Assert.Same(settings, builder.Services.Single(static s => s.ServiceType == typeof(StoaSettings)).ImplementationInstance);
    }

    private static string? UrlsOf(params string[] options)
    {
        var builder = SettingsHosting.CreateBuilder(options);
        builder.AddSettings();
        return builder.WebHost.GetSetting("urls");
    }
}
