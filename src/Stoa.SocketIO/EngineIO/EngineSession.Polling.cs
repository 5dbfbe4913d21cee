namespace Stoa.SocketIO.EngineIO;

/// <summary>Long-polling: one GET waits at a time, one POST is read at a time (Engine.IO 4, "HTTP long-polling").</summary>
public sealed partial class EngineSession
{
    private TaskCompletionSource? _poll;
    private TaskCompletionSource? _post;

    /// <summary>Makes this request the waiting one; the task ends when there is something to answer. Null when another one waits: the session is closed then.</summary>
    internal Task? BeginPoll()
    {
        lock (_gate)
        {
            if (_poll is null)
            {
                _poll = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                if (_state != State.Open || _queue is { Count: > 0 } || _webSocket is not null)
                    _poll.TrySetResult();
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
            if (_state == State.Closed)
                return [_farewell];
            var packets = TakeQueue();
            if (_state == State.Open)
            {
                if (packets.Count == 0)
                    packets.Add(NoopPacket);
                return packets;
            }

            _state = State.Closed;
            packets.Add(ClosePacket);
            _server.Forget(this);
            _server.Wheel.Cancel(_timer);
            return packets;
        }
    }

    /// <summary>False when another POST is being read: the session is closed then.</summary>
    internal bool BeginPost()
    {
        lock (_gate)
        {
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
