using System.Net;
using System.Text;
using Stoa.Load.Clients;

namespace Stoa.Load.Scenarios.Sockets;

/// <summary>Is told each packet of one connection; returns true when it has seen enough.</summary>
public delegate bool PacketSeen(ReadOnlySpan<byte> packet);

/// <summary>A bare Socket.IO client on a WebSocket, in the default namespace.</summary>
public sealed class PeerSocket : IDisposable
{
    private static readonly byte[] Pong = WebSocketFrame.OfText("3"u8);
    private static readonly byte[] Upgrade = Encoding.ASCII.GetBytes(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");

    private readonly Wire wire;

    private PeerSocket(Wire wire) => this.wire = wire;

    public static async Task<PeerSocket> OpenAsync(IPEndPoint server)
    {
        var socket = new PeerSocket(await Wire.OpenAsync(server));
        await socket.wire.SendAsync(Upgrade);
        HttpAnswer answer;
        while (!HttpAnswer.TryFind(socket.wire.Received, out answer))
            await socket.wire.ReceiveAsync();
        if (answer.Status != 101)
            throw new InvalidOperationException($"The WebSocket was refused: {answer.Status}");
        socket.wire.Advance(answer.Length);
        await socket.SendAsync(Packet("40"));
        await socket.ReadAsync(static packet => packet.StartsWith("40"u8));
        return socket;
    }

    public static byte[] Packet(string text) => WebSocketFrame.OfText(Encoding.UTF8.GetBytes(text));

    public ValueTask SendAsync(ReadOnlyMemory<byte> packet) => wire.SendAsync(packet);

    /// <summary>Hands over packets as they come until the reader has seen enough; answers pings.</summary>
    public async Task ReadAsync(PacketSeen seen)
    {
        for (; ; )
        {
            while (WebSocketFrame.TryFind(wire.Received, out var frame))
            {
                var payload = wire.Received[frame.PayloadStart..frame.Length];
                var isPing = payload is [(byte)'2'];
                var enough = !isPing && seen(payload);
                wire.Advance(frame.Length);
                if (isPing)
                    await wire.SendAsync(Pong);
                if (enough)
                    return;
            }

            await wire.ReceiveAsync();
        }
    }

    public async Task JoinAsync(string room)
    {
        await SendAsync(Packet($"420[\"join\",\"{room}\"]"));
        await ReadAsync(static packet => packet.StartsWith("430"u8));
    }

    /// <summary>Opens many, a few at a time.</summary>
    public static async Task<List<PeerSocket>> OpenManyAsync(IPEndPoint server, int count)
    {
        var sockets = new List<PeerSocket>(count);
        while (sockets.Count < count)
            sockets.AddRange(await Task.WhenAll(Enumerable.Range(0, Math.Min(50, count - sockets.Count)).Select(_ => OpenAsync(server))));
        return sockets;
    }

    public void Dispose() => wire.Dispose();
}
