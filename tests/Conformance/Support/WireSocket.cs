using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Stoa.Conformance.Support;

/// <summary>A WebSocket client that shows each message as it is on the wire.</summary>
public sealed class WireSocket : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();

    private WireSocket()
    {
    }

    /// <summary>The answer to the last CONNECT.</summary>
    public JsonElement Handshake { get; private set; }

    public string Sid => Handshake.GetProperty("sid").GetString()!;

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="invoker">What carries the handshake; needed for HTTP/2.</param>
    public static async Task<WireSocket> ConnectAsync(Uri address, Action<ClientWebSocketOptions>? configure = null, HttpMessageInvoker? invoker = null)
    {
        var wire = new WireSocket();
        configure?.Invoke(wire._socket.Options);
        await wire._socket.ConnectAsync(address, invoker, Cancellation).Soon();
        return wire;
    }

    public Task SendAsync(string text) => _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Cancellation);

    public Task SendAsync(byte[] data) => _socket.SendAsync(data, WebSocketMessageType.Binary, true, Cancellation);

    /// <summary>Enters a namespace and reads the answer.</summary>
    public async Task EnterAsync(string space = "/", string auth = "")
    {
        var prefix = space == "/" ? "40" : $"40{space},";
        await SendAsync(prefix + auth);
        var answer = await TextAsync();
        Assert.StartsWith(prefix + "{", answer);
        Handshake = JsonElement.Parse(answer[prefix.Length..]);
    }

    /// <summary>Leaves the main namespace and enters it again.</summary>
    public async Task EnterAnewAsync(string auth)
    {
        await SendAsync("41");
        await SendAsync("40" + auth);
        string text;
        while (!(text = await AnyTextAsync()).StartsWith("40", StringComparison.Ordinal))
        {
        }

        Adopt(text[2..]);
    }

    /// <summary>Takes a CONNECT answer that was read elsewhere.</summary>
    public void Adopt(string handshake) => Handshake = JsonElement.Parse(handshake);

    /// <summary>The next message, which must be text.</summary>
    public async Task<string> TextAsync()
    {
        var (type, data) = await MessageAsync();
        Assert.Equal(WebSocketMessageType.Text, type);
        return Encoding.UTF8.GetString(data);
    }

    /// <summary>The next message, which must be binary.</summary>
    public async Task<byte[]> BinaryAsync()
    {
        var (type, data) = await MessageAsync();
        Assert.Equal(WebSocketMessageType.Binary, type);
        return data;
    }

    /// <summary>Reads until the server closes; fails when it does not. Returns the texts that came before.</summary>
    public async Task<List<string>> ClosedAsync()
    {
        var texts = new List<string>();
        while (true)
        {
            try
            {
                var (type, data) = await MessageAsync();
                if (type == WebSocketMessageType.Close)
                    return texts;
                texts.Add(Encoding.UTF8.GetString(data));
            }
            catch (WebSocketException)
            {
                return texts;
            }
        }
    }

    /// <summary>Proves that nothing else was sent before: the answer to this is the next message.</summary>
    public async Task NothingPendingAsync(string space = "/custom")
    {
        await SendAsync($"40/nothing-{space.Length}");
        Assert.Equal($"44/nothing-{space.Length},{{\"message\":\"Invalid namespace\"}}", await TextAsync());
    }

    public Task CloseAsync() => _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Cancellation).Soon();

    /// <summary>Cuts the connection.</summary>
    public void Abort() => _socket.Abort();

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string> AnyTextAsync() => Encoding.UTF8.GetString((await MessageAsync()).Data);

    private async Task<(WebSocketMessageType Type, byte[] Data)> MessageAsync()
    {
        using var data = new MemoryStream();
        var chunk = new byte[16 * 1024];
        while (true)
        {
            var part = await _socket.ReceiveAsync(chunk, Cancellation).Soon();
            data.Write(chunk, 0, part.Count);
            if (part.EndOfMessage)
                return (part.MessageType, data.ToArray());
        }
    }
}
