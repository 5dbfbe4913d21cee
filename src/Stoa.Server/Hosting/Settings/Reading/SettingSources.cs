using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;

namespace Stoa.Server.Hosting.Settings.Reading;

/// <summary>The places settings come from, strongest last: json files, <c>.env</c>, environment, command line.</summary>
/// <remarks>Within <c>.env</c> and within the environment a key's own name is stronger than its aliases.</remarks>
internal sealed class SettingSources
{
    private readonly IConfigurationProvider[] strongestFirst;

    private SettingSources(IConfigurationRoot root, IReadOnlyDictionary<string, string> dotEnv)
    {
        strongestFirst = [.. root.Providers.Reverse()];
        DotEnv = dotEnv;
    }

    /// <summary>What <c>.env</c> holds, by the names written there.</summary>
    public IReadOnlyDictionary<string, string> DotEnv { get; }

    public IReadOnlyList<IConfigurationProvider> StrongestFirst => strongestFirst;

    /// <summary>Puts <c>.env</c> and the aliases where they belong among the framework's own sources.</summary>
    public static SettingSources Compose(ConfigurationManager configuration, List<string> problems)
    {
        var dotEnv = Reading.DotEnv.Read(".env", problems);
        var sources = configuration.Sources;
        var environment = sources.ToList().FindLastIndex(static s => s is EnvironmentVariablesConfigurationSource { Prefix: null or "" });
        var at = environment < 0 ? sources.Count : environment;
        sources.Insert(at, NamedValues.OfAliases(Environment.GetEnvironmentVariable, "environment", problems));
        sources.Insert(at, NamedValues.OfDotEnv(dotEnv));
        sources.Insert(at, NamedValues.OfAliases(name => dotEnv.GetValueOrDefault(name), ".env", problems));
        return new SettingSources(configuration, dotEnv);
    }

    /// <summary>The text given for a key by the strongest source that gives one, and that source's name; null when none does.</summary>
    public (string Text, string Source)? Find(SettingKey key)
    {
        foreach (var provider in strongestFirst)
        {
            if (provider.TryGet(key.Path, out var text) && text is not null && !(key.IsList && text.Length == 0))
                return (text, NameOf(provider, key.Path));
            if (key.IsList && Items(provider, key.Path) is { Count: > 0 } items)
                return (string.Join(',', items), NameOf(provider, key.Path));
        }

        return null;
    }

    public static string NameOf(IConfigurationProvider provider, string path) => provider switch
    {
        JsonConfigurationProvider { Source.Path: { } file } => Path.GetFileName(file),
        NamedValues named => named.OriginOf(path),
        EnvironmentVariablesConfigurationProvider => $"environment {path.Replace(":", "__", StringComparison.Ordinal)}",
        CommandLineConfigurationProvider => "command line",
        _ => "host",
    };

    /// <summary>Every full key one provider holds.</summary>
    public static IEnumerable<string> Leaves(IConfigurationProvider provider, string? parent = null)
    {
        foreach (var child in provider.GetChildKeys([], parent).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var path = parent is null ? child : $"{parent}:{child}";
            var isLeaf = true;
            foreach (var leaf in Leaves(provider, path))
            {
                isLeaf = false;
                yield return leaf;
            }

            if (isLeaf)
                yield return path;
        }
    }

    private static List<string> Items(IConfigurationProvider provider, string path)
    {
        var items = new List<string>();
        for (var i = 0; provider.TryGet($"{path}:{i}", out var item); i++)
        {
            if (!string.IsNullOrWhiteSpace(item))
                items.Add(item);
        }

        return items;
    }
}
