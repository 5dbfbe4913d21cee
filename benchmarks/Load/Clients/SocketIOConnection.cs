using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Stoa.Load.Clients;

/// <summary>A Socket.IO 5 client on a WebSocket from the start, in the default namespace, with one call under way at a time.</summary>
public sealed class SocketIOConnection : IDisposable
{
    private static readonly byte[] Pong = WebSocketFrame.OfText("3"u8);

    private readonly Wire wire;

    private SocketIOConnection(Wire wire) => this.wire = wire;

    /// <summary>How many events of the server have come.</summary>
    public long Events { get; private set; }

    /// <summary>Connects and signs in with an access token.</summary>
    public static async Task<SocketIOConnection> OpenAsync(IPEndPoint server, string token)
    {
        var connection = new SocketIOConnection(await Wire.OpenAsync(server));
        try
        {
            await connection.UpgradeAsync();
            await connection.ExpectAsync("0{");
            await connection.wire.SendAsync(Packet($"40{{\"token\":{JsonSerializer.Serialize(token)}}}"));
            await connection.ExpectAsync("40{");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The frame of a packet, to be sent as it is.</summary>
    public static byte[] Packet(string text) => WebSocketFrame.OfText(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends an event that carries this id and waits for its acknowledgement; events that come before it are counted.</summary>
    /// <returns>Whether the acknowledgement says <c>"success":true</c>.</returns>
    public async ValueTask<bool> CallAsync(ReadOnlyMemory<byte> packet, long id)
    {
        await wire.SendAsync(packet);
        for (; ; )
        {
            while (WebSocketFrame.TryFind(wire.Received, out var frame))
            {
                var reading = Read(frame, id);
                wire.Advance(frame.Length);
                if (reading is Reading.Ping)
                    await wire.SendAsync(Pong);
                else if (reading is not Reading.Event)
                    return reading is Reading.Accepted;
            }

            await wire.ReceiveAsync();
        }
    }

    public void Dispose() => wire.Dispose();

    private enum Reading
    {
        Event,
        Ping,
        Accepted,
        Refused,
    }

    private Reading Read(WebSocketFrame frame, long id)
    {
        var payload = wire.Received[frame.PayloadStart..frame.Length];
        if (frame.Opcode != WebSocketFrame.Text)
            throw new EndOfStreamException($"The server sent a frame of type {frame.Opcode}.");
        if (payload is [(byte)'2', ..])
            return Reading.Ping;
        if (payload is [(byte)'4', (byte)'2', ..])
        {
            Events++;
            return Reading.Event;
        }

        if (payload is [(byte)'4', (byte)'3', ..] && Utf8Parser.TryParse(payload[2..], out long acknowledged, out _) && acknowledged == id)
            return payload.IndexOf("\"success\":true"u8) >= 0 ? Reading.Accepted : Reading.Refused;
        throw new InvalidDataException($"Unexpected packet: {Encoding.UTF8.GetString(payload[..Math.Min(100, payload.Length)])}");
    }

    private async Task UpgradeAsync()
    {
        await wire.SendAsync(Encoding.ASCII.GetBytes(
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"));
        HttpAnswer answer;
        while (!HttpAnswer.TryFind(wire.Received, out answer))
            await wire.ReceiveAsync();
        if (answer.Status != 101)
            throw new InvalidOperationException($"The WebSocket was refused: {answer.Status} {answer.BodyIn(wire.Received)}");
        wire.Advance(answer.Length);
    }

    private async Task ExpectAsync(string start)
    {
        WebSocketFrame frame;
        while (!WebSocketFrame.TryFind(wire.Received, out frame))
            await wire.ReceiveAsync();
        var text = Encoding.UTF8.GetString(wire.Received[frame.PayloadStart..frame.Length]);
        if (!text.StartsWith(start, StringComparison.Ordinal))
            throw new InvalidOperationException($"Expected a packet {start}…, got {text}");
        wire.Advance(frame.Length);
    }
}
