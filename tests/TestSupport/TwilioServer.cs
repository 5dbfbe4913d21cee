using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Stoa.TestSupport;

/// <summary>A little HTTP server that plays Twilio: takes SMS as its API does, and delivers them signed as its webhook does.</summary>
public sealed class TwilioServer : IAsyncDisposable
{
    public const string Account = "AC0123456789abcdef0123456789abcdef";
    public const string Token = "0123456789abcdef0123456789abcdef";
    private readonly WebApplication app;
    private readonly ConcurrentQueue<SentSms> taken = new();
    private readonly ConcurrentQueue<(int Status, string Body)> answers = new();
    private int requests;

    private TwilioServer(WebApplication app) => this.app = app;

    public string Address => app.Urls.Single();

    /// <summary>How many requests came, taken or not.</summary>
    public int Requests => Volatile.Read(ref requests);

    public static async Task<TwilioServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new TwilioServer(app);
        app.MapPost("/2010-04-01/Accounts/{account}/Messages.json", server.TakeAsync);
        app.MapGet("/2010-04-01/Accounts/{account}.json", static (HttpRequest request, string account) =>
            IsKnown(request, account) ? Results.Json(new { sid = account, status = "active", auth_token = Token }) : Unknown());
        await app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>The next request is answered like this, instead of being taken; call again for the one after.</summary>
    public TwilioServer Then(int status, string body = "")
    {
        answers.Enqueue((status, body));
        return this;
    }

    /// <summary>Waits until this many SMS were taken; in order of arrival.</summary>
    public Task<List<SentSms>> TakenAsync(int count) => Eventually.GetAsync(
        () => taken.ToList(), sms => sms.Count >= count, sms => $"{sms.Count} of {count} SMS were taken");

    /// <summary>Proves somebody's number as its owner does: with an SMS from it that carries the code they were shown.</summary>
    /// <param name="publicUrl">As of <see cref="DeliverAsync"/>.</param>
    public static async Task ProveNumberAsync(Person person, string number, string? publicUrl = null)
    {
        var begun = (await person.PostAsync("/auth/me/phone/verify", new { phone_number = number })).Is(200).Body;
        using var carrier = person.Server.Stranger();
        var sms = Sms(begun.GetProperty("phone_number").GetString()!, begun.GetProperty("shown_code").GetString()!, $"SMproof{person.Id}");
        Assert.Equal("number proved", (await DeliverAsync(carrier, sms, publicUrl)).Is(200).Body.GetProperty("status").GetString());
    }

    /// <summary>Delivers an SMS to a server's webhook, signed with the token over the URL; without one over the address really called.</summary>
    public static async Task<Answer> DeliverAsync(Person carrier, IReadOnlyList<KeyValuePair<string, string>> fields, string? publicUrl = null, string token = Token, string path = "/twilio_webhook")
    {
        carrier.UseHeader("X-Twilio-Signature", Sign(token, (publicUrl ?? carrier.Server.Address.GetLeftPart(UriPartial.Authority)) + path, fields));
        using var form = new FormUrlEncodedContent(fields);
        return await carrier.PostRawAsync(path, await form.ReadAsStringAsync(TestContext.Current.CancellationToken), "application/x-www-form-urlencoded");
    }

    /// <summary>An SMS as Twilio describes it, with some of the fields nobody reads.</summary>
    public static List<KeyValuePair<string, string>> Sms(string from, string body, string sid, string to = "+15550199") =>
        [new("ToCountry", "US"), new("MessageSid", sid), new("SmsSid", sid), new("AccountSid", Account), new("NumMedia", "0"), new("Body", body), new("From", from), new("To", to)];

    /// <summary>base64(HMAC-SHA1(token, URL + sorted fields)).</summary>
    public static string Sign(string token, string url, IEnumerable<KeyValuePair<string, string>> fields)
    {
        var data = url + string.Concat(fields.OrderBy(static f => f.Key, StringComparer.Ordinal).Select(static f => f.Key + f.Value));
#pragma warning disable CA5350 // as Twilio does
        return Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(data)));
#pragma warning restore CA5350
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static bool IsKnown(HttpRequest request, string account) => account == Account
        && request.Headers.Authorization == new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Account}:{Token}"))).ToString();

    private static IResult Unknown() => Results.Json(new { code = 20003, message = "Authenticate", status = 401 }, statusCode: 401);

    private async Task<IResult> TakeAsync(HttpRequest request, string account)
    {
        Interlocked.Increment(ref requests);
        if (!IsKnown(request, account))
            return Unknown();
        if (answers.TryDequeue(out var answer))
            return Results.Text(answer.Body, "application/json", Encoding.UTF8, answer.Status);
        var form = await request.ReadFormAsync();
        taken.Enqueue(new SentSms(form["From"].ToString(), form["To"].ToString(), form["Body"].ToString()));
        return Results.Json(new { sid = $"SM{taken.Count:D32}", status = "queued" }, statusCode: 201);
    }
}

/// <summary>An SMS that Twilio took.</summary>
public sealed record SentSms(string From, string To, string Body);
