using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Stoa.Core.Conversations;

/// <summary>A file, picture or recording that a message names. One that was uploaded here is fetched by its <see cref="UploadId"/>.</summary>
/// <param name="Url">http(s), or a path of this server; at most <see cref="MaxUrlLength"/> characters.</param>
/// <param name="Mime">A media type of one of the registered families, such as <c>image/png</c>; at most 100 characters.</param>
/// <param name="Name">The file's name as its sender calls it; at most 255 characters.</param>
/// <param name="Size">Bytes, 0 to <see cref="MaxSize"/>.</param>
/// <param name="Duration">Seconds, of a recording, 0 to <see cref="MaxDuration"/>.</param>
/// <param name="UploadId">The upload this is; null for an address elsewhere. Its address is made when it is handed out.</param>
/// <param name="ThumbnailUploadId">The upload that is its small picture; null for none, or an address elsewhere.</param>
public sealed partial record Attachment(
    string? Url,
    string? Mime = null,
    string? Name = null,
    long? Size = null,
    double? Duration = null,
    string? ThumbnailUrl = null,
    long? UploadId = null,
    long? ThumbnailUploadId = null)
{
    public const int MaxUrlLength = 2048;
    public const int MaxMimeLength = 100;
    public const int MaxNameLength = 255;

    /// <summary>A terabyte: larger is nobody's file.</summary>
    public const long MaxSize = 1_000_000_000_000;

    /// <summary>A month.</summary>
    public const double MaxDuration = 2_678_400;

    public static readonly Refusal Malformed = Refusal.Invalid(
        "attachment.invalid", "An attachment has a url (http, https or a path of this server, at most 2048 characters), at most 255 characters of name, and a media type such as image/png");

    /// <summary>Said of the numbers, which belong to the file and not to its address.</summary>
    public static readonly Refusal Immeasurable = Refusal.Invalid(
        "attachment.invalid", "An attachment's size is 0 to 1000000000000 bytes, its duration 0 to 2678400 seconds");

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public Refusal? WhyNot() =>
        (Url is null && UploadId is null) || !IsAddress(Url) || !IsAddress(ThumbnailUrl) || Name is { Length: > MaxNameLength } || !IsMediaType(Mime) ? Malformed
        : Size is < 0 or > MaxSize || Duration is < 0 or > MaxDuration or double.NaN ? Immeasurable
        : null;

    /// <summary>The form in which a message keeps its attachments; null for none.</summary>
    public static string? Write(IReadOnlyList<Attachment>? attachments) =>
        attachments is { Count: > 0 } ? JsonSerializer.Serialize(attachments, AttachmentJson.Default.IReadOnlyListAttachment) : null;

    public static IReadOnlyList<Attachment>? Read(string? json) =>
        json is null ? null : JsonSerializer.Deserialize(json, AttachmentJson.Default.IReadOnlyListAttachment);

    // A type with free text in it would be one more place to write in.
    private static bool IsMediaType(string? mime) => mime is null || (mime.Length <= MaxMimeLength && MediaType().IsMatch(mime));

    // RFC 6838 §4.2, in the families of the registry; parameters say how a stream is coded.
    [GeneratedRegex("^(application|audio|font|haptics|image|message|model|multipart|text|video)/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}" +
        "( *; *(codecs|charset)=\"?[a-z0-9][a-z0-9., _-]{0,40}\"?)?$",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex MediaType();

    // javascript: and data: addresses would run in the reader's page; control characters would hide where a link leads.
    private static bool IsAddress(string? url) => url is null
        || (url.Length is > 0 and <= MaxUrlLength && !url.Any(char.IsControl)
            && ((url[0] == '/' && !url.StartsWith("//", StringComparison.Ordinal))
                || (Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp))));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<Attachment>))]
internal sealed partial class AttachmentJson : JsonSerializerContext;
