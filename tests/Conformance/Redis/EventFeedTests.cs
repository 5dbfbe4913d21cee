using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Redis;
using Stoa.SocketIO.Redis.Recovery;
using Stoa.SocketIO.Redis.Wire;
using Stoa.SocketIO.Rooms;

namespace Stoa.Conformance.Redis;

/// <summary>The feed by itself, with a clock that stands still: what reaches it is what the test gives it.</summary>
public sealed class EventFeedTests : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly Channels _channels = new(RedisNodes.NewPrefix(), "/", "~me");
    private readonly List<string> _delivered = [];
    private readonly RedisConnection _redis;
    private readonly EventStream _stream;
    private readonly EventFeed _feed;
    private TaskCompletionSource _gate = new();
    private int _handled;

    public EventFeedTests()
    {
        var options = Options.Create(new RedisAdapterOptions { Configuration = RedisServer.Shared() });
        _redis = new RedisConnection(options, _services.GetRequiredService<IMeterFactory>(), NullLoggerFactory.Instance, TimeProvider.System);
        _stream = new EventStream(_redis, _channels, "/", 1_000_000);
        var pending = new PendingEvents(_stream, _channels, "~me", _redis, TimeProvider.System, (_, _) => { });
        _feed = new EventFeed(_stream, pending, new EventFeed.Setting(
            "/", "~me", _channels, _redis, new ManualClock(), NullLogger.Instance, HandleAsync, (packet, _) => _delivered.Add(Encoding.UTF8.GetString(packet.Utf8Json.Span).Split('"')[1])));
        _gate.SetResult();
    }

    private async ValueTask HandleAsync(Arrival arrival)
    {
        await _gate.Task;
        if (BroadcastMessage.ReadPing(arrival.Message!) is { } ping)
            await _feed.OnPingAsync(ping);
        else
            await _feed.OnEventAsync(BroadcastMessage.Read(arrival.Message, "/", "~me")!);
        Interlocked.Increment(ref _handled);
    }

    /// <summary>Another node sends an event. Returns the message as subscribers get it.</summary>
    private async Task<Arrival> SentAsync(string name)
    {
        var packet = SocketPacket.Event("/", Encoding.UTF8.GetBytes($"[\"{name}\"]"), []);
        var message = BroadcastMessage.WriteWithoutId("~other", packet, new BroadcastOptions(), 1);
        await _stream.AppendAsync(_channels.Broadcast, message);
        var id = (await _stream.LastAsync())!.Value;
        return new Arrival(ArrivalKind.Broadcast, BroadcastMessage.Complete(message, id));
    }

    private async Task HandledAsync(params Arrival[] arrivals)
    {
        var until = Volatile.Read(ref _handled) + arrivals.Length;
        foreach (var arrival in arrivals)
            _feed.Accept(arrival);
        await Wait.Until(() => Volatile.Read(ref _handled) == until);
    }

    [Fact]
    public async Task While_messages_may_be_missing_an_event_waits_for_those_before_it()
    {
        await _redis.ConnectAsync();
        // Every feed begins with catching up, and here no ping ever comes back to end it.
        await HandledAsync(await SentAsync("first"));
        await SentAsync("not heard");
        await HandledAsync(await SentAsync("heard"));

        Assert.Equal(["first", "not heard", "heard"], _delivered);
    }

    [Fact]
    public async Task A_message_that_comes_again_is_delivered_once()
    {
        await _redis.ConnectAsync();
        var (first, second) = (await SentAsync("first"), await SentAsync("second"));
        await HandledAsync(first, second, first, second);
        Assert.Equal(["first", "second"], _delivered);
    }

    [Fact]
    public async Task What_does_not_fit_into_the_queue_is_read_from_the_stream()
    {
        await _redis.ConnectAsync();
        await HandledAsync(await SentAsync("first"));
        _gate = new TaskCompletionSource();
        var repeated = await SentAsync("second");
        for (var i = 0; i < 20_100; i++)
            _feed.Accept(repeated);
        _feed.Accept(await SentAsync("third"));
        _gate.SetResult();
        await Wait.Until(() => _delivered.Count == 3);

        Assert.Equal(["first", "second", "third"], _delivered);
    }

    public async ValueTask DisposeAsync()
    {
        await _feed.StopAsync();
        _redis.Dispose();
        await _services.DisposeAsync();
    }
}
