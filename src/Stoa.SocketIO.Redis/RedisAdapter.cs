using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Stoa.SocketIO.Adapters;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Redis.Recovery;
using Stoa.SocketIO.Redis.Wire;
using Stoa.SocketIO.Rooms;

namespace Stoa.SocketIO.Redis;

/// <summary>
/// The adapter of several nodes, in the wire form of <c>@socket.io/redis-adapter</c> 8 (the classic one). Made by <c>AddSocketIORedis</c>.
/// </summary>
/// <remarks>
/// <para>Delivery to other nodes is at most once; from one node to another in order. While Redis is away this node serves its own clients and acts
/// as if it were alone: nothing throws, what others should have got is counted as dropped.</para>
/// <para>With recovery, recoverable events go through a Redis stream and are delivered in its order on every node, this one included: an emit ends
/// one round trip later. Who emits without awaiting keeps the order of recoverable events, and loses it only against a socket's direct
/// <c>EmitWithAckAsync</c> and acknowledgements.</para>
/// </remarks>
public sealed partial class RedisAdapter : Adapter
{
    // Node's ids are six letters; the mark tells that a node listens for answers on a channel of its own.
    private const char OwnKind = '~';
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PingInterval = TimeSpan.FromMilliseconds(50);
    private volatile TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _uid = OwnKind + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(6));
    private readonly ConcurrentDictionary<string, Action<ClusterMessage>> _requests = new(StringComparer.Ordinal);
    private readonly RedisConnection _redis;
    private readonly RedisAdapterOptions _options;
    private readonly Channels _channels;
    private readonly JsonSerializerOptions _json;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;

    internal RedisAdapter(SocketNamespace space, IServiceProvider services)
        : base(space)
    {
        _redis = services.GetRequiredService<RedisConnection>();
        _options = services.GetRequiredService<IOptions<RedisAdapterOptions>>().Value;
        _clock = services.GetRequiredService<TimeProvider>();
        _log = services.GetRequiredService<ILoggerFactory>().CreateLogger("Stoa.SocketIO.Redis");
        _channels = new Channels(_options.ChannelPrefix, space.Name, _uid);
        var server = services.GetRequiredService<IOptions<SocketIOOptions>>().Value;
        _json = new JsonSerializerOptions(server.Json);
        // A source-generated context names the application's records; texts and numbers work without being named.
        _json.TypeInfoResolverChain.Add(new DefaultJsonTypeInfoResolver());
        if (server.Recovery is { } recovery)
            SetUpRecovery(recovery);
    }

    /// <inheritdoc/>
    public override async ValueTask StartAsync(CancellationToken cancellation)
    {
        await _redis.ConnectAsync();
        await _redis.SubscribeAsync(new RedisChannel(_channels.BroadcastPattern, RedisChannel.PatternMode.Pattern), OnBroadcast);
        foreach (var channel in new[] { _channels.Request, _channels.Response, _channels.OwnResponse })
            await _redis.SubscribeAsync(new RedisChannel(channel, RedisChannel.PatternMode.Literal), OnMessage);
        await HearOneselfAsync(cancellation);
        WatchGaps();
        await StartRecoveryAsync();
    }

    /// <inheritdoc/>
    public override async ValueTask StopAsync()
    {
        UnwatchGaps();
        _pending?.Close();
        await SettleAsync();
        try
        {
            await _redis.UnsubscribeAsync(new RedisChannel(_channels.BroadcastPattern, RedisChannel.PatternMode.Pattern), OnBroadcast);
            foreach (var channel in new[] { _channels.Request, _channels.Response, _channels.OwnResponse })
                await _redis.UnsubscribeAsync(new RedisChannel(channel, RedisChannel.PatternMode.Literal), OnMessage);
            // Answers come in the order of commands: what was published or saved before has arrived then.
            await _redis.ExecuteAsync("PING");
        }
        catch (Exception e) when (RedisConnection.IsLoss(e))
        {
            RedisLog.RequestFailed(_log, e, Namespace.Name, "stop");
        }

        await StopRecoveryAsync();
    }

    /// <summary>How many nodes serve this namespace, Node.js servers included; 1 while Redis is away.</summary>
    public override async ValueTask<int> CountServersAsync()
    {
        try
        {
            var counts = (RedisResult[])await _redis.ExecuteAsync("PUBSUB", "NUMSUB", _channels.Request);
            return Math.Max(1, (int)counts[1]);
        }
        catch (Exception e) when (RedisConnection.IsLoss(e))
        {
            return 1;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask BroadcastAsync(SocketPacket packet, BroadcastOptions options)
    {
        if (_pending is not null && packet.Id is null && !options.Volatile)
        {
            await _pending.AppendAsync(packet, options);
            return;
        }

        await SettleAsync();
        DeliverLocally(packet, options);
        if (!options.Local)
            _redis.Publish(_channels.For(options.Rooms), BroadcastMessage.Write(_uid, packet, options));
    }

    /// <inheritdoc/>
    public override async ValueTask BroadcastWithAckAsync(SocketPacket packet, BroadcastOptions options, AckCollector answers)
    {
        await SettleAsync();
        if (options.Local)
        {
            answers.ExpectServers(1);
        }
        else
        {
            var id = NewRequestId();
            Await(id, answers, answer => OnBroadcastAnswer(answer, answers));
            _redis.Publish(_channels.Request, BroadcastRequest(id, packet, options));
        }

        answers.AddReceivers(DeliverLocallyWithAck(packet, options, answers.Add));
        if (!options.Local)
            answers.ExpectServers(await CountServersAsync());
    }

    /// <inheritdoc/>
    /// <remarks>While Redis is away: the sockets of this node.</remarks>
    public override async ValueTask<IReadOnlyList<SocketDetails>> FetchSocketsAsync(BroadcastOptions options, CancellationToken cancellation)
    {
        await SettleAsync();
        var found = new ConcurrentQueue<SocketDetails>(FetchLocally(options));
        var others = options.Local ? 0 : await CountServersAsync() - 1;
        if (others == 0)
            return [.. found];
        var id = NewRequestId();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests[id] = answer =>
        {
            foreach (var socket in answer.Element("sockets") is { ValueKind: JsonValueKind.Array } sockets ? sockets.EnumerateArray().Select(SocketDetailsJson.Read) : [])
            {
                if (socket is not null)
                    found.Enqueue(socket);
            }

            if (Interlocked.Decrement(ref others) == 0)
                all.TrySetResult();
        };
        try
        {
            Request(RequestType.Fetch, id, json => ClusterMessage.WriteOptions(json, options));
            await all.Task.WaitAsync(_options.RequestsTimeout, _clock, cancellation);
            return [.. found];
        }
        finally
        {
            _requests.TryRemove(id, out _);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask JoinAsync(BroadcastOptions options, IReadOnlyList<string> rooms)
    {
        await SettleAsync();
        JoinLocally(options, rooms);
        Tell(RequestType.Join, options, json => ClusterMessage.WriteNames(json, "rooms", rooms));
    }

    /// <inheritdoc/>
    public override async ValueTask LeaveAsync(BroadcastOptions options, IReadOnlyList<string> rooms)
    {
        await SettleAsync();
        LeaveLocally(options, rooms);
        Tell(RequestType.Leave, options, json => ClusterMessage.WriteNames(json, "rooms", rooms));
    }

    /// <inheritdoc/>
    public override async ValueTask DisconnectAsync(BroadcastOptions options, bool close)
    {
        await SettleAsync();
        DisconnectLocally(options, close);
        Tell(RequestType.Disconnect, options, json => json.WriteBoolean("close", close));
    }

    /// <inheritdoc/>
    public override async ValueTask ServerSideEmitAsync(SocketPacket packet, AckCollector? answers)
    {
        string? id = null;
        if (answers is not null)
        {
            id = NewRequestId();
            Await(id, answers, answer => OnServerSideAnswer(answer, answers));
            answers.ExpectServers(await CountServersAsync() - 1);
        }

        var request = ClusterMessage.Write(json =>
        {
            WriteHead(json, RequestType.ServerSideEmit, id);
            json.WritePropertyName("data");
            json.WriteRawValue(packet.Utf8Json.Span, skipInputValidation: true);
        });
        // Only MessagePack carries binary values.
        _redis.Publish(_channels.Request, packet.Attachments.Count == 0 ? request : ClusterMessage.Pack(request, packet.Attachments));
    }

    // The client says that it has subscribed when it has sent the command, or will: only a message that arrives is a proof.
    private async Task HearOneselfAsync(CancellationToken cancellation)
    {
        var start = _clock.GetTimestamp();
        while (_redis.IsConnected && !_subscribed.Task.IsCompleted)
        {
            if (_clock.GetElapsedTime(start) > StartPatience)
                throw new TimeoutException("Redis takes commands but delivers no messages.");
            _redis.Publish(_channels.Own, BroadcastMessage.WritePing(_uid, 0));
            await Task.WhenAny(_subscribed.Task, Task.Delay(PingInterval, _clock, cancellation));
        }
    }

    private static string NewRequestId() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(9));
}
