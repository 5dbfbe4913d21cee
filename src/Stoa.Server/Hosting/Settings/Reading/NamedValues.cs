namespace Stoa.Server.Hosting.Settings.Reading;

/// <summary>Values put under a key of the settings by another name, each remembering which: the aliases, and what <c>.env</c> gives.</summary>
internal sealed class NamedValues : ConfigurationProvider, IConfigurationSource
{
    private readonly Dictionary<string, string> origins = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where the value of this key comes from, for people.</summary>
    public string OriginOf(string path) => origins.GetValueOrDefault(path, "");

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>Takes, for every key, the first of its aliases that has a value.</summary>
    public static NamedValues OfAliases(Func<string, string?> valueOf, string origin)
    {
        var values = new NamedValues();
        foreach (var key in SettingKey.All)
        {
            // Empty means "not set" here: a copied .env.example leaves many names blank.
            if (key.Aliases.FirstOrDefault(name => !string.IsNullOrEmpty(valueOf(name))) is { } given)
                values.Add(key.Path, valueOf(given)!, $"{origin} {given}");
        }

        return values;
    }

    /// <summary>Takes what <c>.env</c> writes as <c>Area__Key</c>, as the environment does.</summary>
    public static NamedValues OfDotEnv(IReadOnlyDictionary<string, string> file)
    {
        var values = new NamedValues();
        foreach (var (name, value) in file)
        {
            if (name.Contains("__", StringComparison.Ordinal))
                values.Add(name.Replace("__", ":", StringComparison.Ordinal), value, $".env {name}");
        }

        return values;
    }

    private void Add(string path, string value, string origin)
    {
        Set(path, value);
        origins[path] = origin;
    }
}
