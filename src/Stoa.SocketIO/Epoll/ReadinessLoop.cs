using Microsoft.Win32.SafeHandles;

namespace Stoa.SocketIO.Epoll;

/// <summary>
/// Waits for many sockets at once and lets whoever waits for one go on, on its own thread, one after the other. As long as what goes on does not block,
/// a message costs no switch of threads. When it does, <see cref="HandOver"/> lets another thread do the rest.
/// </summary>
internal sealed class ReadinessLoop
{
    private const int Batch = 256;

    // Threads that may be stuck at once; more would not help a server whose handlers never return.
    private const int MostLeft = 64;
    private readonly Lock _gate = new();
    private readonly SafeFileHandle _epoll = LibC.CreateEpoll();
    private readonly byte[] _events = GC.AllocateUninitializedArray<byte>(Batch * LibC.EventSize, pinned: true);
    private readonly Stack<int> _free = [];
    private EpollSocket?[] _sockets = new EpollSocket?[64];
    private uint[] _generations = new uint[64];
    private int _used;
    private int _next;
    private int _count;
    private Turn? _turn;
    private long _steps;
    private long _seenSteps;
    private int _left;
    private bool _waiting;

    /// <summary>Sockets that are watched now.</summary>
    public int Count => _used - _free.Count;

    public void Start()
    {
        var turn = _turn = new Turn();
        new Thread(() => Run(turn)) { IsBackground = true, Name = "Socket.IO" }.UnsafeStart();
    }

    /// <summary>Watches a socket until it is forgotten.</summary>
    public void Watch(EpollSocket socket)
    {
        ulong data;
        lock (_gate)
        {
            if (!_free.TryPop(out var place))
            {
                place = _used++;
                if (place == _sockets.Length)
                {
                    Array.Resize(ref _sockets, place * 2);
                    Array.Resize(ref _generations, place * 2);
                }
            }

            _sockets[place] = socket;
            (socket.Loop, socket.Place) = (this, place);
            data = ((ulong)_generations[place] << 32) | (uint)place;
        }

        LibC.Watch(_epoll, socket.Socket.SafeHandle, data);
    }

    /// <summary>An event of it that is under way already finds nothing. The kernel forgets it when it is closed.</summary>
    public void Forget(EpollSocket socket)
    {
        lock (_gate)
        {
            if (socket.Place < 0)
                return;
            _sockets[socket.Place] = null;
            _generations[socket.Place]++;
            _free.Push(socket.Place);
            socket.Place = -1;
        }
    }

    /// <summary>To be called now and then: a thread that has been at one event since the last call is left to it, and a new one goes on in its place.</summary>
    public void HandOver()
    {
        Turn stuck;
        lock (_gate)
        {
            var isStuck = !_waiting && _steps == _seenSteps;
            _seenSteps = _steps;
            if (!isStuck || _left == MostLeft)
                return;
            _left++;
            stuck = _turn!;
            Start();
        }

        stuck.GiveUp();
    }

    private void Run(Turn turn)
    {
        turn.Enter();
        while (TryNext(turn, out var socket, out var changes))
        {
            socket?.OnChanged(changes);
            turn.End();
        }
    }

    /// <summary>False when another thread has this one's place.</summary>
    private bool TryNext(Turn turn, out EpollSocket? socket, out uint changes)
    {
        (socket, changes) = (null, 0);
        lock (_gate)
        {
            if (turn != _turn)
            {
                _left--;
                return false;
            }

            _steps++;
            if (_next < _count)
            {
                (changes, var data) = LibC.Event(_events, _next++);
                var place = (int)(uint)data;
                if (_generations[place] == (uint)(data >> 32))
                    socket = _sockets[place];
                return true;
            }

            _waiting = true;
        }

        var count = LibC.Wait(_epoll, _events);
        lock (_gate)
            (_next, _count, _waiting) = (0, count, false);
        return true;
    }
}
