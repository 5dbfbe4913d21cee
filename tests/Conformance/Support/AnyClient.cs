using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Stoa.Conformance.Support;

/// <summary>
/// One client for both transports, for rules that hold on either. Packets are written as in a polling body, binary as <c>b</c> and base64. Pings are
/// answered as they come.
/// </summary>
public sealed class AnyClient : IAsyncDisposable
{
    private readonly Channel<string> _incoming = Channel.CreateUnbounded<string>();
    private readonly SemaphoreSlim _posting = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http = new();
    private readonly HttpClient _posts = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1 });
    private readonly ClientWebSocket? _socket;
    private readonly string _address;
    private Task _pump = Task.CompletedTask;
    private string _end = "no answer";

    private AnyClient(Uri address, string path, bool polling)
    {
        _address = new Uri(address, $"{path}?EIO=4&transport=polling").ToString();
        _socket = polling ? null : new ClientWebSocket();
    }

    /// <summary>The open packet.</summary>
    public JsonElement Handshake { get; private set; }

    /// <summary>The session's id.</summary>
    public string Session => Handshake.GetProperty("sid").GetString()!;

    private string Query => $"{_address}&sid={Session}";

    public static async Task<AnyClient> OpenAsync(Uri address, bool polling, string path = "/socket.io/")
    {
        var client = new AnyClient(address, path, polling);
        var open = polling ? await client._http.GetStringAsync(client._address, TestServer.Cancellation).Soon() : await client.UpgradeAsync();
        Assert.StartsWith("0{", open);
        client.Handshake = JsonElement.Parse(open[1..]);
        client._pump = client.PumpAsync();
        return client;
    }

    /// <summary>Opened, and in a namespace.</summary>
    public static async Task<(AnyClient Client, string Id)> ConnectAsync(Uri address, bool polling, string space = "/")
    {
        var client = await OpenAsync(address, polling);
        return (client, await client.EnterAsync(space));
    }

    /// <summary>Enters a namespace; the id of the socket there.</summary>
    public async Task<string> EnterAsync(string space = "/", string auth = "")
    {
        var prefix = space == "/" ? "40" : $"40{space},";
        await SendAsync(prefix + auth);
        var answer = await NextAsync();
        Assert.StartsWith(prefix + "{", answer);
        return JsonElement.Parse(answer[prefix.Length..]).GetProperty("sid").GetString()!;
    }

    /// <summary>Sends packets, over polling in one body; what the server says to that is not looked at.</summary>
    public async Task SendAsync(params string[] packets)
    {
        if (_socket is null)
        {
            await PostAsync(string.Join('\x1e', packets));
            return;
        }

        await _posting.WaitAsync(TestServer.Cancellation);
        try
        {
            foreach (var packet in packets)
                await WriteAsync(packet);
        }
        catch (WebSocketException)
        {
            // Closed by the server after an earlier packet.
        }
        finally
        {
            _posting.Release();
        }
    }

    /// <summary>Sends one body. One POST at a time: a second one would end the session.</summary>
    public async Task<(HttpStatusCode Status, string Body)> PostAsync(string body)
    {
        await _posting.WaitAsync(TestServer.Cancellation);
        try
        {
            using var content = new StringContent(body, Encoding.UTF8, "text/plain");
            using var answer = await _posts.PostAsync(Query, content, TestServer.Cancellation).Soon();
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestServer.Cancellation));
        }
        finally
        {
            _posting.Release();
        }
    }

    /// <summary>The next packet that is no ping.</summary>
    public async Task<string> NextAsync()
    {
        try
        {
            return await _incoming.Reader.ReadAsync(TestServer.Cancellation).AsTask().Soon();
        }
        catch (ChannelClosedException)
        {
            throw new InvalidOperationException($"The session is over: {_end}");
        }
    }

    /// <summary>Reads until the server has ended the session; the packets that came before.</summary>
    public async Task<List<string>> ClosedAsync()
    {
        var packets = new List<string>();
        while (await _incoming.Reader.WaitToReadAsync(TestServer.Cancellation).AsTask().Soon())
            packets.Add(await NextAsync());
        if (_socket is null)
            Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("3")).Status);
        return packets;
    }

    /// <summary>Proves that nothing else was sent before: the answer to this is the next packet.</summary>
    public async Task NothingPendingAsync()
    {
        await SendAsync("40/nothing");
        Assert.Equal("44/nothing,{\"message\":\"Invalid namespace\"}", await NextAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _pump;
        _socket?.Dispose();
        _http.Dispose();
        _posts.Dispose();
        _posting.Dispose();
        _stop.Dispose();
    }

    private async Task<string> UpgradeAsync()
    {
        var address = new UriBuilder(_address.Replace("transport=polling", "transport=websocket", StringComparison.Ordinal)) { Scheme = "ws" };
        await _socket!.ConnectAsync(address.Uri, TestServer.Cancellation).Soon();
        return (await ReadAsync())!;
    }

    private async Task PumpAsync()
    {
        try
        {
            while (await (_socket is null ? PollAsync() : ReadAsync()) is { } packets)
            {
                foreach (var packet in packets.Split('\x1e'))
                {
                    if (packet == "1")
                    {
                        _end = "the server closed it";
                        return;
                    }

                    if (packet == "2")
                        await SendAsync("3");
                    else
                        _incoming.Writer.TryWrite(packet);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or HttpRequestException or IOException)
        {
            // The end of the test, or of the connection.
            _end = e.ToString();
        }
        finally
        {
            _incoming.Writer.TryComplete();
        }
    }

    private async Task<string?> PollAsync()
    {
        using var answer = await _http.GetAsync(Query, _stop.Token);
        var body = await answer.Content.ReadAsStringAsync(_stop.Token);
        if (answer.IsSuccessStatusCode)
            return body;
        _end = $"{(int)answer.StatusCode} {body}";
        return null;
    }

    private Task WriteAsync(string packet) => packet.StartsWith('b')
        ? _socket!.SendAsync(Convert.FromBase64String(packet[1..]), WebSocketMessageType.Binary, true, TestServer.Cancellation)
        : _socket!.SendAsync(Encoding.UTF8.GetBytes(packet), WebSocketMessageType.Text, true, TestServer.Cancellation);

    private async Task<string?> ReadAsync()
    {
        using var data = new MemoryStream();
        var chunk = new byte[16 * 1024];
        while (true)
        {
            var part = await _socket!.ReceiveAsync(chunk, _stop.Token);
            data.Write(chunk, 0, part.Count);
            if (!part.EndOfMessage)
                continue;
            return part.MessageType switch
            {
                WebSocketMessageType.Close => null,
                WebSocketMessageType.Binary => "b" + Convert.ToBase64String(data.ToArray()),
                _ => Encoding.UTF8.GetString(data.ToArray()),
            };
        }
    }
}
