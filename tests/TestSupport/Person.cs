using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Stoa.TestSupport;

/// <summary>Somebody at a client: sends requests with the token of their session, if they have one.</summary>
public sealed class Person(StoaServer server, HttpClient http) : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = null };

    public StoaServer Server { get; } = server;

    internal HttpClient Http => http;

    public long Id { get; private set; }

    public string Name { get; private set; } = "";

    public string Token { get; private set; } = "";

    public string RefreshToken { get; private set; } = "";

    /// <summary>Takes the tokens of a sign-in answer.</summary>
    public void SignIn(Answer answer)
    {
        Token = answer.Body.GetProperty("access_token").GetString()!;
        RefreshToken = answer.Body.GetProperty("refresh_token").GetString()!;
        if (answer.Body.TryGetProperty("user", out var user))
        {
            Id = user.GetProperty("id").GetInt64();
            Name = user.GetProperty("username").GetString()!;
        }

        UseToken(Token);
    }

    public void UseToken(string? token) =>
        http.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);

    /// <summary>Sends a header with every request from now on.</summary>
    public void UseHeader(string name, string value)
    {
        http.DefaultRequestHeaders.Remove(name);
        http.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<Answer> PostAsync(string path, object? body) => SendAsync(HttpMethod.Post, path, body);

    public Task<Answer> PutAsync(string path, object? body = null) => SendAsync(HttpMethod.Put, path, body);

    public Task<Answer> PatchAsync(string path, object? body = null) => SendAsync(HttpMethod.Patch, path, body);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    /// <summary>Sends the text as it is.</summary>
    public async Task<Answer> PostRawAsync(string path, string body, string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, contentType) };

        // The server may refuse a large body before it has read it.
        request.Headers.ExpectContinue = true;
        return await AnswerAsync(request);
    }

    /// <summary>Sends a message through the mailbox and returns its answer, which must be 201.</summary>
    public async Task<Answer> WriteToAsync(Person other, string content, string? clientMessageId = null)
    {
        var answer = await PostAsync("/messages", new { recipient_id = other.Id, content, client_message_id = clientMessageId });
        answer.Is(201);
        return answer;
    }

    /// <summary>The id of the conversation with the other one; there must be a message in it.</summary>
    public async Task<long> ConversationWithAsync(Person other)
    {
        var list = (await GetAsync("/api/conversations?limit=100")).Is(200).Body.GetProperty("data").GetProperty("conversations");
        return long.Parse(
            list.EnumerateArray().Single(c => c.GetProperty("participants").EnumerateArray()
                .Any(p => p.GetProperty("id").GetString() == other.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)))
                .GetProperty("id").GetString()!,
            System.Globalization.CultureInfo.InvariantCulture);
    }

    public void Dispose() => http.Dispose();

    private async Task<Answer> SendAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body, options: Json);
        return await AnswerAsync(request);
    }

    public async Task<Answer> AnswerAsync(HttpRequestMessage request)
    {
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Answer((int)response.StatusCode, text, response.Headers.ToDictionary(static h => h.Key, static h => string.Join(",", h.Value), StringComparer.OrdinalIgnoreCase))
        {
            ContentType = response.Content.Headers.ContentType?.ToString() ?? "",
        };
    }
}

/// <summary>What came back.</summary>
public sealed record Answer(int Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public string ContentType { get; init; } = "";

    public JsonElement Body { get; } = Text.StartsWith('{') || Text.StartsWith('[') ? JsonDocument.Parse(Text).RootElement : default;

    /// <summary>Fails with the whole answer when the status is another.</summary>
    public Answer Is(int status)
    {
        Assert.True(Status == status, $"expected {status}, got {Status}: {Text}");
        return this;
    }

    /// <summary>A refusal with this status and code, in the shape every client understands, with nothing internal in it.</summary>
    public Answer IsRefusal(int status, string code, string says = "")
    {
        Is(status);
        Assert.Equal(code, Body.GetProperty("code").GetString());
        var sentence = Body.GetProperty("detail").GetString();
        Assert.False(string.IsNullOrWhiteSpace(sentence));
        Assert.Contains(says, sentence, StringComparison.Ordinal);
        Assert.Equal(sentence, Body.GetProperty("error").GetString());
        Assert.Equal(sentence, Body.GetProperty("message").GetString());
        Assert.False(Body.GetProperty("success").GetBoolean());
        Assert.NotEqual("", Body.GetProperty("trace_id").GetString());
        foreach (var inside in (string[])["Exception", "Stoa.", "System.", "SQLite", "Npgsql", "   at "])
            Assert.DoesNotContain(inside, Text, StringComparison.Ordinal);
        return this;
    }
}
