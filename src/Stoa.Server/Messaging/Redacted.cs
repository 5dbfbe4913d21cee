using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.Core.Conversations;
using Stoa.Server.Messaging.Redacting;

namespace Stoa.Server.Messaging;

/// <summary>
/// What of a message others are shown. Made with a permit alone, so that nothing gets into the record that the gate has not seen.
/// </summary>
public sealed class Redacted
{
    internal Redacted(WritingPermit permit, string body, IReadOnlyList<Attachment>? attachments, OriginalDraft? original) =>
        (Permit, Body, Attachments, Original) = (permit, body, attachments, original);

    public WritingPermit Permit { get; }

    public string Body { get; }

    public IReadOnlyList<Attachment>? Attachments { get; }

    /// <summary>What was taken out; null when nothing was.</summary>
    public OriginalDraft? Original { get; }
}

/// <summary>Where and why something was taken out of a message.</summary>
/// <param name="Field">body, or attachments[n].name, .mime, .url, .thumbnail_url or .text.</param>
/// <param name="Start">In UTF-16 code units of that field as it was written.</param>
public sealed record FoundContact(string Rule, string Field, int Start, int Length)
{
    internal static FoundContact Of(ContactHit hit, string field) => new(hit.Rule.ToString(), field, hit.Start, hit.Length);

    /// <summary>The whole of a field.</summary>
    internal static FoundContact Of(string text, string field, ContactRule rule = ContactRule.Link) =>
        new(rule.ToString(), field, 0, text.Length);

    internal static string Write(List<FoundContact> found) => JsonSerializer.Serialize(found, RedactionJson.Default.ListFoundContact);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<FoundContact>))]
internal sealed partial class RedactionJson : JsonSerializerContext;
