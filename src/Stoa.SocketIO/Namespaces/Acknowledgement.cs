using System.Text.Json;
using Stoa.SocketIO.EngineIO;
using Stoa.SocketIO.Packets;

namespace Stoa.SocketIO.Namespaces;

/// <summary>An answer a socket still owes (Socket.IO 5, "Acknowledgement").</summary>
internal abstract class Acknowledgement : TimerWheel.Entry
{
    /// <summary>The answer is there; called on the reading thread, outside of the event queue, so that a handler may await it.</summary>
    public abstract void Answer(SocketArguments arguments);

    /// <summary>The socket is gone and will not answer.</summary>
    public abstract void Disconnected();

    /// <summary>The answers of many. One that does not fit is left out: one client's nonsense must not cost the answers of all others.</summary>
    public static BroadcastAnswers<T> ReadAll<T>(IReadOnlyList<SocketArguments> answers, bool complete)
    {
        var fitting = new List<T>(answers.Count);
        foreach (var answer in answers)
        {
            try
            {
                fitting.Add(Read<T>(answer));
            }
            catch (JsonException)
            {
                complete = false;
            }
        }

        return new BroadcastAnswers<T>(fitting, complete);
    }

    /// <summary>The first argument, or all of them when that is what is asked for.</summary>
    public static T Read<T>(SocketArguments arguments) => typeof(T) == typeof(SocketArguments) ? (T)(object)arguments : arguments.At(0).As<T>()!;
}

/// <summary>An answer from one socket.</summary>
internal sealed class SingleAck(Socket socket, long id) : Acknowledgement
{
    private readonly TaskCompletionSource<SocketArguments> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<SocketArguments> Task => _answer.Task;

    public override void Answer(SocketArguments arguments)
    {
        if (_answer.TrySetResult(arguments))
            socket.Namespace.Server.Wheel.Cancel(this);
    }

    public override void Disconnected()
    {
        if (_answer.TrySetException(new SocketDisconnectedException()))
            socket.Namespace.Server.Wheel.Cancel(this);
    }

    protected internal override void OnDue(long now)
    {
        socket.ForgetAck(id);
        _answer.TrySetException(new TimeoutException("The client did not acknowledge the event in time."));
    }
}

/// <summary>The answers of many sockets to one broadcast, under one id.</summary>
internal sealed class SharedAck(TimerWheel wheel, long id, Action<SocketArguments> onAnswer) : Acknowledgement
{
    private readonly List<Socket> _sockets = [];

    public bool AddTo(Socket socket)
    {
        if (!socket.ExpectAck(id, this))
            return false;
        _sockets.Add(socket);
        return true;
    }

    public void ForgetAfter(TimeSpan timeout) => wheel.Schedule(this, wheel.Now + (long)timeout.TotalMilliseconds);

    public override void Answer(SocketArguments arguments) => onAnswer(arguments);

    public override void Disconnected()
    {
        // As in the reference: the broadcast then ends with its timeout.
    }

    protected internal override void OnDue(long now)
    {
        foreach (var socket in _sockets)
            socket.ForgetAck(id);
    }
}
