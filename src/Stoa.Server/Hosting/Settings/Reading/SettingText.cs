using System.Globalization;

namespace Stoa.Server.Hosting.Settings.Reading;

/// <summary>How values are written: read strictly, written back as they would be read.</summary>
internal static class SettingText
{
    private static readonly Dictionary<string, LogLevel> OtherLevelNames = new(StringComparer.OrdinalIgnoreCase)
    {
        // Python's and syslog's words, which the served systems' scripts use.
        ["INFO"] = LogLevel.Information,
        ["WARN"] = LogLevel.Warning,
        ["FATAL"] = LogLevel.Critical,
        ["OFF"] = LogLevel.None,
    };

    /// <summary>The value of the type, or what is expected instead.</summary>
    public static object? Read(Type type, string text, out string? expected)
    {
        object? value;
        (value, expected) = type switch
        {
            _ when type == typeof(string) => (text, null),
            _ when type == typeof(IReadOnlyList<string>) => (Split(text), null),
            _ when type == typeof(bool) => (Truth(text.Trim()), "true or false"),
            _ when type == typeof(int) => (int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var i) ? i : null, "a whole number"),
            _ when type == typeof(long) => (long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var l) ? l : null, "a whole number"),
            _ when type == typeof(TimeSpan) => (Time(text.Trim()), "a time such as 00:00:30 or 7.00:00:00 (days.hours:minutes:seconds)"),
            _ when type == typeof(LogLevel) => (Level(text.Trim()), "one of " + string.Join(", ", Enum.GetNames<LogLevel>())),
            _ when type.IsEnum => (Named(type, text.Trim()), "one of " + string.Join(", ", Enum.GetNames(type))),
            _ => ((object?)null, (string?)$"a {type.Name}, which settings cannot be"),
        };
        if (value is not null)
            expected = null;
        return value;
    }

    public static string Write(object? value) => value switch
    {
        null => "",
        bool truth => truth ? "true" : "false",
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        IReadOnlyList<string> list => string.Join(", ", list),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    public static string[] Split(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static object? Truth(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "1" or "YES" or "ON" => true,
        "FALSE" or "0" or "NO" or "OFF" => false,
        _ => null,
    };

    // A colon is demanded because "30" would be thirty days.
    private static TimeSpan? Time(string text) =>
        text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time : null;

    private static object? Named(Type type, string text) => Enum.TryParse(type, text, ignoreCase: true, out var value) && !char.IsAsciiDigit(text[0]) ? value : null;

    private static object? Level(string text) => OtherLevelNames.TryGetValue(text, out var level)
        ? level
        : Enum.TryParse(text, ignoreCase: true, out level) && !char.IsAsciiDigit(text[0]) ? level : null;
}
