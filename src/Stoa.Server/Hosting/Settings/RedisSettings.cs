namespace Stoa.Server.Hosting.Settings;

/// <summary>The Redis that connects several servers. Without one, servers on one PostgreSQL database are connected through that.</summary>
public sealed class RedisSettings
{
    /// <summary><c>redis://[[user]:password@]host[:port][/database]</c>, or <c>rediss://…</c> for TLS; what is special in the password is percent-encoded. Empty: none.</summary>
    [Secret, Aliases("REDIS_URL")]
    public string Url { get; init; } = "";

    /// <summary>What all channel and key names begin with. Two installations at one Redis need different ones, or they hear each other.</summary>
    public string Prefix { get; init; } = "socket.io";

    /// <summary><see cref="Url"/> in the words of StackExchange.Redis; null when there is none.</summary>
    public string? Configuration { get; internal set; }
}

/// <summary>Reads the form of address that deployment scripts use.</summary>
internal static class RedisUrl
{
    private const int DefaultPort = 6379;

    /// <exception cref="FormatException">Says what is wrong, never the password.</exception>
    public static string Read(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("redis" or "rediss") || uri.Host.Length == 0)
            throw new FormatException("must look like redis://:password@host:6379/0, or rediss:// for TLS");
        if (uri.Query.Length > 0 || uri.Fragment.Length > 0)
            throw new FormatException("has a query or a fragment, which mean nothing here");
        var database = uri.AbsolutePath.Trim('/');
        if (database.Length > 0 && !(int.TryParse(database, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number <= 65_535))
            throw new FormatException("must end with the number of a database, such as /0");

        var parts = new List<string> { $"{uri.Host}:{(uri.Port > 0 ? uri.Port : DefaultPort)}" };
        if (Password(uri) is { Length: > 0 } password)
            parts.Add($"password={password}");
        if (database.Length > 0)
            parts.Add($"defaultDatabase={database}");
        if (uri.Scheme == "rediss")
            parts.Add($"ssl=true,sslHost={uri.Host}");
        return string.Join(',', parts);
    }

    private static string? Password(Uri uri)
    {
        var given = uri.UserInfo.Split(':', 2);
        if (given.Length < 2)
            return uri.UserInfo.Length == 0 ? null : throw new FormatException("has a user without a password; a password alone is written :password@");
        if (given[0] is not ("" or "default"))
            throw new FormatException("names a user: only the password of the default user can be used");
        var password = Uri.UnescapeDataString(given[1]);
        return password.Contains(',', StringComparison.Ordinal) ? throw new FormatException("has a password with a comma, which cannot be used") : password;
    }
}
