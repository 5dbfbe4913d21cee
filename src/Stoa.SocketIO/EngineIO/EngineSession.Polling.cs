namespace Stoa.SocketIO.EngineIO;

/// <summary>Long-polling: one GET waits at a time, one POST is read at a time (Engine.IO 4, "HTTP long-polling").</summary>
public sealed partial class EngineSession
{
    private TaskCompletionSource<bool>? _poll;
    private TaskCompletionSource? _post;
    private TaskCompletionSource? _answered;
    private bool _answering;

    /// <summary>
    /// Ends when the answer to the last poll has been taken. Without this wait a client that asks again and again without reading would make the server
    /// hold a full queue for each of its requests.
    /// </summary>
    internal Task Answered(CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (!_answering)
                return Task.CompletedTask;
            _answered ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _answered.Task.WaitAsync(cancellation);
        }
    }

    internal void EndAnswer()
    {
        lock (_gate)
        {
            _answering = false;
            _answered?.TrySetResult();
            _answered = null;
        }
    }

    /// <summary>
    /// Makes this request the waiting one; the task ends when there is something to answer, with false when that is a refusal because the
    /// session has moved to a WebSocket. Null when it cannot: the session has been upgraded meanwhile, or another one waits, and the
    /// session is closed then.
    /// </summary>
    internal Task<bool>? BeginPoll()
    {
        lock (_gate)
        {
            if (_webSocket is not null)
                return null;
            if (_poll is null)
            {
                _poll = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
                if (_state != State.Open || _queue is { Count: > 0 })
                    _poll.TrySetResult(true);
                return _poll.Task;
            }
        }

        Close(EngineCloseReason.TransportError);
        return null;
    }

    internal bool IsPollWaiting => _poll is { Task.IsCompleted: false };

    /// <summary>What the released poll is answered with; at least one packet.</summary>
    internal List<OutgoingMessage> EndPoll()
    {
        lock (_gate)
        {
            _poll = null;
            _answering = true;
            if (_state == State.Closed)
            {
                // This is the GET for which the session was remembered.
                _server.Departed.TryTake(Id);
                return [_farewell];
            }

            var packets = TakeQueue();
            if (_state == State.Open)
            {
                if (packets.Count == 0)
                    packets.Add(NoopPacket);
                return packets;
            }

            // A GET of its own, as in the reference: clients look at a close before the packets that came with it, and would not know why.
            if (packets.Count > 0)
                return packets;
            _state = State.Closed;
            packets.Add(ClosePacket);
            _server.Forget(this);
            _server.Wheel.Cancel(_timer);
            return packets;
        }
    }

    /// <summary>False when the session has been upgraded meanwhile, or another POST is being read, and the session is closed then.</summary>
    internal bool BeginPost()
    {
        lock (_gate)
        {
            if (_webSocket is not null)
                return false;
            if (_post is null)
            {
                _post = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return true;
            }
        }

        Close(EngineCloseReason.TransportError);
        return false;
    }

    internal void EndPost()
    {
        lock (_gate)
        {
            _post?.TrySetResult();
            _post = null;
        }
    }
}
