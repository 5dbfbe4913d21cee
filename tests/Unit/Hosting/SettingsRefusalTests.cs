using Stoa.TestSupport;
using Xunit;

namespace Unit.Hosting;

/// <summary>What stops a start, and that the message helps without telling a secret.</summary>
[Collection(nameof(StartingFolder))]
public sealed class SettingsRefusalTests : IDisposable
{
    private readonly StartingFolder here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public void Nobody_may_be_let_take_power_alone_and_proxies_are_addresses()
    {
        var problems = here.RefusedStart("--Accounts:SelfAssignedRoles=buyer,admin", "--Listen:KnownProxies=10.0.0.0/8,proxy.example.org", "--Accounts:AdminSecretKey=change-me");

        Assert.Contains("Accounts:SelfAssignedRoles has 'admin': it gives power over others, so nobody may take it alone", problems);
        Assert.Contains("Listen:KnownProxies has 'proxy.example.org': it must be an address such as 10.0.0.5 or a network such as 10.0.0.0/8", problems);
        Assert.Contains(problems, static p => p.StartsWith("Accounts:AdminSecretKey (command line) is a well-known sample value", StringComparison.Ordinal));
        Assert.DoesNotContain(problems, static p => p.Contains("change-me", StringComparison.Ordinal));
    }

    [Fact]
    public void A_variable_that_resembles_one_that_is_read_is_a_hint_and_no_refusal()
    {
        here.With("DATABASE_URI", "postgres://secret@x/y").With("SMTP_HOST", "mail.example.org").With("REDIS_SERVICE_PORT_6379_TCP_PROTO", "tcp");

        var notes = here.Start().Notes;

        Assert.Contains("DATABASE_URI in the environment is not read; did you mean 'DATABASE_URL'?", notes);
        Assert.Contains(notes, static n => n.StartsWith("SMTP_HOST in the environment is not read", StringComparison.Ordinal));
        Assert.DoesNotContain(notes, static n => n.Contains("secret", StringComparison.Ordinal) || n.Contains("REDIS_SERVICE", StringComparison.Ordinal));
    }

    [Fact]
    public void An_unknown_key_is_named_with_its_place_and_the_nearest_known_one()
    {
        here.WithFile("appsettings.json", """{ "Passwords": { "BcryptRound": 12 }, "Databse": { "Url": "" } }""")
            .WithFile("appsettings.Production.json", """{ "Loggs": { "Folder": "x" } }""")
            .WithFile(".env", "DATABASE_ULR=x\nTokens__Secrets=y\n")
            .With("Outbox__Leese", "00:00:01");

        var problems = here.RefusedStart("--Listen:Prot=1", "--frontend=x");

        Assert.Contains("appsettings.json: unknown key 'Passwords:BcryptRound'; did you mean 'Passwords:BcryptRounds'?", problems);
        Assert.Contains("appsettings.json: unknown key 'Databse:Url'; did you mean 'Database:Url'?", problems);
        Assert.Contains("appsettings.Production.json: unknown key 'Loggs:Folder'; did you mean 'Logs:Folder'?", problems);
        Assert.Contains(".env: unknown name 'DATABASE_ULR'; did you mean 'DATABASE_URL'?", problems);
        Assert.Contains(".env: unknown name 'Tokens__Secrets'; did you mean 'Tokens__Secret'?", problems);
        Assert.Contains("environment: unknown key 'Outbox__Leese'; did you mean 'Outbox__Lease'?", problems);
        Assert.Contains("command line: unknown key 'Listen:Prot'; did you mean 'Listen:Port'?", problems);
        Assert.Contains("command line: unknown key 'frontend'", problems);
        Assert.Equal(8, problems.Count);
    }

    [Fact, Requirement("S2-37", "S4-20")]
    public void Mail_settings_that_cannot_work_are_named_without_the_password()
    {
        here.With("SMTP_SERVER", "mail.example.org").With("SMTP_PASSWORD", "very-secret").With("SMTP_PORT", "70000")
            .With("FROM_EMAIL", "nobody").With("FROM_NAME", "Stoa\r\nBcc: all@example.org").With("Mail__SmtpSecurity", "Sometimes").With("Mail__SmtpCaFile", "not-there.pem");

        var problems = here.RefusedStart();

        Assert.Equal(6, problems.Count);
        foreach (var key in (string[])["Mail:SmtpPassword", "Mail:SmtpPort", "Mail:FromEmail", "Mail:FromName", "Mail:SmtpSecurity", "Mail:SmtpCaFile"])
            Assert.Contains(problems, p => p.Contains(key, StringComparison.Ordinal));
        Assert.DoesNotContain(problems, static p => p.Contains("very-secret", StringComparison.Ordinal));
    }

    [Fact]
    public void Keys_of_the_framework_and_names_of_others_in_the_environment_are_left_alone()
    {
        here.WithFile("appsettings.json", """{ "Logging": { "LogLevel": { "X": "Debug" } }, "Kestrel": { "Limits": { "MaxConcurrentConnections": 5 } }, "AllowedHosts": "*" }""")
            .With("SOMETHING_ELSE", "1").With("OTHER__KEY", "1");

        here.Start("--environment=Staging", "--Logging:LogLevel:Default=Debug");
    }

