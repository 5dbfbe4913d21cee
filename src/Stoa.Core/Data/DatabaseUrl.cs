using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Stoa.Core.Data;

/// <summary>Reads a database's address as operators write it: a URL in SQLAlchemy's or libpq's spelling, or an ADO.NET connection string.</summary>
public static class DatabaseUrl
{
    // What SQLAlchemy's users put behind a SQLite path means nothing here: one writer and its waiting are this server's own affair.
    private static readonly HashSet<string> IgnoredBySqlite = new(StringComparer.OrdinalIgnoreCase) { "check_same_thread", "timeout" };

    // Texts that the driver prepares once it has seen them five times, per connection. 0 turns it off, for poolers that do not keep a session.
    // And nothing in a session is changed by whoever borrows a connection, so the seven statements that would undo it are not sent each time.
    private const string Defaults = "Max Auto Prepare=200;No Reset On Close=true;";

    private static readonly Dictionary<string, string> PostgresParameters = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sslmode"] = "SSL Mode",
        ["ssl"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["channel_binding"] = "Channel Binding",
        ["application_name"] = "Application Name",
        ["connect_timeout"] = "Timeout",
        ["target_session_attrs"] = "Target Session Attributes",
        ["options"] = "Options",
        ["max_auto_prepare"] = "Max Auto Prepare",
        ["host"] = "Host",
        ["port"] = "Port",
    };

    /// <summary>The database that <paramref name="text"/> names.</summary>
    /// <param name="name">The database's name on PostgreSQL where the text gives none.</param>
    /// <exception cref="FormatException">It names none that is supported; the message says why and repeats nothing of the text but its scheme and parameter names.</exception>
    public static DatabaseTarget Read(string text, string name)
    {
        var end = text.IndexOf("://", StringComparison.Ordinal);
        if (end < 0)
            return FromConnectionString(text, name);

        // "postgresql+asyncpg": the part behind the plus names a Python driver.
        return text[..end].Split('+')[0].ToUpperInvariant() switch
        {
            "SQLITE" => FromSqliteUrl(text[(end + 3)..]),
            "POSTGRESQL" or "POSTGRES" => FromPostgresUrl(text[(end + 3)..], name),
            _ => throw new FormatException($"databases of the kind '{text[..end]}' are not supported; use sqlite:///path or postgresql://user:password@host:port/name"),
        };
    }

    /// <summary>The SQLite database in one file.</summary>
    public static DatabaseTarget File(string path) =>
        new(DatabaseKind.Sqlite, new SqliteConnectionStringBuilder { DataSource = Path.GetFullPath(path) }.ConnectionString);

    /// <summary>The file of an SQLite target, as a whole path.</summary>
    public static string FileOf(DatabaseTarget target) => Path.GetFullPath(new SqliteConnectionStringBuilder(target.Connection).DataSource);

    /// <summary>The target for people: product, place and name, without the password.</summary>
    public static string Describe(DatabaseTarget target)
    {
        if (target.Kind == DatabaseKind.Sqlite)
            return $"SQLite, file {new SqliteConnectionStringBuilder(target.Connection).DataSource}";
        var postgres = new NpgsqlConnectionStringBuilder(target.Connection);
        return $"PostgreSQL, {postgres.Host}:{postgres.Port}, database {postgres.Database}, user {postgres.Username ?? "of the system"}";
    }

    // sqlite:///relative.db and sqlite:////absolute.db: the third slash only ends the (empty) host.
    private static DatabaseTarget FromSqliteUrl(string rest)
    {
        var (path, query) = Cut(rest, '?');
        foreach (var (key, _) in Parameters(query))
        {
            if (!IgnoredBySqlite.Contains(key))
                throw new FormatException($"the parameter '{key}' is not known for SQLite");
        }

        if (!path.StartsWith('/'))
            throw new FormatException("a SQLite URL has three slashes before a relative path and four before an absolute one: sqlite:///./stoa.db");
        return OnDisk(path[1..]);
    }

    private static DatabaseTarget OnDisk(string path) => path is "" or ":memory:" || path.StartsWith("file:", StringComparison.OrdinalIgnoreCase)
        ? throw new FormatException("SQLite needs a file: a database in memory would be another one for each connection")
        : File(path);

