using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.Core.Conversations;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>What a notification about a message in a thread says (S0-27, S0-28).</summary>
public static class NewMessageNotice
{
    private const int PreviewLength = 50;

    /// <summary>Three dots after the preview only when there is more.</summary>
    /// <param name="body">As readers see it: redacted.</param>
    public static string Write(long threadId, Caller sender, string body)
    {
        var preview = Message.Preview(body, PreviewLength) + (body.Length > PreviewLength ? "..." : "");
        return JsonSerializer.Serialize(new Payload(threadId.ToString(System.Globalization.CultureInfo.InvariantCulture), sender.FullName ?? "Someone", preview), NoticeJson.Default.Payload);
    }

    internal sealed record Payload(string ThreadId, string SenderName, string Preview);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(NewMessageNotice.Payload))]
internal sealed partial class NoticeJson : JsonSerializerContext;
