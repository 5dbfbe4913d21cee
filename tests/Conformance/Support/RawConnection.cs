using System.Net.Sockets;
using System.Text;

namespace Stoa.Conformance.Support;

/// <summary>A bare TCP connection, for bytes that no client library would send.</summary>
public sealed class RawConnection : IDisposable
{
    private readonly TcpClient _tcp = new();
    private readonly byte[] _one = new byte[1];

    private RawConnection()
    {
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<RawConnection> ConnectAsync(Uri address)
    {
        var raw = new RawConnection();
        await raw._tcp.ConnectAsync(address.Host, address.Port, Cancellation);
        return raw;
    }

    /// <summary>Upgraded to WebSocket, the open packet read.</summary>
    public static async Task<RawConnection> WebSocketAsync(Uri address, string extensions = "", string path = "/engine.io/")
    {
        var raw = await ConnectAsync(address);
        await raw.SendAsync(Upgrade($"{path}?EIO=4&transport=websocket", extensions));
        var head = await raw.HeadAsync();
        Assert.StartsWith("HTTP/1.1 101", head);
        raw.UpgradeHead = head;
        var (opcode, payload) = await raw.FrameAsync();
        Assert.Equal((0x81, (byte)'0'), (opcode, payload[0]));
        return raw;
    }

    public string UpgradeHead { get; private set; } = "";

    public static string Upgrade(string target, string extensions = "") =>
        $"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        + $"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{extensions}\r\n";

    /// <summary>A masked frame with these first byte and payload.</summary>
    public static byte[] Frame(byte first, ReadOnlySpan<byte> payload)
    {
        byte[] mask = [1, 2, 3, 4];
        List<byte> frame = [first];
        if (payload.Length < 126)
            frame.Add((byte)(0x80 | payload.Length));
        else if (payload.Length <= ushort.MaxValue)
            frame.AddRange([0xFE, (byte)(payload.Length >> 8), (byte)payload.Length]);
        else
            frame.AddRange([0xFF, 0, 0, 0, 0, (byte)(payload.Length >> 24), (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length]);
        frame.AddRange(mask);
        for (var i = 0; i < payload.Length; i++)
            frame.Add((byte)(payload[i] ^ mask[i % 4]));
        return [.. frame];
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public Task SendAsync(byte[] bytes) => _tcp.GetStream().WriteAsync(bytes, Cancellation).AsTask();

    /// <summary>An HTTP head, the empty line included.</summary>
    public async Task<string> HeadAsync()
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            head.Append((char)await ByteAsync());
        return head.ToString();
    }

    /// <summary>Reads this many bytes, e.g. a body.</summary>
    public async Task SkipAsync(int count)
    {
        for (var i = 0; i < count; i++)
            await ByteAsync();
    }

    /// <summary>Everything until the server closes the connection.</summary>
    public async Task<string> RestAsync()
    {
        using var rest = new MemoryStream();
        await _tcp.GetStream().CopyToAsync(rest, Cancellation).Soon();
        return Encoding.UTF8.GetString(rest.ToArray());
    }

    /// <summary>The next WebSocket frame: its first byte and its payload.</summary>
    public async Task<(int First, byte[] Payload)> FrameAsync()
    {
        int first = await ByteAsync(), length = await ByteAsync();
        if (length == 126)
            length = (await ByteAsync() << 8) | await ByteAsync();
        var payload = new byte[length];
        await _tcp.GetStream().ReadExactlyAsync(payload, Cancellation).AsTask().Soon();
        return (first, payload);
    }

    /// <summary>The code of the close frame that must come next.</summary>
    public async Task<int> CloseCodeAsync()
    {
        var (first, payload) = await FrameAsync();
        Assert.Equal(0x88, first);
        return (payload[0] << 8) | payload[1];
    }

    public void Dispose() => _tcp.Dispose();

    private async Task<byte> ByteAsync()
    {
        await _tcp.GetStream().ReadExactlyAsync(_one, Cancellation).AsTask().Soon();
        return _one[0];
    }
}
