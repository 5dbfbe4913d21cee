using System.Net;
using System.Text;
using Stoa.Load.Clients;

namespace Stoa.Load.Scenarios.Sockets;

/// <summary>A Socket.IO client over long-polling: one connection for its GETs, one for its POSTs, as browsers do.</summary>
public sealed class PollingPeer : IDisposable
{
    private readonly Wire get;
    private readonly Wire post;
    private readonly byte[] getRequest;
    private readonly string path;

    private PollingPeer(Wire get, Wire post, string sid)
    {
        this.get = get;
        this.post = post;
        path = $"/socket.io/?EIO=4&transport=polling&sid={sid}";
        getRequest = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    }

    public static async Task<PollingPeer> OpenAsync(IPEndPoint server)
    {
        var get = await Wire.OpenAsync(server);
        await get.SendAsync("GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"u8.ToArray());
        var open = await AnswerAsync(get);
        var sid = System.Text.Json.JsonDocument.Parse(open[1..]).RootElement.GetProperty("sid").GetString()!;
        var peer = new PollingPeer(get, await Wire.OpenAsync(server), sid);
        await peer.PostAsync("40");
        await peer.UntilAsync("40");
        return peer;
    }

    public async Task EchoAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await PostAsync($"42{i}[\"echo\",{{\"text\":\"a message of the usual length\"}}]");
            await UntilAsync("43");
        }
    }

    public void Dispose()
    {
        get.Dispose();
        post.Dispose();
    }

    private async Task PostAsync(string packet)
    {
        await post.SendAsync(Encoding.UTF8.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: {packet.Length}\r\n\r\n{packet}"));
        await AnswerAsync(post);
    }

    private async Task UntilAsync(string start)
    {
        for (; ; )
        {
            await get.SendAsync(getRequest);
            foreach (var packet in (await AnswerAsync(get)).Split('\x1e'))
            {
                if (packet == "2")
                    await PostAsync("3");
                else if (packet.StartsWith(start, StringComparison.Ordinal))
                    return;
            }
        }
    }

    private static async Task<string> AnswerAsync(Wire wire)
    {
        HttpAnswer answer;
        while (!HttpAnswer.TryFind(wire.Received, out answer))
            await wire.ReceiveAsync();
        if (answer.Status != 200)
            throw new InvalidOperationException($"A poll was answered with {answer.Status}");
        var body = answer.BodyIn(wire.Received);
        wire.Advance(answer.Length);
        return body;
    }
}
