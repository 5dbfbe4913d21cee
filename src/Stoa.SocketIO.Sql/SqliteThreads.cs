using System.Collections.Concurrent;

namespace Stoa.SocketIO.Sql;

/// <summary>
/// Threads for statements that hold theirs until they are done. There is one for each that waits at the same time; one that has had nothing to do for
/// a while ends.
/// </summary>
internal static class SqliteThreads
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);
    private static readonly ConcurrentStack<Worker> Free = new();

    /// <summary>Runs this on such a thread; what comes after it runs on the pool.</summary>
    public static Task<T> RunAsync<T>(Func<Task<T>> statements)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Run()
        {
            try
            {
                done.TrySetResult(statements().GetAwaiter().GetResult());
            }
            catch (OperationCanceledException e)
            {
                done.TrySetCanceled(e.CancellationToken);
            }
#pragma warning disable CA1031 // Handed to the caller.
            catch (Exception e)
#pragma warning restore CA1031
            {
                done.TrySetException(e);
            }
        }

        while (Free.TryPop(out var worker))
        {
            if (worker.TryGive(Run))
                return done.Task;
        }

        Worker.Start(Run);
        return done.Task;
    }

    private sealed class Worker
    {
        private readonly object _gate = new();
        private Action? _work;
        private bool _ended;

        public static void Start(Action first)
        {
            var worker = new Worker { _work = first };
            new Thread(worker.Work) { IsBackground = true, Name = "Socket.IO log" }.Start();
        }

        /// <summary>False when it has just ended.</summary>
        public bool TryGive(Action work)
        {
            lock (_gate)
            {
                if (_ended)
                    return false;
                _work = work;
                Monitor.Pulse(_gate);
                return true;
            }
        }

        private void Work()
        {
            while (Next() is { } work)
            {
                work();
                Free.Push(this);
            }
        }

        private Action? Next()
        {
            lock (_gate)
            {
                if (_work is null)
                    Monitor.Wait(_gate, Idle);
                var work = _work;
                _work = null;
                _ended = work is null;
                return work;
            }
        }
    }
}
