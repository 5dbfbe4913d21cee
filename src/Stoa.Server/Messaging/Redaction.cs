using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Messaging.Redacting;

namespace Stoa.Server.Messaging;

/// <summary>What of a message goes into the record.</summary>
/// <param name="Original">What was taken out; null when nothing was.</param>
public sealed record Redacted(string Body, IReadOnlyList<Attachment>? Attachments, OriginalDraft? Original);

/// <summary>Takes contact details out of messages where the conversation's kind asks for it (S0-18 to S0-23).</summary>
/// <remarks>
/// Looks at the text, at the names and addresses of attachments, and at the text together with what the sender wrote shortly before, so that
/// a number in two messages is found in the second. Administrators are exempt. The original is kept for moderators until its time is over.
/// </remarks>
public sealed class Redaction(StoaDb db, RedactionPolicy policy)
{
    private const int Earlier = 10;
    private static readonly TimeSpan Shortly = TimeSpan.FromMinutes(10);

    internal async Task<Redacted> ApplyAsync(
        ConversationKind kind, long conversationId, Caller sender, string body, IReadOnlyList<Attachment>? attachments, DateTimeOffset now, CancellationToken cancellation)
    {
        if (!policy.AppliesTo(kind) || sender.Type == PartyType.Admin)
            return new Redacted(body, attachments, null);

        var found = new List<FoundContact>();
        var hits = await ScanAsync(conversationId, sender.UserId, body, now, cancellation);
        found.AddRange(hits.Select(static h => new FoundContact(h.Rule.ToString(), "body", h.Start, h.Length)));
        var clean = attachments?.Select((a, i) => Clean(a, i, found)).OfType<Attachment>().ToList();
        if (found.Count == 0)
            return new Redacted(body, attachments, null);
        var original = new OriginalDraft(body, attachments, JsonSerializer.Serialize(found, RedactionJson.Default.ListFoundContact), now + policy.KeepOriginals);
        return new Redacted(ContactScanner.Replace(body, hits), clean is { Count: > 0 } ? clean : null, original);
    }

    private async Task<IReadOnlyList<ContactHit>> ScanAsync(long conversationId, long senderId, string body, DateTimeOffset now, CancellationToken cancellation)
    {
        var alone = policy.Scanner.Scan(body);
        var before = await BeforeAsync(conversationId, senderId, now, cancellation);
        if (before.Length == 0 || body.Length == 0)
            return alone;

        // What begins in an earlier message and ends in this one.
        var across = policy.Scanner.Scan(before + body)
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
    private Attachment? Clean(Attachment attachment, int place, List<FoundContact> found)
    {
        if (attachment.Url is { } url && RedactionPolicy.IsContactAddress(url))
        {
            found.Add(new FoundContact(nameof(ContactRule.Link), $"attachments[{place}].url", 0, url.Length));
            return null;
        }

        if (attachment.ThumbnailUrl is { } thumbnail && RedactionPolicy.IsContactAddress(thumbnail))
        {
            found.Add(new FoundContact(nameof(ContactRule.Link), $"attachments[{place}].thumbnail_url", 0, thumbnail.Length));
            attachment = attachment with { ThumbnailUrl = null };
        }

        if (attachment.Name is not { } name)
            return attachment;

        // "report.com.pdf" and "scan.pl" are files: the ending of the name is not part of what it says.
        var stem = Path.GetFileNameWithoutExtension(name);
        var hits = policy.Scanner.Scan(stem);
        found.AddRange(hits.Select(h => new FoundContact(h.Rule.ToString(), $"attachments[{place}].name", h.Start, h.Length)));
        return hits.Count == 0 ? attachment : attachment with { Name = ContactScanner.Replace(stem, hits) + Path.GetExtension(name) };
    }
}

/// <summary>Where and why something was taken out of a message.</summary>
/// <param name="Field">body, or attachments[n].name, .url or .thumbnail_url.</param>
/// <param name="Start">In UTF-16 code units of that field as it was written.</param>
public sealed record FoundContact(string Rule, string Field, int Start, int Length);

/// <summary>Which conversations are looked through, and what may stay.</summary>
public sealed class RedactionPolicy(RedactionSettings settings)
{
    private static readonly string[] ContactHosts =
        ["wa.me", "t.me", "m.me", "api.whatsapp.com", "chat.whatsapp.com", "telegram.me", "instagram.com", "facebook.com", "snapchat.com", "discord.gg", "line.me", "viber.com", "join.skype.com"];

    private readonly HashSet<ConversationKind> kinds = [.. settings.Kinds.Select(static k => Enum.Parse<ConversationKind>(k, ignoreCase: true))];

    public ContactScanner Scanner { get; } = new([.. settings.AllowedHosts.Select(static h => h.ToLowerInvariant())]);

    public TimeSpan KeepOriginals => settings.KeepOriginals;

    public bool AppliesTo(ConversationKind kind) => kinds.Contains(kind);

    /// <summary>Leads to somebody's account on another messenger.</summary>
    public static bool IsContactAddress(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && Array.Exists(ContactHosts, host => uri.Host == host || uri.Host.EndsWith("." + host, StringComparison.OrdinalIgnoreCase));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<FoundContact>))]
internal sealed partial class RedactionJson : JsonSerializerContext;
