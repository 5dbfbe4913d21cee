namespace Stoa.Server.Hosting.Settings.Reading;

/// <summary>Turns what the sources give into <see cref="StoaSettings"/>, collecting every problem instead of stopping at the first.</summary>
internal sealed class SettingsReading(SettingSources sources, List<string> problems)
{
    public StoaSettings Read()
    {
        var settings = new StoaSettings();
        settings.InUse = [.. SettingKey.All.Select(key => Take(key, settings))];
        return settings;
    }

    private SettingInUse Take(SettingKey key, StoaSettings settings)
    {
        if (sources.Find(key) is not var (text, source))
            return new SettingInUse(key, key.Default, "default");

        var value = SettingText.Read(key.Type, text, out var expected);
        if (value is null)
            problems.Add($"{Given(key, text, source)} must be {expected}");
        else if (OutOfRange(key, value))
            problems.Add($"{Given(key, text, source)} must be between {key.Range!.Minimum} and {key.Range.Maximum}");
        else if (text.Length > 0 || key.Default is not null)
            key.Property.SetValue(key.Area.GetValue(settings), value);

        var used = key.Property.GetValue(key.Area.GetValue(settings));
        return new SettingInUse(key, used, Equals(SettingText.Write(used), SettingText.Write(key.Default)) ? "default" : source);
    }

    private static string Given(SettingKey key, string text, string source) => $"{key.Path} ({source}) is '{(key.IsSecret ? "…" : text)}': it";

    private static bool OutOfRange(SettingKey key, object value) => key.Range is { } range
        && value is IComparable number
        && (number.CompareTo(SettingText.Read(key.Type, range.Minimum, out _)) < 0 || number.CompareTo(SettingText.Read(key.Type, range.Maximum, out _)) > 0);
}
