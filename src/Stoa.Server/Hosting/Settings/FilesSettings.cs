namespace Stoa.Server.Hosting.Settings;

/// <summary>Files that people send with messages (docs/attachments.md).</summary>
public sealed class FilesSettings
{
    /// <summary>Where they lie without <see cref="S3Settings.Bucket"/>; several servers need the same one. Empty: <c>files</c> in the data folder.</summary>
    public string Folder { get; init; } = "";

    /// <summary>A larger file is refused with 413.</summary>
    [Between("1", "5000000000")]
    public long MaxBytes { get; init; } = 25_000_000;

    /// <summary>Files in one upload request.</summary>
    [Between("1", "100")]
    public int MaxPerRequest { get; init; } = 10;

    /// <summary>Files of one account that wait for their message.</summary>
    [Between("1", "10000")]
    public int MaxWaiting { get; init; } = 50;

    /// <summary>Upload requests of one account in an hour.</summary>
    [Between("1", "100000")]
    public int MaxPerHour { get; init; } = 200;

    /// <summary>How long a file that no message took is kept.</summary>
    [Between("00:01:00", "30.00:00:00")]
    public TimeSpan KeepWaiting { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long a link to a file is good, at least; at most a minute longer.</summary>
    [Between("00:00:10", "7.00:00:00")]
    public TimeSpan LinkLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>What links begin with, for clients that need whole addresses, e.g. <c>https://api.example.org</c>. Empty: links are paths of this server.</summary>
    public string LinkBase { get; init; } = "";
}
