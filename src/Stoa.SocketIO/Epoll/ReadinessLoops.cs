namespace Stoa.SocketIO.Epoll;

/// <summary>The loops of this process, one for each processor, and the thread that looks after them. Like the thread pool they are made once and stay.</summary>
#pragma warning disable CA1001 // Lives as long as the process.
internal sealed class ReadinessLoops
#pragma warning restore CA1001
{
    private const int LookEveryMilliseconds = 20;
    private static readonly Lazy<ReadinessLoops> Made = new(static () => new ReadinessLoops());
    private readonly ReadinessLoop[] _loops = new ReadinessLoop[Environment.ProcessorCount];
    private readonly ManualResetEventSlim _used = new();
    private uint _last;

    private ReadinessLoops()
    {
        for (var i = 0; i < _loops.Length; i++)
        {
            _loops[i] = new ReadinessLoop();
            _loops[i].Start();
        }

        new Thread(LookAfter) { IsBackground = true, Name = "Socket.IO overseer" }.UnsafeStart();
    }

    public static ReadinessLoops Shared => Made.Value;

    /// <summary>Gives a socket to one of them, in turn.</summary>
    public void Watch(EpollSocket socket)
    {
        _loops[Interlocked.Increment(ref _last) % (uint)_loops.Length].Watch(socket);
        _used.Set();
    }

    private void LookAfter()
    {
        using var never = new ManualResetEventSlim();
        while (true)
        {
            _used.Wait();
            never.Wait(LookEveryMilliseconds);
            foreach (var loop in _loops)
                loop.HandOver();
            // In this order: a socket that comes meanwhile is seen here or sets it again.
            _used.Reset();
            if (_loops.Any(static loop => loop.Count > 0))
                _used.Set();
        }
    }
}
