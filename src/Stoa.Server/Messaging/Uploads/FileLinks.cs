using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Messaging.Uploads;

/// <summary>Short-lived links to uploads: whoever has one may fetch the file until it is over, without a token (pictures in a page have none).</summary>
/// <remarks>
/// A link is <c>/api/files/ID?expires=SECONDS&amp;sig=HEX</c>; the signature is an HMAC under a key that is derived from the signing key, so every node makes and
/// takes the same links. The end of its time is on a whole minute: who lists a conversation twice gets the same addresses, and the browser's cache works.
/// Refusals: <c>file.link_invalid</c>, <c>file.link_expired</c>.
/// </remarks>
public sealed class FileLinks(Sealing sealing, StoaSettings settings, TimeProvider clock)
{
    public const string FilesPath = "/api/files";
    public const string UploadsPath = "/api/uploads";
    public static readonly Refusal Invalid = Refusal.Forbidden("file.link_invalid", "The link is not valid");
    public static readonly Refusal Expired = Refusal.Forbidden("file.link_expired", "The link has expired");

    private const string Purpose = "file link";
    private const int Grid = 60;
    private readonly string linkBase = settings.Files.LinkBase.TrimEnd('/');
    private readonly long lifetime = (long)settings.Files.LinkLifetime.TotalSeconds;

    /// <summary>A link that is good from now on for the configured time.</summary>
    public string To(long uploadId)
    {
        var expires = ((clock.GetUtcNow().ToUnixTimeSeconds() + lifetime + Grid - 1) / Grid * Grid).ToString(CultureInfo.InvariantCulture);
        return $"{linkBase}{FilesPath}/{uploadId.ToString(CultureInfo.InvariantCulture)}?expires={expires}&sig={Sign(uploadId, expires)}";
    }

    /// <summary>How an attachment is fetched: an upload by a link, anything else where its sender said.</summary>
    public string? UrlOf(Attachment attachment) => attachment.UploadId is { } id ? To(id) : attachment.Url;

    public string? ThumbnailUrlOf(Attachment attachment) => attachment.ThumbnailUploadId is { } id ? To(id) : attachment.ThumbnailUrl;

    /// <summary>How long the link is still good; the signature is looked at before the time.</summary>
    public Outcome<TimeSpan> Check(long uploadId, string? expires, string? signature)
    {
        if (!IsSigned(uploadId, expires, signature) || !long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out var end))
            return Invalid;
        var left = end - clock.GetUtcNow().ToUnixTimeSeconds();
        return left > 0 ? TimeSpan.FromSeconds(left) : Expired;
    }

    /// <summary>The upload that an address of this server names, whether its time is over or not; null for an address elsewhere.</summary>
    /// <remarks>Says nothing about rights: whoever takes the upload must be its owner. A whole address counts as ours by its signature.</remarks>
    public long? UploadIn(string? url)
    {
        if (url is null)
            return null;
        var isOurs = linkBase.Length > 0 && url.StartsWith(linkBase + "/", StringComparison.Ordinal);
        var rest = isOurs ? url[linkBase.Length..] : url;
        if (!rest.StartsWith('/'))
        {
            if (!Uri.TryCreate(rest, UriKind.Absolute, out var whole))
                return null;
            rest = whole.PathAndQuery;
            return IdIn(rest, FilesPath) is { } id && HasSignature(id, rest) ? id : null;
        }

        return IdIn(rest, FilesPath) ?? IdIn(rest, UploadsPath);
    }

    private static long? IdIn(string path, string under) =>
        path.StartsWith(under + "/", StringComparison.Ordinal)
        && long.TryParse(path.AsSpan(under.Length + 1, (path.IndexOf('?', StringComparison.Ordinal) is var end and >= 0 ? end : path.Length) - under.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : null;

    private bool HasSignature(long id, string pathAndQuery)
    {
        var query = pathAndQuery[(pathAndQuery.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('&');
        string? Of(string name) => Array.Find(query, part => part.StartsWith(name, StringComparison.Ordinal))?[name.Length..];
        return IsSigned(id, Of("expires="), Of("sig="));
    }

    private bool IsSigned(long uploadId, string? expires, string? signature) =>
        expires is { Length: > 0 and < 20 } && signature is { Length: 64 }
        && sealing.Hashes(Purpose, Signed(uploadId, expires)).Any(right => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(right), Encoding.UTF8.GetBytes(signature)));

    private string Sign(long uploadId, string expires) => sealing.Hash(Purpose, Signed(uploadId, expires));

    private static string Signed(long uploadId, string expires) => $"{uploadId.ToString(CultureInfo.InvariantCulture)}:{expires}";
}
