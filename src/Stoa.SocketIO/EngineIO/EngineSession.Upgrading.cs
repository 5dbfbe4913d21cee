namespace Stoa.SocketIO.EngineIO;

/// <summary>
/// The move from polling to WebSocket (Engine.IO 4, "Upgrade"). What is sent meanwhile stays in the queue or leaves with a GET's answer; it
/// goes to the WebSocket only after the client's <c>5</c>, so nothing is lost or doubled.
/// </summary>
public sealed partial class EngineSession
{
    private bool _isUpgrading;
    private volatile bool _isProbed;

    /// <summary>Whether the client has probed a WebSocket that is not its transport yet.</summary>
    internal bool IsProbed => _isProbed;

    /// <summary>False when the session is upgrading or upgraded already: the new WebSocket is closed then.</summary>
    internal bool BeginUpgrade()
    {
        lock (_gate)
        {
            if (_state != State.Open || _webSocket is not null || _isUpgrading)
                return false;
            return _isUpgrading = true;
        }
    }

    /// <summary>The client has probed. Called before it is told so: a GET that it sends after that has not been waiting.</summary>
    /// <param name="release">Whether it holds its <c>5</c> back until the GET that waits, if there is one, is answered.</param>
    internal void OnProbed(bool release)
    {
        _isProbed = true;
        if (release)
            ReleasePoll();
    }

    internal void ReleasePoll()
    {
        lock (_gate)
            _poll?.TrySetResult(true);
    }

    /// <summary>
    /// Makes the WebSocket the transport; false when the session ended meanwhile. The client asks with no GET any more, so what a session that was
    /// closed has left for it, e.g. the reason, goes over the WebSocket too.
    /// </summary>
    internal async ValueTask<bool> CompleteUpgradeAsync(WebSocketConnection socket)
    {
        // A POST still being read came before the 5: its packets are handled first.
        Task? reading;
        lock (_gate)
            reading = _post?.Task;
        if (reading is not null)
            await reading;

        lock (_gate)
        {
            foreach (var message in TakeQueue())
            {
                socket.Send(message);
                _server.Metrics.Sent(message.Packets, message.Frames.Length);
            }

            if (_state != State.Open)
            {
                EndLingering();
                return false;
            }

            socket.MaxPayload = MaxPayload;
            _webSocket = socket;
            _isProbed = _isUpgrading = false;
            // A GET that was not released comes from a client that sent its 5 without waiting for it: void, as if it had come a moment
            // later.
            _poll?.TrySetResult(false);
            return true;
        }
    }

    /// <summary>After a failed upgrade another one may be tried.</summary>
    internal void EndUpgrade()
    {
        lock (_gate)
            _isProbed = _isUpgrading = false;
    }
}
