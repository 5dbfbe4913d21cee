using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>What a notification about a message in a thread says (S0-27, S0-28).</summary>
public static class NewMessageNotice
{
    private const int PreviewLength = 50;

    /// <param name="body">As readers see it: redacted.</param>
    public static string Write(long threadId, Caller sender, string body) =>
        JsonSerializer.Serialize(new Payload(threadId.ToString(System.Globalization.CultureInfo.InvariantCulture), sender.FullName ?? "Someone", Preview(body)), NoticeJson.Default.Payload);

    /// <summary>The first 50 characters, and three dots only when there are more. Never half of a character.</summary>
    public static string Preview(string body)
    {
        if (body.Length <= PreviewLength)
            return body;
        return body[..(char.IsHighSurrogate(body[PreviewLength - 1]) ? PreviewLength - 1 : PreviewLength)] + "...";
    }

    internal sealed record Payload(string ThreadId, string SenderName, string Preview);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(NewMessageNotice.Payload))]
internal sealed partial class NoticeJson : JsonSerializerContext;
