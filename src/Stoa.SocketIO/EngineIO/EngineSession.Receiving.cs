namespace Stoa.SocketIO.EngineIO;

/// <summary>What comes in, whichever transport carries it (Engine.IO 4, "Protocol").</summary>
public sealed partial class EngineSession
{
    /// <summary>Serves the WebSocket until its peer has closed it. The session's own end only makes the rest of the messages unread.</summary>
    /// <param name="isUpgrade">Whether the session was on polling before: the application is told first.</param>
    internal async Task RunAsync(WebSocketConnection socket, bool isUpgrade = false)
    {
        try
        {
            if (isUpgrade)
                _handler.OnUpgraded();
            await ReceiveAsync(socket);
        }
        catch
        {
            // A fault of the application's handler: the next message would meet a state it did not expect.
            Close(EngineCloseReason.TransportError);
            throw;
        }
    }

    private async Task ReceiveAsync(WebSocketConnection socket)
    {
        while (true)
        {
            var message = await socket.ReadAsync();
            if (message.Closed)
            {
                await EndAsync(socket, message.Status);
                return;
            }

            if (!IsOpen)
                continue;
            var handling = ReceiveAsync(message.IsText, message.Data);
            if (!handling.IsCompletedSuccessfully)
                await HeldBackAsync(handling);
        }
    }

    /// <summary>Handles one packet; the next one may only be given when the task has ended.</summary>
    internal ValueTask ReceiveAsync(bool isText, ReadOnlyMemory<byte> packet)
    {
        _server.Metrics.Received(packet.Length);
        if (_pinged && (!isText || packet.Length == 0 || packet.Span[0] != (byte)'3'))
            OnOtherPacket();
        if (!isText)
            return _handler.OnBinaryAsync(packet);
        switch (packet.Length == 0 ? (byte)0 : packet.Span[0])
        {
            case (byte)'4':
                return _handler.OnTextAsync(packet[1..]);
            case (byte)'3':
                OnPong();
                break;
            case (byte)'1':
                Depart();
                break;
            case (byte)'2':
                // Only the server pings in revision 4.
                Close(EngineCloseReason.TransportError);
                break;
            case (byte)'0' or (byte)'5' or (byte)'6':
                // Without meaning here; the reference server ignores them too.
                break;
            case (byte)'b' when PollingPayload.TryDecode(packet.Span[1..], out var data):
                // A client that forces base64 sends so over WebSocket too.
                return _handler.OnBinaryAsync(data);
            default:
                Close(EngineCloseReason.ParseError);
                break;
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>The client closes. A GET that it sent at the same moment is still answered, with nothing to do.</summary>
    private void Depart()
    {
        lock (_gate)
        {
            _farewell = NoopPacket;
            if (_state == State.Open && _webSocket is null && _poll is null)
                _server.Departed.Add(Id);
        }

        Close(EngineCloseReason.TransportClose);
    }

    /// <summary>Waits for the application; the heartbeat does not count meanwhile.</summary>
    internal async ValueTask HeldBackAsync(ValueTask handling)
    {
        Interlocked.Increment(ref _blocked);
        try
        {
            await handling;
        }
        finally
        {
            lock (_gate)
                Postpone(_server.Wheel.Now);
            Interlocked.Decrement(ref _blocked);
        }
    }

    private async Task EndAsync(WebSocketConnection socket, WebSocketStatus status)
    {
        if (status == WebSocketStatus.None)
        {
            Close(EngineCloseReason.TransportClose);
        }
        else
        {
            socket.Close(status);
            Close(EngineCloseReason.TransportError);
            await socket.DrainAsync();
        }

        _server.Wheel.Cancel(_timer);
    }
}
