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

    /// <summary>Bytes of one account that are stored at a time, sent or not; 0: as many as it likes.</summary>
    [Between("0", "1000000000000000")]
    public long MaxBytesPerAccount { get; init; } = 10_000_000_000;

    /// <summary>Pictures are stored as they were sent, with the place and everything else that camera and programs wrote into them.</summary>
    public bool KeepPictureMetadata { get; init; }

    /// <summary>How long a file that no message took is kept.</summary>
    [Between("01:00:00", "30.00:00:00")]
    public TimeSpan KeepWaiting { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long a link to a file is good, at least; at most a minute longer.</summary>
    [Between("00:00:10", "7.00:00:00")]
    public TimeSpan LinkLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>What links begin with, for clients that need whole addresses, e.g. <c>https://api.example.org</c>. Empty: links are paths of this server.</summary>
    public string LinkBase { get; init; } = "";
}

/// <summary>The bucket in which files lie instead of a folder.</summary>
public sealed class S3Settings
{
    /// <summary>It must be there, and private. Empty: files lie in <see cref="FilesSettings.Folder"/>.</summary>
    public string Bucket { get; init; } = "";

    /// <summary>A server that speaks S3, such as <c>https://s3.example.org</c>. Empty: Amazon's of the region.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>Part of each signature; servers other than Amazon's mostly take any.</summary>
    public string Region { get; init; } = "us-east-1";

    [Secret]
    public string AccessKey { get; init; } = "";

    [Secret]
    public string SecretKey { get; init; } = "";

    /// <summary>The bucket stands in the path (<c>host/bucket/…</c>), as many servers want it, not in the host's name.</summary>
    public bool PathStyle { get; init; }

    /// <summary>What the names of objects begin with, e.g. <c>stoa/</c>.</summary>
    public string Prefix { get; init; } = "";
}
