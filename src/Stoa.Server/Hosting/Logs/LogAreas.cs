namespace Stoa.Server.Hosting.Logs;

/// <summary>Which log file a category belongs to. Whatever has no area goes to <c>app.log</c>.</summary>
internal static class LogAreas
{
    public const string Rest = "app";

    // Both the area's short name, for who asks for a logger by name, and the module whose loggers are named after their classes.
    private static readonly (string Prefix, string Area)[] Routes =
    [
        ("Stoa.Auth", "auth"),
        ("Stoa.Server.Identity", "auth"),
        ("Stoa.Server.Hosting.Security", "auth"),
        ("Stoa.Messages", "messages"),
        ("Stoa.Server.Messaging.Sms", "twilio_webhook"), // before the module it is part of
        ("Stoa.Server.Messaging", "messages"),
        ("Stoa.Reports", "reports"),
        ("Stoa.Server.Moderation", "reports"),
        ("Stoa.Twilio", "twilio_webhook"),
        ("Stoa.Core.Data", "database"),
        ("Microsoft.EntityFrameworkCore", "database"),
        ("Npgsql", "database"),
    ];

    public static IReadOnlyList<string> All { get; } = [.. Routes.Select(static r => r.Area).Append(Rest).Distinct(StringComparer.Ordinal)];

    public static string Of(string category)
    {
        foreach (var (prefix, area) in Routes)
        {
            // At a dot: "Stoa.Authors" is not "Stoa.Auth".
            if (category.StartsWith(prefix, StringComparison.Ordinal) && (category.Length == prefix.Length || category[prefix.Length] == '.'))
                return area;
        }

        return Rest;
    }
}
