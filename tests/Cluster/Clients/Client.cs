using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Cluster.Processes;
using Xunit;

namespace Cluster.Clients;

/// <summary>An account at one server.</summary>
public sealed class Client : IDisposable
{
    /// <summary>Everybody's.</summary>
    public const string Password = "correct-horse";

    private readonly HttpClient http;

    private Client(ServerProcess server)
    {
        Server = server;
        http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = server.Address, Timeout = TimeSpan.FromSeconds(30) };
    }

    public ServerProcess Server { get; }

    public long Id { get; private init; }

    public string Name { get; private init; } = "";

    public string AccessToken { get; private init; } = "";

    public string RefreshToken { get; private init; } = "";

    public static async Task<Client> RegisterAsync(ServerProcess server, string name)
    {
        using var stranger = new Client(server);
        var account = (await stranger.PostAsync("/auth/register", new { username = name, email = $"{name}@example.org", password = Password })).Is(201);
        return SignedIn(server, account.GetProperty("id").GetInt64(), name, account);
    }

    /// <summary>The same account and session at another server.</summary>
    public Client At(ServerProcess other)
    {
        var client = new Client(other) { Id = Id, Name = Name, AccessToken = AccessToken, RefreshToken = RefreshToken };
        client.http.DefaultRequestHeaders.Authorization = http.DefaultRequestHeaders.Authorization;
        return client;
    }

    /// <summary>Sends without a body when there is none. A lost connection is an <see cref="HttpRequestException"/>.</summary>
    public async Task<Reply> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return new Reply((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public Task<Reply> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Reply> PostAsync(string path, object body) => SendAsync(HttpMethod.Post, path, body);

    public Task<Reply> PutAsync(string path, object? body = null) => SendAsync(HttpMethod.Put, path, body);

    public Task<Reply> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    /// <summary>Writes the first message to somebody; returns the conversation of the two.</summary>
    public async Task<long> OpenConversationAsync(Client other)
    {
        (await PostAsync("/messages", new { recipient_id = other.Id, content = "hello" })).Is(201);
        var list = (await GetAsync("/api/conversations?limit=1")).Is(200).GetProperty("data").GetProperty("conversations");
        return Reply.IdIn(list[0].GetProperty("id"));
    }

    /// <summary>Everything in a conversation, as a client that has nothing yet reads it.</summary>
    public async Task<List<JsonElement>> ReadAllAsync(long conversation)
    {
        var all = new List<JsonElement>();
        for (var more = true; more;)
        {
            var page = (await GetAsync($"/api/conversations/{conversation}/messages?after={all.Count}&limit=200")).Is(200).GetProperty("data");
            var messages = page.GetProperty("messages").EnumerateArray().ToList();
            more = page.GetProperty("hasMore").GetBoolean();
            Assert.True(messages.Count > 0 || !more, $"An empty page of conversation {conversation} says that there is more.");
            all.AddRange(messages);
        }

        return all;
    }

    public void Dispose() => http.Dispose();

    private static Client SignedIn(ServerProcess server, long id, string name, JsonElement answer)
    {
        var client = new Client(server)
        {
            Id = id,
            Name = name,
            AccessToken = answer.GetProperty("access_token").GetString()!,
            RefreshToken = answer.GetProperty("refresh_token").GetString()!,
        };
        client.http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", client.AccessToken);
        return client;
    }
}

/// <summary>What a server answered.</summary>
public sealed record Reply(int Status, string Text)
{
    /// <summary>The body; fails with the whole answer when the status is another.</summary>
    public JsonElement Is(int status)
    {
        Assert.True(Status == status, $"expected {status}, got {Status}: {Text}");
        using var document = JsonDocument.Parse(Text);
        return document.RootElement.Clone();
    }

    /// <summary>An id as the conversations' surface writes it: a string of digits.</summary>
    public static long IdIn(JsonElement text) => long.Parse(text.GetString()!, System.Globalization.CultureInfo.InvariantCulture);
}
