namespace Stoa.SocketIO.EngineIO;

/// <summary>
/// The move from polling to WebSocket (Engine.IO 4, "Upgrade"). What is sent meanwhile stays in the queue or leaves with a GET's answer; it
/// goes to the WebSocket only after the client's <c>5</c>, so nothing is lost or doubled.
/// </summary>
public sealed partial class EngineSession
{
    private TaskCompletionSource<bool>? _upgrade;

    /// <summary>False when the session is upgrading or upgraded already: the new WebSocket is closed then.</summary>
    internal bool BeginUpgrade()
    {
        lock (_gate)
        {
            if (_state != State.Open || _webSocket is not null || _upgrade is not null)
                return false;
            _upgrade = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            return true;
        }
    }

    /// <summary>The client has probed: a waiting GET is released, because the client waits for it before it sends <c>5</c>.</summary>
    internal void ReleasePoll()
    {
        lock (_gate)
            _poll?.TrySetResult();
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
            _poll?.TrySetResult();
        }

        EndUpgrade(won: true);
        return true;
    }

    /// <summary>Lets requests that waited for the outcome go on; after a failed upgrade another one may be tried.</summary>
    internal void EndUpgrade(bool won)
    {
        TaskCompletionSource<bool>? upgrade;
        lock (_gate)
        {
            upgrade = _upgrade;
            if (!won)
                _upgrade = null;
        }

        upgrade?.TrySetResult(won);
    }

    /// <summary>Ends when a running upgrade is decided: true when the WebSocket won. Null when none is running.</summary>
    internal Task<bool>? Upgrade
    {
        get
        {
            lock (_gate)
                return _webSocket is null ? _upgrade?.Task : null;
        }
    }
}
