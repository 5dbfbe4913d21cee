using System.Net;
using System.Text;
using System.Text.Json;

namespace Stoa.Load.Clients;

/// <summary>One HTTP/1.1 connection that is kept alive, with one request under way at a time.</summary>
public sealed class HttpConnection : IDisposable
{
    private readonly Wire wire;

    private HttpConnection(Wire wire) => this.wire = wire;

    public static async Task<HttpConnection> OpenAsync(IPEndPoint server) => new(await Wire.OpenAsync(server));

    /// <summary>The bytes of a request, to be sent as they are.</summary>
    public static byte[] Request(string method, string path, string? token, string? json)
    {
        var body = Encoding.UTF8.GetByteCount(json ?? "");
        var text = new StringBuilder($"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        if (token is not null)
            text.Append("Authorization: Bearer ").Append(token).Append("\r\n");
        if (json is not null)
            text.Append("Content-Type: application/json\r\n").Append(System.Globalization.CultureInfo.InvariantCulture, $"Content-Length: {body}\r\n");
        return Encoding.UTF8.GetBytes(text.Append("\r\n").Append(json).ToString());
    }

    /// <summary>Sends a request and returns the status of its answer.</summary>
    public async ValueTask<int> ExchangeAsync(ReadOnlyMemory<byte> request)
    {
        var answer = await AnswerAsync(request);
        wire.Advance(answer.Length);
        return answer.Status;
    }

    /// <summary>Sends a request that must succeed and returns its answer.</summary>
    public async Task<JsonElement> CallAsync(string method, string path, string? token, string? json)
    {
        var answer = await AnswerAsync(Request(method, path, token, json));
        var body = answer.BodyIn(wire.Received);
        wire.Advance(answer.Length);
        if (answer.Status is < 200 or > 299)
            throw new InvalidOperationException($"{method} {path} answered {answer.Status}: {body}");
        using var document = JsonDocument.Parse(body);
        return document.RootElement.Clone();
    }

    public void Dispose() => wire.Dispose();

    private async ValueTask<HttpAnswer> AnswerAsync(ReadOnlyMemory<byte> request)
    {
        await wire.SendAsync(request);
        HttpAnswer answer;
        while (!HttpAnswer.TryFind(wire.Received, out answer))
            await wire.ReceiveAsync();
        return answer;
    }
}
