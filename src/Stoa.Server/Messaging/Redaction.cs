using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Messaging.Redacting;

namespace Stoa.Server.Messaging;

/// <summary>What of a message goes into the record.</summary>
/// <param name="Original">What was taken out; null when nothing was.</param>
public sealed record Redacted(string Body, IReadOnlyList<Attachment>? Attachments, OriginalDraft? Original);

/// <summary>Takes contact details out of messages where the conversation's kind asks for it (S0-18 to S0-23).</summary>
/// <remarks>
/// Looks at the text, at the names and addresses of attachments, and at the text together with what the sender wrote shortly before, so that
/// a number in two messages is found in the second. Where, and whose messages, says the <see cref="MessagingPolicy"/>. The original is kept for moderators
/// until its time is over.
/// </remarks>
public sealed class Redaction(StoaDb db, PolicyInForce inForce)
{
    private const int Earlier = 10;
    private static readonly TimeSpan Shortly = TimeSpan.FromMinutes(10);

    internal async Task<Redacted> ApplyAsync(
        ConversationKind kind, long conversationId, Caller sender, string body, IReadOnlyList<Attachment>? attachments, DateTimeOffset now, CancellationToken cancellation)
    {
        var policy = await inForce.FindAsync(cancellation);
        if (!policy.Redacts(kind, sender.Type))
            return new Redacted(body, attachments, null);

        var found = new List<FoundContact>();
        var hits = await ScanAsync(policy.Scanner, conversationId, sender.UserId, body, now, cancellation);
        found.AddRange(hits.Select(static h => new FoundContact(h.Rule.ToString(), "body", h.Start, h.Length)));
        var clean = attachments?.Select((a, i) => Clean(policy.Scanner, a, i, found)).OfType<Attachment>().ToList();
        if (found.Count == 0)
            return new Redacted(body, attachments, null);
        var original = new OriginalDraft(body, attachments, JsonSerializer.Serialize(found, RedactionJson.Default.ListFoundContact), now + policy.KeepOriginals);
        return new Redacted(ContactScanner.Replace(body, hits), clean is { Count: > 0 } ? clean : null, original);
    }

    private async Task<IReadOnlyList<ContactHit>> ScanAsync(ContactScanner scanner, long conversationId, long senderId, string body, DateTimeOffset now, CancellationToken cancellation)
    {
        var alone = scanner.Scan(body);
        var before = await BeforeAsync(conversationId, senderId, now, cancellation);
        if (before.Length == 0 || body.Length == 0)
            return alone;

        // What begins in an earlier message and ends in this one.
        var across = scanner.Scan(before + body)
            .Where(h => h.Start < before.Length && h.End > before.Length)
            .Select(h => new ContactHit(h.Rule, 0, h.End - before.Length));
        return [.. across.Concat(alone.Where(a => !across.Any(c => a.Start < c.End)))];
    }

    private async Task<string> BeforeAsync(long conversationId, long senderId, DateTimeOffset now, CancellationToken cancellation)
    {
        var since = now - Shortly;
        var last = await db.Messages.AsNoTracking().Where(m => m.ConversationId == conversationId)
            .OrderByDescending(m => m.Seq).Take(Earlier).Select(m => new { m.SenderId, m.SentAt, m.Body }).ToListAsync(cancellation);
        return string.Concat(last.Where(m => m.SenderId == senderId && m.SentAt >= since).Reverse().Select(static m => m.Body + "\n"));
    }

    /// <summary>Null when the attachment itself is nothing but a contact.</summary>
    private static Attachment? Clean(ContactScanner scanner, Attachment attachment, int place, List<FoundContact> found)
    {
        if (attachment.Url is { } url && ContactAddress.Is(url))
        {
            found.Add(new FoundContact(nameof(ContactRule.Link), $"attachments[{place}].url", 0, url.Length));
            return null;
        }

        if (attachment.ThumbnailUrl is { } thumbnail && ContactAddress.Is(thumbnail))
        {
            found.Add(new FoundContact(nameof(ContactRule.Link), $"attachments[{place}].thumbnail_url", 0, thumbnail.Length));
            attachment = attachment with { ThumbnailUrl = null };
        }

        if (attachment.Name is not { } name)
            return attachment;

        // "report.com.pdf" and "scan.pl" are files: the ending of the name is not part of what it says.
        var stem = Path.GetFileNameWithoutExtension(name);
        var hits = scanner.Scan(stem);
        found.AddRange(hits.Select(h => new FoundContact(h.Rule.ToString(), $"attachments[{place}].name", h.Start, h.Length)));
        return hits.Count == 0 ? attachment : attachment with { Name = ContactScanner.Replace(stem, hits) + Path.GetExtension(name) };
    }
}

/// <summary>Where and why something was taken out of a message.</summary>
/// <param name="Field">body, or attachments[n].name, .url or .thumbnail_url.</param>
/// <param name="Start">In UTF-16 code units of that field as it was written.</param>
public sealed record FoundContact(string Rule, string Field, int Start, int Length);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<FoundContact>))]
internal sealed partial class RedactionJson : JsonSerializerContext;
