using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Stoa.SocketIO.Redis;

/// <summary>This server's two connections to Redis, one for commands and one for subscriptions, shared by its namespaces. Made when first needed; reconnects by itself.</summary>
internal sealed class RedisConnection : IDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(250);

    // A command without an answer: the connection is half open, which only a long silence tells otherwise.
    private static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(5);
    private readonly Lazy<Task<ConnectionMultiplexer>> _connecting;
    private readonly ILogger _log;
    private readonly TimeProvider _clock;
    private volatile ConnectionMultiplexer? _redis;
    private long _dropped;
    private bool _disposed;

    public RedisConnection(IOptions<RedisAdapterOptions> options, IMeterFactory meters, ILoggerFactory logs, TimeProvider clock)
    {
        _log = logs.CreateLogger("Stoa.SocketIO.Redis");
        _clock = clock;
        Metrics = new RedisMetrics(meters);
        _connecting = new Lazy<Task<ConnectionMultiplexer>>(() => ConnectAsync(options.Value.Configuration));
    }

    /// <summary>A connection went. Called on a thread of the client: must not block.</summary>
    public event Action? Lost;

    /// <summary>A connection was made again, and subscriptions are on their way. Called on a thread of the client: must not block.</summary>
    public event Action? Restored;

    public RedisMetrics Metrics { get; }

    /// <summary>Whether commands can be sent. May be a moment late.</summary>
    public bool IsConnected => _redis?.IsConnected == true;

    /// <exception cref="RedisConnectionException">Redis cannot be reached, and the configuration does not say to go on without.</exception>
    public Task ConnectAsync() => _connecting.Value;

    public async Task SubscribeAsync(RedisChannel channel, Action<RedisChannel, RedisValue> received)
    {
        var redis = await _connecting.Value;
        await redis.GetSubscriber().SubscribeAsync(channel, received);
    }

    public async Task UnsubscribeAsync(RedisChannel channel, Action<RedisChannel, RedisValue> received)
    {
        if (_redis is { } redis)
            await redis.GetSubscriber().UnsubscribeAsync(channel, received);
    }

    /// <summary>Publishes without waiting. In the order of the calls; dropped and counted when Redis is away.</summary>
    public void Publish(string channel, byte[] message)
    {
        _ = SendAsync();

        async Task SendAsync()
        {
            try
            {
                if (_redis is not { IsConnected: true } redis)
                {
                    Dropped();
                    return;
                }

                await redis.GetSubscriber().PublishAsync(channel, message);
                Metrics.Published();
            }
            catch (Exception e) when (IsLoss(e))
            {
                Dropped();
            }
        }
    }

    /// <summary>Runs one command. Commands are sent in the order of the calls.</summary>
    /// <exception cref="RedisAwayException">Redis is away.</exception>
    /// <exception cref="RedisException">Redis went away, or refuses.</exception>
    /// <exception cref="TimeoutException">No answer; the command may have been run.</exception>
    public Task<RedisResult> ExecuteAsync(string command, params object[] arguments)
    {
        if (_redis is not { IsConnected: true } redis)
            return Task.FromException<RedisResult>(new RedisAwayException());
        try
        {
            return redis.GetDatabase().ExecuteAsync(command, arguments).WaitAsync(MostPatience, _clock);
        }
        catch (Exception e) when (IsLoss(e))
        {
            return Task.FromException<RedisResult>(e);
        }
    }

    /// <summary>Whether this is the absence of Redis, or its refusal, and no fault of ours.</summary>
    public static bool IsLoss(Exception e) => e is RedisAwayException or RedisException or TimeoutException or ObjectDisposedException or TaskCanceledException;

    /// <summary>One message that the other nodes will not get.</summary>
    public void Dropped()
    {
        Interlocked.Increment(ref _dropped);
        Metrics.Dropped();
    }

    public void Dispose()
    {
        _disposed = true;
        // Without this the end says QUIT and waits for an answer that is mostly lost with the connection. The adapters have made sure that what they sent has arrived.
        _redis?.Close(allowCommandsToComplete: false);
        _redis?.Dispose();
    }

    private async Task<ConnectionMultiplexer> ConnectAsync(string configuration)
    {
        var options = ConfigurationOptions.Parse(configuration);
        options.ReconnectRetryPolicy = new LinearRetry((int)Retry.TotalMilliseconds);
        var redis = await ConnectionMultiplexer.ConnectAsync(options);
        // Messages reach us in the order Redis sent them; our callbacks return at once.
        redis.PreserveAsyncOrder = true;
        redis.ConnectionFailed += (_, failure) =>
        {
            if (_disposed)
                return;
            Metrics.ConnectionLost();
            RedisLog.Lost(_log, failure.ConnectionType.ToString());
            Lost?.Invoke();
        };
        redis.ConnectionRestored += (_, restored) =>
        {
            RedisLog.Restored(_log, restored.ConnectionType.ToString(), Interlocked.Exchange(ref _dropped, 0));
            Restored?.Invoke();
        };
        _redis = redis;
        return redis;
    }
}

/// <summary>There is no connection to Redis, so that a command was not even sent.</summary>
internal sealed class RedisAwayException() : Exception("Redis is away.");
