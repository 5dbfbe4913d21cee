namespace Stoa.SocketIO.Epoll;

/// <summary>Something to be written that may wait until a turn is over.</summary>
internal abstract class TurnWriter
{
    /// <summary>Writes what has gathered; nothing when that has happened already. Must not throw.</summary>
    public abstract void OnTurnOver();
}

/// <summary>
/// What a thread of a <see cref="ReadinessLoop"/> does for one event, e.g. to handle all the messages a client has sent in one piece. What is sent meanwhile is gathered
/// and leaves when the turn is over: a room of a thousand that gets eight messages costs a thousand system calls, not eight thousand.
/// </summary>
internal sealed class Turn
{
    [ThreadStatic]
    private static Turn? _current;

    private readonly Lock _gate = new();
    private List<TurnWriter> _waiting = [];
    private List<TurnWriter> _spare = [];
    private bool _given;

    /// <summary>That of the calling thread; null on threads that are none of a loop's.</summary>
    public static Turn? Current => _current;

    /// <summary>Says that the calling thread is a loop's from now on.</summary>
    public void Enter() => _current = this;

    /// <summary>False when this turn takes nothing any more: its thread is stuck.</summary>
    public bool TryWait(TurnWriter writer)
    {
        lock (_gate)
        {
            if (_given)
                return false;
            _waiting.Add(writer);
            return true;
        }
    }

    /// <summary>Has everything written that waits.</summary>
    public void End()
    {
        if (_waiting.Count == 0)
            return;
        List<TurnWriter> over;
        lock (_gate)
            (over, _waiting, _spare) = (_waiting, _spare, _waiting);
        foreach (var writer in over)
            writer.OnTurnOver();
        over.Clear();
    }

    /// <summary>The thread is stuck in its turn: what has gathered is written by the caller, and what it sends from now on at once.</summary>
    public void GiveUp()
    {
        List<TurnWriter> over;
        lock (_gate)
        {
            _given = true;
            (over, _waiting) = (_waiting, []);
        }

        foreach (var writer in over)
            writer.OnTurnOver();
    }
}
