using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.HttpResults;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Hosting.Web;
using Stoa.Server.Messaging.Sms;

namespace Stoa.Server.Messaging.Doors;

/// <summary>Where Twilio delivers SMS (S1), at the root and under /api. Nothing is read from a delivery before its signature holds.</summary>
public static class TwilioWebhook
{
    public static readonly Refusal NotConfigured = Refusal.Forbidden("sms.not_configured", "SMS are not taken in here");
    public static readonly Refusal SignatureInvalid = Refusal.Forbidden("sms.signature_invalid", "The signature does not fit");

    public static void MapTwilioWebhook(this IEndpointRouteBuilder routes) => routes.MapPost("/twilio_webhook", Take)
        .WithTags("SMS").WithSummary("An SMS becomes a message of the account with that number; called by Twilio, with its signature")
        .Accepts<SmsDelivery>("application/x-www-form-urlencoded", "application/json").Answers(StatusCodes.Status200OK, typeof(SmsSaved), typeof(SmsProved), typeof(SmsOfNobody))
        .Example("""{"From":"+15550100","To":"+15550199","Body":"Hello","MessageSid":"SM0123456789abcdef0123456789abcdef"}""")
        .Refuses(NotConfigured, SignatureInvalid, TakeSms.Malformed, TakeSms.SenderRefused, Message.Empty, Message.TooLong, Restriction.MessagingBanned, MessageRate.TooMany);

    private static async Task<IResult> Take(HttpRequest request, StoaSettings settings, TakeSms take, ILogger<TwilioLog> log, CancellationToken cancellation)
    {
        if (settings.Sms.AuthToken.Length == 0)
            return Refuse(NotConfigured, log);
        var fields = request.HasFormContentType
            ? await SignedFormAsync(request, settings.Sms, cancellation)
            : await SignedJsonAsync(request, settings.Sms, cancellation);
        if (fields is null)
            return Refuse(SignatureInvalid, log);
        if (Read(fields) is not { } sms)
            return Refuse(TakeSms.Malformed, log);

        var outcome = await take.Handle(sms, cancellation);
        return outcome.Refusal is { } refusal ? refusal.ToHttp()
            : outcome.Value is { IsProof: true, UserId: { } owner } ? TypedResults.Ok(new SmsProved("number proved", owner))
            : outcome.Value.MessageId is { } id ? TypedResults.Ok(new SmsSaved("message saved", outcome.Value.UserId!.Value, id))
            : TypedResults.Ok(new SmsOfNobody("user not found", sms.From));
    }

    /// <summary>The fields of a form; null when the signature over them does not hold.</summary>
    private static async Task<Dictionary<string, IReadOnlyList<string>>?> SignedFormAsync(HttpRequest request, SmsSettings settings, CancellationToken cancellation)
    {
        var form = await request.ReadFieldsAsync(cancellation);
        var fields = form.ToDictionary(static f => f.Key, static f => (IReadOnlyList<string>)[.. f.Value.Select(static v => v ?? "")], StringComparer.Ordinal);
        return TwilioSignature.IsValid(settings.AuthToken, SignatureOf(request), UrlOf(request, settings), fields) ? fields : null;
    }

    private static async Task<Dictionary<string, IReadOnlyList<string>>?> SignedJsonAsync(HttpRequest request, SmsSettings settings, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellation);
        var hash = request.Query[TwilioSignature.BodyHash];
        if (!TwilioSignature.IsValidJson(settings.AuthToken, SignatureOf(request), UrlOf(request, settings), hash.Count == 1 ? hash[0] : null, body.ToArray()))
            return null;
        try
        {
            using var json = JsonDocument.Parse(body.ToArray(), new JsonDocumentOptions { MaxDepth = 4 });
            var texts = json.RootElement.EnumerateObject().Where(static p => p.Value.ValueKind == JsonValueKind.String);
            return texts.GroupBy(static p => p.Name, static p => p.Value.GetString()!, StringComparer.Ordinal)
                .ToDictionary(static g => g.Key, static g => (IReadOnlyList<string>)[.. g], StringComparer.Ordinal);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new BadHttpRequestException("The body is not a JSON object of texts", StatusCodes.Status400BadRequest, fault);
        }
    }

    /// <summary>The address as Twilio was told it: behind a proxy that the server does not know, only the operator can say.</summary>
    private static string UrlOf(HttpRequest request, SmsSettings settings) => settings.PublicUrl.Length > 0
        ? settings.PublicUrl.TrimEnd('/') + request.GetEncodedPathAndQuery()
        : request.GetEncodedUrl();

    private static string? SignatureOf(HttpRequest request) => request.Headers[TwilioSignature.Header] is [{ } one] ? one : null;

    /// <summary>Each of the four exactly once; an SMS without text has an empty one.</summary>
    private static TakeSms.Request? Read(Dictionary<string, IReadOnlyList<string>> fields)
    {
        string? Only(string name) => fields.TryGetValue(name, out var values) && values.Count == 1 ? values[0] : null;
        return Only("From") is { } from && Only("To") is { } to && Only("Body") is { } body && Only("MessageSid") is { } sid ? new(from, to, body, sid) : null;
    }

    private static ProblemHttpResult Refuse(Refusal refusal, ILogger<TwilioLog> log)
    {
        log.DeliveryRefused(refusal.Code);
        return refusal.ToHttp();
    }
}

/// <summary>What of a delivery is read, for the API document; Twilio sends more.</summary>
public sealed record SmsDelivery(
    [property: JsonPropertyName("From")] string From,
    [property: JsonPropertyName("To")] string To,
    [property: JsonPropertyName("Body")] string Body,
    [property: JsonPropertyName("MessageSid")] string MessageSid);

public sealed record SmsSaved(string Status, long UserId, long MessageId);

/// <summary>It was the code that proves a number, and became no message.</summary>
public sealed record SmsProved(string Status, long UserId);

/// <param name="From">As it was delivered: who signed the delivery knows it.</param>
public sealed record SmsOfNobody(string Status, string From);
