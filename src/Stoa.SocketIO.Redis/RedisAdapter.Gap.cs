using Stoa.SocketIO.Namespaces;

namespace Stoa.SocketIO.Redis;

/// <summary>What this node missed while Redis was away, and others of it: told when both ways work again (<see cref="SocketNamespaceBuilder.OnGap"/>).</summary>
public sealed partial class RedisAdapter
{
    // A connection may have been dead for so long before its end was noticed.
    private static readonly TimeSpan Unnoticed = TimeSpan.FromMinutes(1);
    private volatile bool _hasStopped;

    // UTC ticks of the first loss that was not told yet; 0: none.
    private long _lostAt;
    private int _returning;

    private void WatchGaps()
    {
        _redis.Lost += OnLost;
        _redis.Restored += OnBack;
        // Configured to start without Redis: what others have emitted so far is no gap of this node's, since it had no sockets.
        if (!_redis.IsConnected)
            OnLost();
    }

    private void UnwatchGaps()
    {
        _redis.Lost -= OnLost;
        _redis.Restored -= OnBack;
        _hasStopped = true;
    }

    private void OnLost()
    {
        Interlocked.CompareExchange(ref _lostAt, _clock.GetUtcNow().UtcTicks, 0);
        // Its own messages prove that it hears again only when they were sent after the loss.
        _subscribed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private void OnBack() => _ = ReturnAsync();

    // Both connections come back by themselves, each with a call: whoever is second finds the first at work, or its work done.
    private async Task ReturnAsync()
    {
        while (Volatile.Read(ref _lostAt) != 0 && _redis.IsConnected && !_hasStopped)
        {
            if (Interlocked.Exchange(ref _returning, 1) == 1)
                return;
            try
            {
                await HearOneselfAsync(CancellationToken.None);
                if (_subscribed.Task.IsCompleted && Interlocked.Exchange(ref _lostAt, 0) is var lost and not 0)
                    await TellGapAsync(new DateTimeOffset(lost, TimeSpan.Zero) - Unnoticed);
            }
            catch (Exception e) when (RedisConnection.IsLoss(e))
            {
                // Away again, or deaf: the next return tries again, and the gap has grown by then.
                RedisLog.RequestFailed(_log, e, Namespace.Name, "hear oneself");
                return;
            }
            finally
            {
                Volatile.Write(ref _returning, 0);
            }
        }
    }
}
