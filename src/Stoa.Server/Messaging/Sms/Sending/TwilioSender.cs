using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Jobs;

namespace Stoa.Server.Messaging.Sms.Sending;

/// <summary>Hands SMS to Twilio: <c>POST /2010-04-01/Accounts/{sid}/Messages.json</c>, a form, with the account and its token as name and password.</summary>
/// <remarks>
/// A 4xx answer is final, except 429 and 408, and 401, which is about our own token: the operator can mend it, and then the SMS passes. Everything else
/// may pass later. Redirects are not followed: they would carry the token elsewhere.
/// </remarks>
public sealed class TwilioSender : ISmsSender, IDisposable
{
    // What Twilio says is a few hundred bytes; a stranger at its address may say more.
    private const int MaxAnswer = 16_384;
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5); // so that a moved name is noticed

    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = ConnectionLifetime });
    private readonly SmsSettings settings;
    private readonly string account;

    public TwilioSender(SmsSettings settings)
    {
        this.settings = settings;
        account = $"{settings.TwilioUrl.TrimEnd('/')}/2010-04-01/Accounts/{settings.AccountSid}";
        http.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{settings.AccountSid}:{settings.AuthToken}")));

        // The worker limits the time, on its own clock.
        http.Timeout = Timeout.InfiniteTimeSpan;
    }

    public async Task<string?> SendAsync(OutgoingSms sms, long id, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, account + "/Messages.json")
        {
            Content = new FormUrlEncodedContent([new("From", sms.From), new("To", sms.To), new("Body", sms.Text)]),
        };
        return await AskAsync(request, cancellation);
    }

    /// <summary>Asks for the account with its token, and sends nothing.</summary>
    /// <exception cref="SendingRefusedException">There is no such account.</exception>
    /// <exception cref="SendingDelayedException">An SMS would not leave now.</exception>
    public async Task GreetAsync(CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, account + ".json");
        if (await AskAsync(request, cancellation) != settings.AccountSid)
            throw new SendingDelayedException("What answers does not know the account: it is not Twilio", isCarrierGone: true);
    }

    public void Dispose() => http.Dispose();

    /// <summary>The id of what was made or asked for.</summary>
    private async Task<string?> AskAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException fault)
        {
            throw new SendingDelayedException($"Twilio cannot be reached: {fault.HttpRequestError}", isCarrierGone: true, fault);
        }

        using (answer)
        {
            var (sid, code) = await SaidAsync(answer, cancellation);
            if (answer.IsSuccessStatusCode)
                return sid;
            var text = string.Create(CultureInfo.InvariantCulture, $"Twilio answered {(int)answer.StatusCode}{(code is null ? "" : $" (code {code})")}");
            throw IsFinal(answer.StatusCode) ? new SendingRefusedException(text) : new SendingDelayedException(text, isCarrierGone: true);
        }
    }

    private static bool IsFinal(HttpStatusCode status) =>
        (int)status is >= 400 and < 500 && status is not (HttpStatusCode.Unauthorized or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests);

    /// <summary>The id, or the fault's code. Only these two: Twilio's sentences repeat the number.</summary>
    private static async Task<(string? Sid, int? Code)> SaidAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        try
        {
            await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
            var buffer = new byte[MaxAnswer];
            var length = await stream.ReadAtLeastAsync(buffer, MaxAnswer, throwOnEndOfStream: false, cancellation);
            using var json = JsonDocument.Parse(buffer.AsMemory(0, length));
            var root = json.RootElement;
            var sid = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("sid", out var s) && s.ValueKind == JsonValueKind.String ? s.GetString() : null;
            var code = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("code", out var c) && c.TryGetInt32(out var number) ? number : (int?)null;
            return (sid is { Length: <= 64 } ? sid : null, code);
        }
        catch (Exception fault) when (fault is JsonException or IOException or HttpRequestException or InvalidOperationException)
        {
            // The status has said what matters: an SMS taken over is not sent again because its receipt was not readable.
            return (null, null);
        }
    }
}
