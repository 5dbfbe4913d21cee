using System.ComponentModel.DataAnnotations;

namespace Stoa.Server.Identity;

/// <summary>The IANA name of a time zone that people live in, as clients' systems give it (<c>Europe/Berlin</c>, <c>UTC</c>); or blank.</summary>
/// <remarks>Names that only mean something to one machine (<c>localtime</c>, <c>posixrules</c>, <c>right/…</c>) are files of the same folder and no zones.</remarks>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TimeZoneNameAttribute : ValidationAttribute
{
    private static readonly string[] Areas =
    [
        "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific", "Etc", "US", "Canada", "Brazil", "Chile", "Mexico",
    ];

    public TimeZoneNameAttribute()
        : base("is the IANA name of a time zone, such as Europe/Berlin")
    {
    }

    public override bool IsValid(object? value) => value is null || (value is string text && (string.IsNullOrWhiteSpace(text) || IsZone(text.Trim())));

    private static bool IsZone(string name) =>
        (name is "UTC" or "GMT" || Areas.Contains(name.Split('/')[0])) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out _);
}
