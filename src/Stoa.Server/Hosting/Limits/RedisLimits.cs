using System.Globalization;
using StackExchange.Redis;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Hosting.Limits;

/// <summary>Counters that all nodes at one Redis share: the times of the last tries of each key, looked at and added to in one step and one round trip (ADR 26).</summary>
/// <remarks>
/// Keys are hashed with the signing key, because people type passwords into the wrong field. An entry goes by itself when its window is over. Nobody waits longer than
/// <see cref="Patience"/>: without an answer each node counts for itself, as without Redis.
/// </remarks>
public sealed partial class RedisLimits : IDisposable
{
    private const string Purpose = "shared limits";

    // What is over goes, what is left is counted, and the new one is added if it fits. Else the answer is how long until it would.
    private const string Script = """
        local now, window, permits = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
        local count = redis.call('ZCARD', KEYS[1])
        if count >= permits then
            local first = redis.call('ZRANGE', KEYS[1], count - permits, count - permits, 'WITHSCORES')
            return {-1, tonumber(first[2]) + window - now}
        end
        redis.call('ZADD', KEYS[1], now, ARGV[4])
        redis.call('PEXPIRE', KEYS[1], window)
        return {permits - count - 1, 0}
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly Sealing sealing;
    private readonly TimeProvider clock;
    private readonly ILogger<RedisLimits> log;
    private readonly string prefix;
    private readonly string node = Guid.NewGuid().ToString("N");
    private readonly Task<ConnectionMultiplexer> connecting;
    private long tries;
    private int isAway;

    public RedisLimits(RedisSettings settings, Sealing sealing, TimeProvider clock, ILogger<RedisLimits> log)
    {
        (this.sealing, this.clock, this.log) = (sealing, clock, log);
        prefix = $"{settings.Prefix}:limits:";
        var options = ConfigurationOptions.Parse(settings.Configuration);
        options.AbortOnConnectFail = false;
        connecting = ConnectionMultiplexer.ConnectAsync(options);
    }

    /// <summary>Takes one permit of all nodes together; null when that could not be told in time.</summary>
    public async ValueTask<RateLimitState?> TakeAsync(RateLimit limit, LimitKey key, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var one = string.Create(CultureInfo.InvariantCulture, $"{node}:{Interlocked.Increment(ref tries)}");
        RedisValue[] values = [now, (long)limit.Window.TotalMilliseconds, limit.Permits, one];
        if (await AskAsync(redis => redis.ScriptEvaluateAsync(Script, [NameOf(limit, key)], values), cancellation) is not { } answer)
            return null;
        var told = (RedisValue[])answer;
        return (long)told[0] < 0
            ? new RateLimitState(0, limit.Refusal with { RetryAfter = TimeSpan.FromMilliseconds(Math.Max(1, (long)told[1])) })
            : new RateLimitState((int)told[0], null);
    }

    /// <summary>Forgets a key's tries at all nodes, if Redis answers.</summary>
    public async ValueTask ForgetAsync(RateLimit limit, LimitKey key, CancellationToken cancellation) =>
        await AskAsync(redis => redis.ScriptEvaluateAsync("return redis.call('DEL', KEYS[1])", [NameOf(limit, key)]), cancellation);

    public void Dispose()
    {
        if (connecting.IsCompletedSuccessfully)
            connecting.Result.Dispose();
    }

    /// <summary>Null when Redis does not answer in time.</summary>
    private async Task<RedisResult?> AskAsync(Func<IDatabase, Task<RedisResult>> ask, CancellationToken cancellation)
    {
        try
        {
            var redis = await connecting.WaitAsync(Patience, clock, cancellation);
            if (redis.IsConnected)
            {
                var answer = await ask(redis.GetDatabase()).WaitAsync(Patience, clock, cancellation);
                if (Interlocked.Exchange(ref isAway, 0) == 1)
                    Back();
                return answer;
            }
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            // As without Redis; said below.
        }

        if (Interlocked.Exchange(ref isAway, 1) == 0)
            Away();
        return null;
    }

    private RedisKey NameOf(RateLimit limit, LimitKey key) => $"{prefix}{limit.Name}:{sealing.Hash(Purpose, key.ToString())}";

    [LoggerMessage(1, LogLevel.Warning, "limits.redis_away Redis does not answer: each node counts for itself")]
    private partial void Away();

    [LoggerMessage(2, LogLevel.Information, "limits.redis_back Limits are counted by all nodes together again")]
    private partial void Back();
}
