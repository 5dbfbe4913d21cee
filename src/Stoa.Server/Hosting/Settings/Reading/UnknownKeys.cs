using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;

namespace Stoa.Server.Hosting.Settings.Reading;

/// <summary>Finds keys that nothing reads, because a misspelt setting would otherwise be silently the default.</summary>
internal static class UnknownKeys
{
    /// <summary>Names of the served systems' scripts whose feature this version does not have: they are let pass, with a note.</summary>
    public static readonly IReadOnlySet<string> NotYetUsed = new HashSet<string>(StringComparer.Ordinal)
    {
        "WEBSOCKET_SECRET_KEY", "ENVIRONMENT", "DEBUG", "LOG_FILE", "ANALYTICS_RETENTION_MONTHS", "RATELIMIT__CALLS_PER_HOUR",
        "ENABLE_MOCK_ANALYTICS_DATA", "ENABLE_BATCH_PROCESSING", "AGORA_APP_ID", "AGORA_APP_CERTIFICATE",
    };

    // What ASP.NET Core reads under its own names (json and command line), which stays its own affair.
    private static readonly HashSet<string> Framework = new(StringComparer.OrdinalIgnoreCase)
    {
        "Logging", "Kestrel", "AllowedHosts", "urls", "http_ports", "https_ports", "https_port", "environment", "contentRoot", "applicationName",
        "webroot", "server", "preferHostingUrls", "captureStartupErrors", "detailedErrors", "shutdownTimeoutSeconds", "suppressStatusMessages",
        "startupAssembly", "hostingStartupAssemblies", "hostingStartupExcludeAssemblies", "preventHostingStartup", "staticWebAssets",
        "hostBuilder", "forwardedHeaders_enabled",
    };

    private static readonly string[] ReadByTheHost = ["ASPNETCORE_", "DOTNET_", "STOA_"];

    /// <summary>One problem a key: where it stands, what it is called, and the known key that resembles it.</summary>
    public static IEnumerable<string> Find(SettingSources sources)
    {
        foreach (var provider in sources.StrongestFirst)
        {
            var isStrict = provider is JsonConfigurationProvider or CommandLineConfigurationProvider;
            if (!isStrict && provider is not EnvironmentVariablesConfigurationProvider)
                continue;

            foreach (var path in SettingSources.Leaves(provider))
            {
                if (IsKnown(path) || !(isStrict ? IsStray(path, provider) : IsOurs(path)))
                    continue;
                var name = isStrict ? path : path.Replace(":", "__", StringComparison.Ordinal);
                yield return $"{Place(provider)}: unknown key '{name}'{Nearest(name, isStrict ? Paths : Names)}";
            }
        }

        foreach (var name in sources.DotEnv.Keys)
        {
            if (HasNoEffect(name))
                yield return $".env: '{name}' has no effect there, because the host reads it before the file; set it in the environment";
            else if (IsUnknownName(name))
                yield return $".env: unknown name '{name}'{Nearest(name, Names)}";
        }
    }

    /// <summary>The names in use that belong to features this version does not have.</summary>
    public static IEnumerable<string> Unused(SettingSources sources) => NotYetUsed.Order(StringComparer.Ordinal)
        .Where(name => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)) || !string.IsNullOrEmpty(sources.DotEnv.GetValueOrDefault(name)));

    /// <summary>One sentence for each variable of the environment that resembles one that is read: other programs have theirs there too, so it is a hint and no refusal.</summary>
    /// <param name="environment">Names of variables.</param>
    public static IEnumerable<string> NearMisses(IEnumerable<string> environment)
    {
        var read = SettingKey.All.SelectMany(static k => k.Aliases).Where(static a => a.Contains('_', StringComparison.Ordinal)).ToList();
        var families = read.Select(Family).ToHashSet(StringComparer.Ordinal);
        foreach (var name in environment.Where(n => n.Contains('_', StringComparison.Ordinal) && families.Contains(Family(n)) && IsUnknownName(n)).Order(StringComparer.Ordinal))
        {
            if (Nearest(name, read.Where(a => Family(a) == Family(name))) is { Length: > 0 } hint)
                yield return $"{name} in the environment is not read{hint}";
        }
    }

    private static string Family(string name) => name.Split('_')[0];

    private static IEnumerable<string> Paths => SettingKey.All.Select(static k => k.Path);

    private static IEnumerable<string> Names => SettingKey.All.SelectMany(static k => k.Aliases.Prepend(k.EnvironmentName)).Concat(NotYetUsed);

    private static string Place(IConfigurationProvider provider) => provider switch
    {
        JsonConfigurationProvider { Source.Path: { } file } => Path.GetFileName(file),
        EnvironmentVariablesConfigurationProvider => "environment",
        _ => "command line",
    };

    private static string First(string path) => path.Split(':')[0];

    private static bool IsOurs(string path) => path.Contains(':', StringComparison.Ordinal) && SettingKey.Areas.Contains(First(path));

    private static bool IsStray(string path, IConfigurationProvider provider) => !Framework.Contains(First(path)) && !(provider is CommandLineConfigurationProvider && IsHosts(path, provider));

    // A test host hands its whole host configuration over as arguments: bare section names without a value, and what ASPNETCORE_* gave it.
    private static bool IsHosts(string path, IConfigurationProvider provider) =>
        (SettingKey.Areas.Contains(path) && provider.TryGet(path, out var text) && string.IsNullOrEmpty(text))
        || Environment.GetEnvironmentVariable("ASPNETCORE_" + path) is not null
        || Environment.GetEnvironmentVariable("DOTNET_" + path) is not null;

    private static bool IsKnown(string path) => SettingKey.All.Any(key =>
        path.Equals(key.Path, StringComparison.OrdinalIgnoreCase)
        || (key.IsList && path.StartsWith(key.Path + ":", StringComparison.OrdinalIgnoreCase))
        || key.Aliases.Any(alias => path.Equals(alias.Replace("__", ":", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase))
        || (key.IsSecret && path.Equals(key.Path + NamedValues.FileSuffix, StringComparison.OrdinalIgnoreCase)))
        || NotYetUsed.Any(name => path.Equals(name.Replace("__", ":", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));

    private static bool HasNoEffect(string name) =>
        Array.Exists(ReadByTheHost, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    private static bool IsUnknownName(string name)
    {
        var path = name.Replace("__", ":", StringComparison.Ordinal);
        var isFramework = path != name && Framework.Contains(First(path));
        return !isFramework && !(path != name && IsKnown(path)) && !NotYetUsed.Contains(name)
            && !SettingKey.All.Any(key => key.Aliases.Contains(name) || (key.IsSecret && key.Aliases.Any(alias => alias + NamedValues.FileSuffix == name)));
    }

    private static string Nearest(string name, IEnumerable<string> known)
    {
        var (best, distance) = known.Select(k => (Name: k, Distance: EditDistance(name.ToUpperInvariant(), k.ToUpperInvariant()))).MinBy(static c => c.Distance);

        // Further away than half of the word it is a guess, not a help.
        return distance <= name.Length / 2 ? $"; did you mean '{best}'?" : "";
    }

    /// <summary>Levenshtein's distance: how many letters must be put in, taken out or changed.</summary>
    private static int EditDistance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
