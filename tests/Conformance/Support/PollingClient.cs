using System.Net;
using System.Text;
using System.Text.Json;

namespace Stoa.Conformance.Support;

/// <summary>A polling client that shows bodies as they are on the wire.</summary>
public sealed class PollingClient(HttpClient http, string path)
{
    public string Sid { get; private set; } = "";

    public JsonElement Handshake { get; private set; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Query => $"{path}?EIO=4&transport=polling&sid={Sid}";

    public async Task OpenAsync()
    {
        var body = await http.GetStringAsync($"{path}?EIO=4&transport=polling", Cancellation);
        Assert.StartsWith("0", body);
        Handshake = JsonElement.Parse(body[1..]);
        Sid = Handshake.GetProperty("sid").GetString()!;
    }

    public Task<HttpResponseMessage> GetAsync(CancellationToken? cancellation = null) => http.GetAsync(Query, cancellation ?? Cancellation);

    public Task<HttpResponseMessage> PostAsync(string body) => http.PostAsync(Query, new StringContent(body, Encoding.UTF8, "text/plain"), Cancellation);

    /// <summary>The packets of the next answer.</summary>
    public async Task<string[]> PollAsync()
    {
        using var answer = await GetAsync();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadAsStringAsync(Cancellation)).Split('\x1e');
    }

    /// <summary>Sends packets; the server must take them.</summary>
    public async Task SendAsync(params string[] packets)
    {
        using var answer = await PostAsync(string.Join('\x1e', packets));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("ok", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    /// <summary>The status of one more GET, which must not be a waiting one.</summary>
    public async Task<(HttpStatusCode Status, string Body)> StatusAsync()
    {
        using var answer = await GetAsync();
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }
}
