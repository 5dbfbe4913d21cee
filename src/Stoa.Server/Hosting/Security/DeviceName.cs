namespace Stoa.Server.Hosting.Security;

/// <summary>What a client is called where others than its owner's own page show it: a browser and a system from two short lists, never the header's text.</summary>
/// <remarks>
/// <c>User-Agent</c> is whatever somebody writes. Repeated in a mail of ours, it would carry strangers' texts under our name. Every Chromium calls itself Chrome and
/// Safari too, so the lists go from the particular to the general.
/// </remarks>
public static class DeviceName
{
    public const string Unknown = "an unknown program";

    private static readonly (string Mark, string Name)[] Browsers =
    [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("Vivaldi/", "Vivaldi"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ];

    private static readonly (string Mark, string Name)[] Systems =
    [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"), ("Macintosh", "macOS"), ("Linux", "Linux"),
    ];

    /// <summary>"Firefox on Windows", "Firefox", "a program on Android", or <see cref="Unknown"/>.</summary>
    public static string Of(string? userAgent)
    {
        var (browser, system) = (Find(Browsers, userAgent), Find(Systems, userAgent));
        return (browser, system) switch
        {
            (null, null) => Unknown,
            (null, _) => $"a program on {system}",
            (_, null) => browser,
            _ => $"{browser} on {system}",
        };
    }

    private static string? Find((string Mark, string Name)[] list, string? text)
    {
        foreach (var (mark, name) in list)
        {
            if (text?.Contains(mark, StringComparison.Ordinal) == true)
                return name;
        }

        return null;
    }
}
