using System.Threading.Tasks.Sources;

namespace Stoa.SocketIO.Epoll;

/// <summary>
/// Whether one direction of a socket may be ready, told by edges: an edge is kept until it is asked for. One waiter at a time. The waiter goes on
/// within <see cref="Set"/>, on the thread that saw the edge.
/// </summary>
internal sealed class Readiness : IValueTaskSource<int>
{
    private const int Unknown = 0;
    private const int Ready = 1;
    private const int Awaited = 2;
    private ManualResetValueTaskSourceCore<int> _source;
    private int _state;

    /// <summary>Ends with 0 when there was an edge since the last <see cref="Clear"/>.</summary>
    public ValueTask<int> WaitAsync()
    {
        _source.Reset();
        return Interlocked.CompareExchange(ref _state, Awaited, Unknown) == Unknown ? new ValueTask<int>(this, _source.Version) : default;
    }

    /// <summary>There was an edge.</summary>
    public void Set()
    {
        if (Interlocked.Exchange(ref _state, Ready) == Awaited)
            _source.SetResult(0);
    }

    /// <summary>Forgets the edges so far. To be called before the system call that finds out: an edge after it counts.</summary>
    public void Clear() => Interlocked.Exchange(ref _state, Unknown);

    int IValueTaskSource<int>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
