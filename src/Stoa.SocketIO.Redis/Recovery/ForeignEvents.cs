using StackExchange.Redis;
using Stoa.SocketIO.Redis.Wire;
using Stoa.SocketIO.Rooms;

namespace Stoa.SocketIO.Redis.Recovery;

/// <summary>
/// Events that other programs publish, which are not in the stream: for each one that is heard the stream gets a mark, and for those that may have been
/// published while nobody heard, one for everybody.
/// </summary>
internal sealed class ForeignEvents(EventStream stream, PendingEvents pending, Channels channels, RedisConnection redis, TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);
    private static readonly TimeSpan NoteAgain = TimeSpan.FromHours(1);
    private long? _noted;
    private volatile bool _missed;

    /// <summary>One was heard: who may have missed it must not be told that nothing is missing. Never fails.</summary>
    public async Task MarkAsync(BroadcastOptions meant)
    {
        try
        {
            var marking = stream.AppendMarkAsync(meant);
            if (_noted is not { } since || clock.GetElapsedTime(since) > NoteAgain)
            {
                _noted = clock.GetTimestamp();
                await redis.ExecuteAsync("SET", (RedisKey)channels.ForeignKey, "", "PX", (long)Kept.TotalMilliseconds);
            }

            await marking;
        }
        catch (Exception e) when (RedisConnection.IsLoss(e))
        {
            _noted = null;
            pending.Break();
        }
    }

    /// <summary>One came and was dropped.</summary>
    public void Missed() => _missed = true;

    /// <summary>Nothing was heard for a while, and now everything is again. Where other programs send events, some may have been missed.</summary>
    /// <exception cref="RedisException">Redis is away again.</exception>
    public async Task SettleAsync()
    {
        if (!_missed && (long)await redis.ExecuteAsync("EXISTS", (RedisKey)channels.ForeignKey) == 0)
            return;
        _missed = false;
        pending.Break();
    }
}
