using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.Core.Conversations;

namespace Stoa.Server.Messaging;

/// <summary>What a notification about a message in a thread says (S0-27, S0-28).</summary>
public static class NewMessageNotice
{
    private const int PreviewLength = 50;

    /// <summary>Three dots after the preview only when there is more.</summary>
    /// <param name="thread">Names its sender as readers see him: without contact details where they are taken out.</param>
    /// <param name="shown">As readers see it.</param>
    public static string Write(ConversationCard thread, Redacted shown)
    {
        var preview = Message.Preview(shown.Body, PreviewLength) + (shown.Body.Length > PreviewLength ? "..." : "");
        var sender = thread.PartyOf(shown.Permit.Writer.UserId);
        return JsonSerializer.Serialize(
            new Payload(thread.Id.ToString(CultureInfo.InvariantCulture), sender.HasFullName ? sender.Name : "Someone", preview),
                NoticeJson.Default.Payload);
    }

    internal sealed record Payload(string ThreadId, string SenderName, string Preview);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(NewMessageNotice.Payload))]
internal sealed partial class NoticeJson : JsonSerializerContext;
