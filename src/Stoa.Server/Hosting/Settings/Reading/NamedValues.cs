namespace Stoa.Server.Hosting.Settings.Reading;

/// <summary>Values put under a key of the settings by another name, each remembering which: the aliases, and what <c>.env</c> gives.</summary>
internal sealed class NamedValues : ConfigurationProvider, IConfigurationSource
{
    private readonly Dictionary<string, string> origins = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where the value of this key comes from, for people.</summary>
    public string OriginOf(string path) => origins.GetValueOrDefault(path, "");

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>The end of a name that holds the path of a file with the value instead of the value: how container platforms hand over secrets.</summary>
    public const string FileSuffix = "_FILE";

    /// <summary>Takes, for every key, the first of its aliases that has a value; a secret also from the file that <c>NAME_FILE</c> names.</summary>
    public static NamedValues OfAliases(Func<string, string?> valueOf, string origin, List<string> problems)
    {
        var values = new NamedValues();
        foreach (var key in SettingKey.All)
        {
            // Empty means "not set" here: a copied .env.example leaves many names blank.
            if (key.Aliases.FirstOrDefault(name => !string.IsNullOrEmpty(valueOf(name))) is { } given)
                values.Add(key.Path, valueOf(given)!, $"{origin} {given}");
            if (key.IsSecret && key.Aliases.Prepend(key.EnvironmentName).FirstOrDefault(name => !string.IsNullOrEmpty(valueOf(name + FileSuffix))) is { } file)
                values.AddFromFile(key.Path, file, valueOf, origin, problems);
        }

        return values;
    }

    private void AddFromFile(string path, string name, Func<string, string?> valueOf, string origin, List<string> problems)
    {
        var file = valueOf(name + FileSuffix)!;
        try
        {
            // A line's end behind the secret is the editor's, not the secret's.
            var text = File.ReadAllText(file).Trim('\r', '\n');
            if (!string.IsNullOrEmpty(valueOf(name)) || origins.ContainsKey(path))
                problems.Add($"{path} is given twice: by {origin} {name}{FileSuffix} and by {(origins.TryGetValue(path, out var other) ? other : $"{origin} {name}")}");
            else if (text.Length == 0)
                problems.Add($"{origin}: {name}{FileSuffix} names {Path.GetFullPath(file)}, which is empty");
            else
                Add(path, text, $"{origin} {name}{FileSuffix}");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{origin}: {name}{FileSuffix} names {Path.GetFullPath(file)}, which cannot be read");
        }
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
