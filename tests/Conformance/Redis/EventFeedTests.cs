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
    private RedisConnection _redis = null!;
    private EventStream _stream = null!;
    private EventFeed _feed = null!;
    private TaskCompletionSource _gate = new();
    private int _handled;

    private async Task StartAsync(string address)
    {
        var options = Options.Create(new RedisAdapterOptions { Configuration = address });
        _redis = new RedisConnection(options, _services.GetRequiredService<IMeterFactory>(), NullLoggerFactory.Instance, TimeProvider.System);
        _stream = new EventStream(_redis, _channels, "/", 1_000_000);
        var pending = new PendingEvents(_stream, _channels, "~me", _redis, TimeProvider.System, (_, _) => { });
        var foreign = new ForeignEvents(_stream, pending, _channels, _redis, TimeProvider.System);
        _feed = new EventFeed(_stream, pending, foreign, new EventFeed.Setting(
            "/", "~me", _channels, _redis, new ManualClock(), NullLogger.Instance, HandleAsync, (packet, _) => _delivered.Add(Encoding.UTF8.GetString(packet.Utf8Json.Span).Split('"')[1])));
        _gate.SetResult();
        await _redis.ConnectAsync();
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
        await StartAsync(RedisServer.Shared());
        // Every feed begins with catching up, and here no ping ever comes back to end it.
        await HandledAsync(await SentAsync("first"));
        await SentAsync("not heard");
        await HandledAsync(await SentAsync("heard"));

        Assert.Equal(["first", "not heard", "heard"], _delivered);
    }

    [Fact]
    public async Task A_message_that_comes_again_is_delivered_once()
    {
        await StartAsync(RedisServer.Shared());
        var (first, second) = (await SentAsync("first"), await SentAsync("second"));
        await HandledAsync(first, second, first, second);
        Assert.Equal(["first", "second"], _delivered);
    }

    [Fact]
    public async Task What_does_not_fit_into_the_queue_is_read_from_the_stream()
    {
        await StartAsync(RedisServer.Shared());
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

    [Fact]
    public async Task An_event_of_another_program_that_does_not_fit_into_the_queue_is_marked()
    {
        await StartAsync(RedisServer.Shared());
        var first = await SentAsync("first");
        var id = (await _stream.LastAsync())!.Value;
        await HandledAsync(first, new Arrival(ArrivalKind.Own, BroadcastMessage.WritePing("~me", 1_000)));
        _gate = new TaskCompletionSource();
        for (var i = 0; i < 20_100; i++)
            _feed.Accept(first);
        _feed.Accept(new Arrival(ArrivalKind.Broadcast, BroadcastMessage.Write("emitter", SocketPacket.Event("/", "[\"n\"]"u8.ToArray(), []), new BroadcastOptions())));
        _gate.SetResult();
        await Wait.Until(() => Volatile.Read(ref _handled) >= 20_000);
        _feed.Accept(new Arrival(ArrivalKind.Own, BroadcastMessage.WritePing("~me", 2_000)));
        await Wait.Until(() => _stream.LastAsync().GetAwaiter().GetResult() > id);

        var entries = new List<StreamEntry>();
        await foreach (var page in _stream.ReadAfterAsync(id, own: null))
            entries.AddRange(page!);
        Assert.NotNull(Assert.Single(entries).Mark);
    }

    [Fact]
    public async Task An_event_that_is_heard_before_commands_go_again_waits_for_those_before_it()
    {
        await using var redis = await RedisServer.StartAsync(keeps: true);
        await StartAsync(redis.Address);
        // The feed's own first ping has come back: nothing is missing.
        await HandledAsync(await SentAsync("first"), new Arrival(ArrivalKind.Own, BroadcastMessage.WritePing("~me", 1_000)));
        await SentAsync("not heard");
        var heard = await SentAsync("heard");
        await redis.KillAsync();
        await Wait.Until(() => !_redis.IsConnected);
        // Subscriptions are back first.
        _feed.CatchUp();
        _feed.Accept(heard);
        await redis.StartAgainAsync();
        await Wait.Until(() => _redis.IsConnected);
        // A Redis that has just come back may fail once more; the clock, which would have the feed look again, stands still.
        await Wait.Until(() =>
        {
            _feed.CatchUp();
            return _delivered.Contains("heard");
        });

        Assert.Equal(["first", "not heard", "heard"], _delivered);
    }

    [Fact]
    public async Task A_page_of_the_stream_whose_beginning_has_gone_says_so()
    {
        await StartAsync(RedisServer.Shared());
        await SentAsync("first");
        var first = (await _stream.LastAsync())!.Value;
        await Task.WhenAll(Enumerable.Range(0, 700).Select(_ => _stream.AppendAsync(_channels.Broadcast, BroadcastMessage.WriteWithoutId("~other", SocketPacket.Event("/", "[\"n\"]"u8.ToArray(), []), new BroadcastOptions(), 1))));

        var pages = new List<int?>();
        await foreach (var page in _stream.ReadAfterAsync(first, own: null))
        {
            pages.Add(page?.Count);
            // Trimmed while it is read.
            if (pages.Count == 1)
                await _redis.ExecuteAsync("XTRIM", (StackExchange.Redis.RedisKey)_channels.StreamKey, "MAXLEN", 100);
        }

        Assert.Contains(null, pages);
    }

    public async ValueTask DisposeAsync()
    {
        await (_feed?.StopAsync() ?? Task.CompletedTask);
        _redis?.Dispose();
        await _services.DisposeAsync();
    }
}