    [Fact]
    public void A_name_that_the_host_reads_before_the_env_file_is_refused_in_it() =>
        Assert.Contains("'ASPNETCORE_ENVIRONMENT' has no effect there", Assert.Single(here.WithFile(".env", "ASPNETCORE_ENVIRONMENT=Development").RefusedStart()), StringComparison.Ordinal);

    [Theory]
    [InlineData("NAME WITHOUT VALUE")]
    [InlineData("SECRET_KEY=\"never closed")]
    public void A_line_of_the_env_file_that_cannot_be_read_is_named(string line) =>
        Assert.Equal(".env: line 2 is not NAME=value", Assert.Single(here.WithFile(".env", "# first\n" + line).RefusedStart()));

    [Theory]
    [InlineData("Passwords:BcryptRounds", "3", "between 4 and 16")]
    [InlineData("Passwords:BcryptRounds", "17", "between 4 and 16")]
    [InlineData("Passwords:BcryptRounds", "twelve", "a whole number")]
    [InlineData("Outbox:Lease", "00:00:00.5", "between 00:00:01 and 01:00:00")]
    [InlineData("Outbox:Lease", "01:00:01", "between 00:00:01 and 01:00:00")]
    [InlineData("Outbox:Lease", "30", "a time such as 00:00:30")]
    [InlineData("Listen:Port", "65536", "between 0 and 65535")]
    [InlineData("Database:MigrateOnStart", "perhaps", "true or false")]
    [InlineData("Logs:Level", "Loud", "one of Trace, Debug")]
    [InlineData("Logs:Level", "3", "one of Trace, Debug")]
    [InlineData("Http:MaxRequestBodyBytes", "", "a whole number")]
    [InlineData("Cors:Origins", "*", "a wildcard is not possible")]
    [InlineData("Cors:Origins", "https://a.example/path", "without a path")]
    [InlineData("Web:FrontendUrl", "localhost", "an address such as https://")]
    [InlineData("Listen:Urls", "ftp://x", "must begin with http://")]
    [InlineData("Data:Folder", "", "must name a folder")]
    public void A_wrong_value_is_named_with_what_is_allowed(string key, string value, string allowed)
    {
        var problem = Assert.Single(here.RefusedStart($"--{key}={value}"));

        Assert.StartsWith(key, problem, StringComparison.Ordinal);
        Assert.Contains(allowed, problem, StringComparison.Ordinal);
        Assert.Contains(value, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_given_by_an_alias_is_reported_under_the_alias() =>
        Assert.Contains("Passwords:BcryptRounds (environment BCRYPT_ROUNDS) is '99'", Assert.Single(here.With("BCRYPT_ROUNDS", "99").RefusedStart()), StringComparison.Ordinal);

    [Theory, Requirement("S1-3", "S1-84")]
    [InlineData("your-secret-key-change-in-production-please")]
    [InlineData("YOUR_SECRET_KEY_HERE_MAKE_IT_LONG_ENOUGH")]
    [InlineData("change-me-change-me-change-me-change-me")]
    [InlineData("changeme")]
    public void A_sample_secret_starts_only_in_development(string sample)
    {
        var refused = Assert.Single(here.With("SECRET_KEY", sample).RefusedStart());

        Assert.StartsWith("Tokens:Secret (environment SECRET_KEY) is a well-known sample value", refused, StringComparison.Ordinal);
        if (sample.Length >= 32)
            Assert.Contains(here.Start("--environment=Development").Notes, static note => note.Contains("sample value", StringComparison.Ordinal));
    }

    [Fact, Requirement("S1-3")]
    public void A_secret_needs_32_bytes_even_in_development()
    {
        var secret = "k9" + new string('x', 29);

        Assert.Contains("at least 32 bytes", Assert.Single(here.RefusedStart("--environment=Development", $"--Tokens:Secret={secret}")), StringComparison.Ordinal);
        Assert.Equal(secret + "x", here.Start($"--Tokens:Secret={secret}x").Tokens.Secret);
    }

    [Fact]
    public void Secrets_stand_neither_in_problems_nor_in_the_report()
    {
        const string Secret = "hunter2-hunter2-hunter2-hunter2-hunter2";
        here.With("SECRET_KEY", Secret).With("DATABASE_URL", "postgresql://ana:hunter2@db.example:5433/chat");

        var report = here.Start().Describe();

        Assert.DoesNotContain("hunter2", report, StringComparison.Ordinal);
        Assert.Contains("PostgreSQL, db.example:5433, database chat, user ana  (environment DATABASE_URL)", report, StringComparison.Ordinal);
        Assert.Contains("(set, not shown)  (environment SECRET_KEY)", report, StringComparison.Ordinal);

        here.With("SECRET_KEY", "hunter2").With("DATABASE_URL", "mysql://ana:hunter2@db.example/chat");
        Assert.DoesNotContain("hunter2", string.Join('\n', here.RefusedStart()), StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_of_another_kind_of_database_is_refused_by_its_scheme()
    {
        var problem = Assert.Single(here.With("MONGO_URI", "mongodb://localhost:27017/db").RefusedStart());

        Assert.StartsWith("Database:Url (environment MONGO_URI): databases of the kind 'mongodb' are not supported", problem, StringComparison.Ordinal);
    }
}
