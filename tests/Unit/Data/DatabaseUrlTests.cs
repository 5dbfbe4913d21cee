using Npgsql;
using Stoa.Core.Data;
using Stoa.TestSupport;
using Xunit;

namespace Unit.Data;

[Requirement("S1-53")]
public sealed class DatabaseUrlTests
{
    [Theory]
    [InlineData("sqlite:///./backend.db", "backend.db")]
    [InlineData("sqlite:///backend.db", "backend.db")]
    [InlineData("sqlite:///some/folder/backend.db", "some/folder/backend.db")]
    [InlineData("sqlite+aiosqlite:///backend.db?check_same_thread=false", "backend.db")]
    [InlineData("Data Source=backend.db", "backend.db")]
    public void A_relative_sqlite_path_belongs_to_the_working_directory(string url, string path) =>
        Assert.Equal(new DatabaseTarget(DatabaseKind.Sqlite, $"Data Source={Path.GetFullPath(path)}"), DatabaseUrl.Read(url, "stoa"));

    [Fact]
    public void Four_slashes_make_a_sqlite_path_absolute() =>
        Assert.Equal("Data Source=/var/lib/stoa/stoa.db", DatabaseUrl.Read("sqlite:////var/lib/stoa/stoa.db", "stoa").Connection);

    [Theory]
    [InlineData("postgresql://ana:pw@db.example:5433/chat")]
    [InlineData("postgres://ana:pw@db.example:5433/chat")]
    [InlineData("postgresql+asyncpg://ana:pw@db.example:5433/chat")]
    [InlineData("postgresql+psycopg2://ana:pw@db.example:5433/chat")]
    [InlineData("Host=db.example;Port=5433;Username=ana;Password=pw;Database=chat")]
    public void A_postgresql_address_has_many_spellings(string url)
    {
        var postgres = Postgres(url);

        Assert.Equal(("db.example", 5433, "chat", "ana", "pw"), (postgres.Host, postgres.Port, postgres.Database, postgres.Username, postgres.Password));
    }

    [Theory]
    [InlineData("postgresql://ana:p%40s%2Fs%3A%25@h/d", "p@s/s:%")]
    [InlineData("postgresql://ana:p@ss@h/d", "p@ss")]
    [InlineData("postgresql://ana:a;b=c@h/d", "a;b=c")]
    public void A_password_may_hold_any_character(string url, string password)
    {
        var postgres = Postgres(url);

        Assert.Equal((password, "h", "d"), (postgres.Password, postgres.Host, postgres.Database));
    }

    [Theory]
    [InlineData("postgresql://h/d?sslmode=require", SslMode.Require)]
    [InlineData("postgresql://h/d?sslmode=verify-full", SslMode.VerifyFull)]
    [InlineData("postgresql+asyncpg://h/d?ssl=true", SslMode.Require)]
    [InlineData("postgresql://h/d?sslmode=disable&application_name=x", SslMode.Disable)]
    public void The_tls_mode_of_libpq_is_understood(string url, SslMode mode) => Assert.Equal(mode, Postgres(url).SslMode);

    [Fact]
    public void Without_a_database_in_the_url_the_setting_names_it()
    {
        Assert.Equal("market", Postgres("postgresql://ana:pw@h", "market").Database);
        Assert.Equal("market", Postgres("Host=h", "market").Database);
    }

    [Fact]
    public void Several_hosts_and_addresses_of_ipv6_are_understood()
    {
        Assert.Equal("h1:5432,h2:5433", Postgres("postgresql://ana@h1:5432,h2:5433/d").Host);
        Assert.Equal(("::1", 5433), (Postgres("postgresql://ana@[::1]:5433/d").Host, Postgres("postgresql://ana@[::1]:5433/d").Port));
        Assert.Equal("/run/postgresql", Postgres("postgresql:///d?host=/run/postgresql").Host);
    }

    [Theory]
    [InlineData("mysql://u:hidden@h/d", "'mysql' are not supported")]
    [InlineData("sqlite://relative.db", "three slashes")]
    [InlineData("sqlite:///:memory:", "needs a file")]
    [InlineData("sqlite://", "three slashes")]
    [InlineData("Data Source=:memory:", "needs a file")]
    [InlineData("Data Source=x;Mode=Memory", "needs a file")]
    [InlineData("sqlite:///x.db?hidden=1", "is not known for SQLite")]
    [InlineData("postgresql://u:hidden@h/d?sslmodus=x", "'sslmodus' is not known")]
    [InlineData("postgresql://u:hidden@h/d?sslmode=perhaps", "'SSL Mode' has a value")]
    [InlineData("postgresql://u:hidden@h:port/d", "'Port' has a value")]
    [InlineData("postgresql://", "host of the PostgreSQL server is missing")]
    [InlineData("Host=h;Hidden=x", "keyword or a value")]
    [InlineData("Hidden=x", "neither 'Host'")]
    [InlineData("hidden", "neither a URL nor a connection string")]
    [InlineData("postgres://u:hidden@ss/w0rd@h:5432/x", "written %2F")]
    public void What_names_no_supported_database_is_refused_with_the_reason(string url, string reason)
    {
        var fault = Assert.Throws<FormatException>(() => DatabaseUrl.Read(url, "stoa"));

        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
        if (!url.Contains('?', StringComparison.Ordinal))
            Assert.DoesNotContain("hidden", fault.Message, StringComparison.OrdinalIgnoreCase);
    }

    private static NpgsqlConnectionStringBuilder Postgres(string url, string name = "stoa")
    {
        var target = DatabaseUrl.Read(url, name);
        Assert.Equal(DatabaseKind.Postgres, target.Kind);
        return new NpgsqlConnectionStringBuilder(target.Connection);
    }
}
