using System.Reflection;

namespace Stoa.Server.Hosting.Settings.Reading;

/// <summary>One key of the settings, read from its property: where it belongs, how it is written, what it may be.</summary>
internal sealed class SettingKey
{
    private SettingKey(PropertyInfo area, PropertyInfo property, object defaults)
    {
        Area = area;
        Property = property;
        Path = $"{area.Name}:{property.Name}";
        Default = property.GetValue(area.GetValue(defaults));
        Aliases = property.GetCustomAttribute<AliasesAttribute>()?.Names ?? [];
        Range = property.GetCustomAttribute<BetweenAttribute>();
        IsSecret = property.IsDefined(typeof(SecretAttribute));
    }

    public static IReadOnlyList<SettingKey> All { get; } = Read();

    public static IReadOnlySet<string> Areas { get; } = All.Select(static k => k.Area.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>As in <c>appsettings.json</c> and on the command line: <c>Area:Name</c>.</summary>
    public string Path { get; }

    /// <summary>As in the environment and <c>.env</c>: <c>Area__Name</c>.</summary>
    public string EnvironmentName => Path.Replace(":", "__", StringComparison.Ordinal);

    public PropertyInfo Area { get; }

    public PropertyInfo Property { get; }

    public Type Type => Property.PropertyType;

    public bool IsList => Type == typeof(IReadOnlyList<string>);

    public object? Default { get; }

    public IReadOnlyList<string> Aliases { get; }

    public BetweenAttribute? Range { get; }

    public bool IsSecret { get; }

    private static List<SettingKey> Read()
    {
        var defaults = new StoaSettings();
        return [.. from area in typeof(StoaSettings).GetProperties()
                   where area.PropertyType.Name == area.Name + "Settings"
                   from property in area.PropertyType.GetProperties()
                   where property.SetMethod is { IsPublic: true }
                   select new SettingKey(area, property, defaults)];
    }
}

/// <summary>A key, the text it was given (null: the default is in use), and by whom.</summary>
internal sealed record SettingInUse(SettingKey Key, object? Value, string Source);
