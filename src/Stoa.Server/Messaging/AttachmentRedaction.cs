using Stoa.Core.Conversations;
using Stoa.Server.Messaging.Redacting;

namespace Stoa.Server.Messaging;

/// <summary>Takes contact details out of attachments: their names, types, addresses, and text files where the policy says so.</summary>
/// <remarks>An attachment whose address or text gives a contact away is dropped: neither can be shown in part.</remarks>
public sealed class AttachmentRedaction(TextFiles texts)
{
    // Longer ones say something.
    private const int LongestEnding = 6;

    /// <summary>Those that are left, with what may be shown of them; what was taken out is added to <paramref name="found"/>.</summary>
    /// <param name="around">The lines around the message and its own body: a name can end what they began.</param>
    internal async Task<List<Attachment>> CleanAsync(
        WritingPermit permit, LinesAround around, IReadOnlyList<Attachment> attachments, List<FoundContact> found,
            CancellationToken cancellation)
    {
        var left = new List<Attachment>(attachments.Count);
        for (var i = 0; i < attachments.Count; i++)
        {
            var (attachment, field) = (attachments[i], $"attachments[{i}]");
            if (IsContact(permit, attachment.Url, $"{field}.url", found))
                continue;
            if (permit.Policy.ReadsTextFiles && attachment.UploadId is { } upload
                && await texts.HasContactAsync(permit.Policy.Scanner, upload, cancellation))
            {
                found.Add(FoundContact.Of(attachment.Name ?? "", $"{field}.text"));
                continue;
            }

            if (IsContact(permit, attachment.ThumbnailUrl, $"{field}.thumbnail_url", found))
                attachment = attachment with { ThumbnailUrl = null };
            attachment = attachment with { Name = NameOf(permit, around, attachment.Name, $"{field}.name", found),
                Mime = MimeOf(permit, attachment.Mime, $"{field}.mime", found) };
            around = attachments[i].Name is { } name ? around.With(name) : around;
            left.Add(attachment);
        }

        return left;
    }

    private static bool IsContact(WritingPermit permit, string? url, string field, List<FoundContact> found)
    {
        if (url is null || !(ContactAddress.Is(url) || ContactAddress.Carries(permit.Policy.Scanner, url)))
            return false;
        found.Add(FoundContact.Of(url, field));
        return true;
    }

    private static string? NameOf(WritingPermit permit, LinesAround around, string? name, string field, List<FoundContact> found)
    {
        if (name is null)
            return null;

        // "report.com.pdf" and "scan.pl" are files: the ending of the name is not part of what it says.
        var ending = Path.GetExtension(name);
        if (ending.Length > LongestEnding || !ending.AsSpan().TrimStart('.').ContainsAnyInRange('A', 'z'))
            ending = "";
        var stem = name[..^ending.Length];
        var hits = SplitContacts.Find(permit.Policy.Scanner, around, stem);
        found.AddRange(hits.Select(h => FoundContact.Of(h, field)));
        return hits.Count == 0 ? name : ContactScanner.Replace(stem, hits) + ending;
    }

    /// <summary>The second half of a type is free text to whoever writes it; where it says more than a type it is left out.</summary>
    private static string? MimeOf(WritingPermit permit, string? mime, string field, List<FoundContact> found)
    {
        if (mime is null)
            return null;

        // How a stream is coded is left out: parameters are free text.
        mime = mime.Split(';')[0].TrimEnd();
        var word = mime[(mime.IndexOf('/', StringComparison.Ordinal) + 1)..];
        var said = word.Replace('.', ' ').Replace('-', ' ').Replace('+', ' ').Replace('_', ' ');
        if (permit.Policy.Scanner.Scan(word).Count == 0 && permit.Policy.Scanner.Scan(said).Count == 0
            && word.Count(char.IsAsciiDigit) < MostDigitsInTypes)
            return mime;
        found.Add(FoundContact.Of(mime, field, ContactRule.Phone));
        return null;
    }

    // No registered media type has as many: "vnd.3gpp2.bcmcsinfo+xml", "vnd.sealed.3df", "h265".
    private const int MostDigitsInTypes = 6;
}
