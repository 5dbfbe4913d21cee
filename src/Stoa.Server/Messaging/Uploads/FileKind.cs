namespace Stoa.Server.Messaging.Uploads;

/// <summary>What a file is, by its first bytes.</summary>
/// <param name="Mime">As it is handed out.</param>
/// <param name="Endings">The endings a name may have, each with its dot; the empty one: none.</param>
/// <param name="IsText">Every byte must be part of well-formed UTF-8 without control characters.</param>
public sealed record FileKind(string Mime, IReadOnlyList<string> Endings, bool IsText = false)
{
    /// <summary>How much of a file <see cref="FileKinds"/> wants to see.</summary>
    public const int SeenBytes = 4096;

    /// <summary>What browsers show in place; everything else is saved.</summary>
    public static bool IsShown(string mime) => mime.Split('/')[0] is "image" or "audio" or "video";

    /// <summary>The name with an ending that fits: telephones call a JPEG <c>IMG_0001.HEIC</c> when they have converted it on the way.</summary>
    public string Mended(string name)
    {
        if (FileKinds.Fits(this, Path.GetExtension(name).ToLowerInvariant()))
            return name;
        var bare = Path.GetFileNameWithoutExtension(name);
        return Path.GetExtension(bare) is { Length: > 0 } inner && FileKinds.Fits(this, inner.ToLowerInvariant()) ? bare : bare + Endings[0];
    }
}

/// <summary>The kinds that are taken: an allow-list. What it does not know is refused, whatever it says it is.</summary>
/// <remarks>
/// Never among them: HTML, SVG and other XML, scripts, programs, plain archives. What a picture, sound or film is its bytes decide, and a name that says otherwise is mended
/// (<see cref="FileKind.Mended"/>). A document is refused when its name would make a reader's program take it for something else (<c>letter.exe</c>), and any file when
/// its sender gave a type that would (<c>text/html</c>).
/// </remarks>
public static class FileKinds
{
    private static readonly FileKind Jpeg = new("image/jpeg", [".jpg", ".jpeg", ".jpe", ".jfif"]);
    private static readonly FileKind Png = new("image/png", [".png"]);
    private static readonly FileKind Gif = new("image/gif", [".gif"]);
    private static readonly FileKind Webp = new("image/webp", [".webp"]);
    private static readonly FileKind Pdf = new("application/pdf", [".pdf"]);
    private static readonly FileKind Mp4 = new("video/mp4", [".mp4", ".m4v", ".m4a"]);
    private static readonly FileKind Mp4Audio = new("audio/mp4", [".m4a", ".m4b", ".mp4"]);
    private static readonly FileKind QuickTime = new("video/quicktime", [".mov", ".qt"]);
    private static readonly FileKind Mp3 = new("audio/mpeg", [".mp3"]);
    private static readonly FileKind Ogg = new("audio/ogg", [".ogg", ".oga", ".opus", ".ogv"]);
    private static readonly FileKind OggVideo = new("video/ogg", [".ogg", ".ogv"]);
    private static readonly FileKind Wav = new("audio/wav", [".wav", ".wave"]);
    private static readonly FileKind Webm = new("video/webm", [".webm", ".weba"]);
    private static readonly FileKind WebmAudio = new("audio/webm", [".webm", ".weba"]);
    private static readonly FileKind Text = new("text/plain", [".txt", ".text", ".md", ".csv", ".tsv", ".log", ".srt", ".ics", ".vcf", ".json"], IsText: true);

    private static readonly FileKind[] Images = [Jpeg, Png, Gif, Webp];

    /// <summary>Null when the file is none that is taken.</summary>
    /// <param name="start">The first <see cref="FileKind.SeenBytes"/> bytes, or all there are.</param>
    /// <param name="name">Already cleaned.</param>
    /// <param name="givenType">The sender's word for it; null or empty: none.</param>
    public static FileKind? Of(ReadOnlySpan<byte> start, string name, string? givenType)
    {
        var ending = Path.GetExtension(name).ToLowerInvariant();
        var given = (givenType ?? "").Split(';')[0].Trim().ToLowerInvariant();
        var kind = FileSignatures.IsZip(start) ? OfficeKinds.Of(start, ending) : Plain(start) is { } plain ? AsGiven(plain, given) : null;
        return kind is not null && (FileKind.IsShown(kind.Mime) || Fits(kind, ending)) && !Contradicts(kind, given) ? kind : null;
    }

    private static FileKind? Plain(ReadOnlySpan<byte> start) => FileSignatures.Of(start) switch
    {
        FileSignature.Jpeg => Jpeg,
        FileSignature.Png => Png,
        FileSignature.Gif => Gif,
        FileSignature.Webp => Webp,
        FileSignature.Pdf => Pdf,
        FileSignature.Mp4 => Mp4,
        FileSignature.Mp4Audio => Mp4Audio,
        FileSignature.QuickTime => QuickTime,
        FileSignature.Mp3 => Mp3,
        FileSignature.Ogg => Ogg,
        FileSignature.Wav => Wav,
        FileSignature.Webm => Webm,
        FileSignature.Text => Text,
        _ => null,
    };

    /// <summary>These containers hold sound or pictures alike, and only the sender knows which: a recorder says <c>audio/webm</c>.</summary>
    private static FileKind AsGiven(FileKind kind, string given)
    {
        if (kind == Webm && given.StartsWith("audio/", StringComparison.Ordinal))
            return WebmAudio;
        if (kind == Mp4 && given.StartsWith("audio/", StringComparison.Ordinal))
            return Mp4Audio;
        return kind == Ogg && given.StartsWith("video/", StringComparison.Ordinal) ? OggVideo : kind;
    }

    /// <summary>The ending decides which program opens a saved file, so it must be one of the kind's; one kind of picture named as another does no harm.</summary>
    internal static bool Fits(FileKind kind, string ending) => ending.Length == 0 || kind.Endings.Contains(ending)
        || (Images.Contains(kind) && Images.Any(i => i.Endings.Contains(ending)));

    /// <summary>A picture that is none would be shown as one; a page or a program must not come in by another look.</summary>
    private static bool Contradicts(FileKind kind, string given)
    {
        if (given is "" or "application/octet-stream" or "binary/octet-stream" || given == kind.Mime)
            return false;
        var family = given.Split('/')[0];
        if (family is "image" or "audio" or "video")
            return family != kind.Mime.Split('/')[0] || given.Contains("svg", StringComparison.Ordinal);
        return given.Contains("html", StringComparison.Ordinal) || given.Contains("script", StringComparison.Ordinal)
            || given.Contains("svg", StringComparison.Ordinal) || given.EndsWith("/xml", StringComparison.Ordinal) || given.EndsWith("+xml", StringComparison.Ordinal)
            || given.Contains("executable", StringComparison.Ordinal) || given.Contains("x-ms", StringComparison.Ordinal) || given.EndsWith("x-sh", StringComparison.Ordinal);
    }
}
