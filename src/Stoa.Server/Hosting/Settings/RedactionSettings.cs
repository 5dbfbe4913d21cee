namespace Stoa.Server.Hosting.Settings;

/// <summary>Where contact details are taken out of messages.</summary>
public sealed class RedactionSettings
{
    /// <summary>Kinds of conversations: <c>Thread</c>, <c>Direct</c>, <c>Support</c>, <c>Group</c>; empty: nowhere.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = ["Thread"];

    /// <summary>Hosts, with everything below them, that may be linked to.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>
    /// Whether uploaded text files are looked through when they are attached; one with a contact, or over 256 KiB, is not shown.
    /// </summary>
    public bool TextFiles { get; init; }

    /// <summary>How long moderators can read what was taken out.</summary>
    [Between("00:00:00", "3650.00:00:00")]
    public TimeSpan KeepOriginals { get; init; } = TimeSpan.FromDays(30);
}