    private static DatabaseTarget FromPostgresUrl(string rest, string name)
    {
        var (before, query) = Cut(rest, '?');
        var (authority, database) = Cut(before, '/');

        // What looks like a database is then the rest of the password, and would be shown as a name wherever the target is described.
        if (database.IndexOfAny(['/', '@', ':']) >= 0)
            throw new FormatException("a / in the password or the name is written %2F, an @ %40, a : %3A, a ? %3F");

        // The last @ ends the password, which may hold others.
        var at = authority.LastIndexOf('@');
        var (user, password) = Cut(at < 0 ? "" : authority[..at], ':');
        var postgres = new NpgsqlConnectionStringBuilder(Defaults);
        Set(postgres, "Database", database.Length == 0 ? name : Uri.UnescapeDataString(database));
        Set(postgres, "Username", Uri.UnescapeDataString(user));
        Set(postgres, "Password", Uri.UnescapeDataString(password));
        SetHost(postgres, authority[(at + 1)..]);
        foreach (var (key, value) in Parameters(query))
        {
            if (!PostgresParameters.TryGetValue(key, out var keyword))
                throw new FormatException($"the parameter '{key}' is not known for PostgreSQL; known are {string.Join(", ", PostgresParameters.Keys)}");
            Set(postgres, keyword, keyword == "SSL Mode" ? SslMode(value) : value);
        }

        return Checked(postgres);
    }

    private static void SetHost(NpgsqlConnectionStringBuilder postgres, string hosts)
    {
        // Several hosts keep their ports (host1:5432,host2:5432); an address of IPv6 stands in brackets.
        var colon = hosts.LastIndexOf(':');
        var hasPort = colon > hosts.LastIndexOf(']') && !hosts.Contains(',', StringComparison.Ordinal);
        Set(postgres, "Host", (hasPort ? hosts[..colon] : hosts).Trim('[', ']'));
        if (hasPort)
            Set(postgres, "Port", hosts[(colon + 1)..]);
    }

    private static string SslMode(string value) => value.ToUpperInvariant() switch
    {
        "TRUE" or "1" => "Require",
        "FALSE" or "0" => "Disable",
        _ => value.Replace("-", "", StringComparison.Ordinal),
    };

    private static DatabaseTarget FromConnectionString(string text, string name)
    {
        var keys = new DbConnectionStringBuilder();
        try
        {
            keys.ConnectionString = text;
        }
        catch (ArgumentException)
        {
            throw new FormatException("this is neither a URL nor a connection string; use sqlite:///path or postgresql://user:password@host:port/name");
        }

        if (keys.ContainsKey("Host") || keys.ContainsKey("Server"))
            return FromPostgresString(text, name);
        try
        {
            var sqlite = new SqliteConnectionStringBuilder(text);
            if (sqlite.Mode == SqliteOpenMode.Memory || sqlite.DataSource is "" or ":memory:")
                return OnDisk("");
            sqlite.DataSource = new SqliteConnectionStringBuilder(OnDisk(sqlite.DataSource).Connection).DataSource;
            return new DatabaseTarget(DatabaseKind.Sqlite, sqlite.ConnectionString);
        }
        catch (ArgumentException)
        {
            throw new FormatException("the connection string has neither 'Host' (PostgreSQL) nor 'Data Source' (SQLite), or a keyword that SQLite does not know");
        }
    }

    private static DatabaseTarget FromPostgresString(string text, string name)
    {
        try
        {
            var postgres = new NpgsqlConnectionStringBuilder(Defaults + text);
            postgres.Database ??= name;
            return Checked(postgres);
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException)
        {
            throw new FormatException("the connection string has a keyword or a value that PostgreSQL's driver does not know");
        }
    }

    private static DatabaseTarget Checked(NpgsqlConnectionStringBuilder postgres) => string.IsNullOrEmpty(postgres.Host)
        ? throw new FormatException("the host of the PostgreSQL server is missing")
        : new DatabaseTarget(DatabaseKind.Postgres, postgres.ConnectionString);

    private static void Set(NpgsqlConnectionStringBuilder postgres, string keyword, string value)
    {
        if (value.Length == 0)
            return;
        try
        {
            postgres[keyword] = value;
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or InvalidCastException)
        {
            throw new FormatException($"the part '{keyword}' has a value that PostgreSQL's driver does not know");
        }
    }

    private static IEnumerable<(string Key, string Value)> Parameters(string query) =>
        from part in query.Split('&', StringSplitOptions.RemoveEmptyEntries)
        let pair = Cut(part, '=')
        select (Uri.UnescapeDataString(pair.Before), Uri.UnescapeDataString(pair.After));

    private static (string Before, string After) Cut(string text, char at)
    {
        var i = text.IndexOf(at, StringComparison.Ordinal);
        return i < 0 ? (text, "") : (text[..i], text[(i + 1)..]);
    }
}
