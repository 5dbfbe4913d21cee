using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Stoa.Conformance.Adapters;
using Stoa.SocketIO;
using Stoa.SocketIO.Recovery;

namespace Stoa.Conformance.Redis;

/// <summary>What happens while Redis is away, and when it is back.</summary>
public sealed class RedisLossTests
{
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(20);

    private static async Task KillAsync(RedisServer redis, Nodes nodes)
    {
        await redis.KillAsync();
        foreach (var server in new[] { nodes.Here, nodes.There })
            await Wait.Until(() => server.Log.Named("RedisLost").Count() >= 2);
    }

    /// <summary>Broadcasts on each node until the other's client hears it: subscriptions come back in their own time. Returns what each client got until then.</summary>
    private static async Task<(List<JsonElement> Ana, List<JsonElement> Ben)> MeetAgainAsync(Nodes nodes, WireSocket ana, WireSocket ben)
    {
        var bens = await CallAsync(nodes.Here, ben, "from here");
        return (await CallAsync(nodes.There, ana, "from there"), bens);

        static async Task<List<JsonElement>> CallAsync(TestServer from, WireSocket to, string name)
        {
            var hearing = UntilAsync(to, name);
            while (!hearing.IsCompleted)
            {
                await from.IO.EmitAsync(name);
                await Task.WhenAny(hearing, Task.Delay(20, TestServer.Cancellation));
            }

            return await hearing;
        }
    }

    private static async Task<List<JsonElement>> UntilAsync(WireSocket client, string name)
    {
        var events = new List<JsonElement>();
        do
            events.Add(JsonElement.Parse((await client.TextAsync())[2..]));
        while (events[^1][0].GetString() != name);
        return events;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_Redis_is_away_each_node_serves_its_own_clients_and_nothing_throws(bool recovers)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var nodes = await RedisNodes.TwoAsync(redis.Address, recovers ? new RecoveryOptions() : null, io => io.OnServerSide("add", (_, _) => Task.FromResult<object?>(1)));
        var (ana, ben) = await nodes.ClientsAsync();
        var dropped = 0L;
        using var listener = new MeterListener { InstrumentPublished = (i, l) => Enable(i, l, nodes.Here) };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref dropped, count));
        listener.Start();
        await KillAsync(redis, nodes);

        await nodes.Here.IO.SocketsJoinAsync("room").AsTask().Soon();
        await nodes.Here.IO.To("room").EmitAsync("alone").AsTask().Soon();
        await nodes.Here.IO.Volatile.EmitAsync("volatile").AsTask().Soon();
        Assert.Equal("42[\"alone\"]", await ana.TextAsync());
        Assert.Equal("42[\"volatile\"]", await ana.TextAsync());
        Assert.Equal([ana.Sid], (await nodes.Here.IO.FetchSocketsAsync(TestServer.Cancellation)).Select(s => s.Id));
        Assert.Equal(1, await nodes.Here.IO.Of("/").Adapter.CountServersAsync());
        Assert.True((await nodes.Here.IO.Of("/").ServerSideEmitWithAckAsync<int>("add", Patient).Soon()).IsComplete);
        var asking = nodes.Here.IO.EmitWithAckAsync<int>("ask", Patient);
        var text = await ana.TextAsync();
        await ana.SendAsync($"43{text[2..text.IndexOf('[', StringComparison.Ordinal)]}[5]");
        Assert.Equal([5], (await asking.Soon()).Answers);
        await nodes.Here.IO.To("room").SocketsLeaveAsync("room").AsTask().Soon();
        await using (var late = await nodes.Here.ConnectAsync())
        {
            await nodes.Here.IO.To(late.Sid).DisconnectSocketsAsync().AsTask().Soon();
            Assert.Equal("41", await late.TextAsync());
        }

        Assert.True(Interlocked.Read(ref dropped) >= 6);
        await redis.StartAgainAsync();
        await MeetAgainAsync(nodes, ana, ben);
        Assert.NotEmpty(nodes.Here.Log.Named("RedisRestored"));
        Assert.DoesNotContain(nodes.Here.Log.Entries, e => e.Event is "RedisMessageFailed" or "SocketHandlerFailed");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task When_Redis_is_back_each_node_is_told_of_the_gap_and_its_beginning_once_it_hears_the_others(bool recovers)
    {
        await using var redis = await RedisServer.StartAsync();
        var gaps = new Seen<DateTimeOffset>();
        await using var nodes = await RedisNodes.TwoAsync(redis.Address, recovers ? new RecoveryOptions() : null, io => io.OnGap(async (space, since, _) =>
        {
            gaps.Add(since);
            await space.EmitAsync("heard again");
        }));
        var (ana, ben) = await nodes.ClientsAsync();
        var before = DateTimeOffset.UtcNow;
        await KillAsync(redis, nodes);
        Assert.True(gaps.IsEmpty);
        await redis.StartAgainAsync();

        var told = await gaps.TakeAsync(2);

        Assert.All(told, since => Assert.InRange(since, before.AddMinutes(-2), before.AddSeconds(30)));
        Assert.All(told, since => Assert.True(since <= before, "Its end may have been noticed late: rather too early than too late."));
        await UntilAsync(ana, "heard again");
        await UntilAsync(ben, "heard again");
        Assert.True(gaps.IsEmpty);
    }

    private static void Enable(Instrument instrument, MeterListener listener, TestServer server)
    {
        // Other tests have servers of their own in this process.
        if (instrument.Name == "stoa.socketio.redis.dropped" && instrument.Meter.Scope == server.Services.GetRequiredService<IMeterFactory>())
            listener.EnableMeasurementEvents(instrument);
    }

    [Fact]
    public async Task What_a_node_did_not_hear_is_read_from_the_stream_in_order_and_once()
    {
        const int Count = 3_000;
        await using var redis = await RedisServer.StartAsync();
        await using var nodes = await RedisNodes.TwoAsync(redis.Address, new RecoveryOptions());
        var (ana, ben) = await nodes.ClientsAsync();
        using var control = await ConnectionMultiplexer.ConnectAsync(redis.Address);
        var sending = Task.Run(
            async () =>
            {
                for (var i = 0; i < Count; i++)
                {
                    await nodes.Here.IO.EmitAsync("n", i);
                    // Both nodes stop hearing anything, and subscribe again.
                    if (i % 500 == 250)
                        await control.GetDatabase().ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
                }
            },
            TestServer.Cancellation);

        foreach (var client in new[] { ana, ben })
        {
            for (var i = 0; i < Count; i++)
                await nodes.ExpectAsync(client, $"""["n",{i}]""");
        }

        await sending.Soon();
        Assert.NotEmpty(nodes.There.Log.Named("RedisGapClosed"));
    }

    [Fact]
    public async Task Events_sent_while_Redis_was_away_are_delivered_once_here_and_who_may_have_missed_them_begins_anew()
    {
        await using var redis = await RedisServer.StartAsync(keeps: true);
        await using var nodes = await RedisNodes.TwoAsync(redis.Address, new RecoveryOptions());
        var (ana, ben) = await nodes.ClientsAsync();
        var lost = await Lost.OnAsync(nodes.Here, "room");
        await KillAsync(redis, nodes);
        for (var i = 0; i < 50; i++)
            await nodes.Here.IO.EmitAsync("away", i);
        await redis.StartAgainAsync();
        var (here, there) = await MeetAgainAsync(nodes, ana, ben);

        await lost.BeginAnewAsync(nodes.There);
        await nodes.Here.IO.EmitAsync("end");
        here.AddRange(await UntilAsync(ana, "end"));
        there.AddRange(await UntilAsync(ben, "end"));
        Assert.Equal(Enumerable.Range(0, 50), here.Where(e => e[0].GetString() == "away").Select(e => e[1].GetInt32()));
        Assert.DoesNotContain(there, e => e[0].GetString() == "away");
        // Whoever is lost from now on is recovered again.
        var next = await Lost.OnAsync(nodes.Here);
        await nodes.There.IO.EmitAsync("missed");
        Assert.Equal(["missed"], await next.RecoverAsync(nodes.There));
    }

    [Fact]
    public async Task A_client_that_comes_back_while_Redis_is_away_begins_anew()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var nodes = await RedisNodes.TwoAsync(redis.Address, new RecoveryOptions());
        var lost = await Lost.OnAsync(nodes.Here);
        await KillAsync(redis, nodes);
        await lost.BeginAnewAsync(nodes.There);
        Assert.NotEmpty(nodes.There.Log.Named("RedisRequestFailed"));
    }

    [Fact]
    public async Task A_Redis_that_forgot_everything_is_used_again()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var nodes = await RedisNodes.TwoAsync(redis.Address, new RecoveryOptions());
        var (ana, ben) = await nodes.ClientsAsync();
        var lost = await Lost.OnAsync(nodes.Here);
        await KillAsync(redis, nodes);
        await redis.StartAgainAsync();
        await MeetAgainAsync(nodes, ana, ben);
        await lost.BeginAnewAsync(nodes.There);
        var next = await Lost.OnAsync(nodes.Here);
        await nodes.There.IO.EmitAsync("missed");
        Assert.Equal(["missed"], await next.RecoverAsync(nodes.There));
    }

    [Fact]
    public async Task Without_Redis_the_server_does_not_start_unless_told_to()
    {
        await using var redis = await RedisServer.StartAsync();
        await redis.KillAsync();
        await Assert.ThrowsAsync<RedisConnectionException>(() => RedisNodes.NodeAsync(redis.Address, "p"));

        await using var nodes = await RedisNodes.TwoAsync(redis.Address + ",abortConnect=false", new RecoveryOptions());
        var (ana, ben) = await nodes.ClientsAsync();
        await nodes.Here.IO.EmitAsync("alone");
        Assert.Equal("42[\"alone\"]", await ana.TextAsync());
        await redis.StartAgainAsync();
        await MeetAgainAsync(nodes, ana, ben);
    }

    [Fact]
    public async Task Settings_out_of_range_stop_the_start_with_their_names()
    {
        foreach (var (name, break_) in new (string, Action<Stoa.SocketIO.Redis.RedisAdapterOptions>)[]
        {
            ("Configuration", o => o.Configuration = " "),
            ("ChannelPrefix", o => o.ChannelPrefix = ""),
            ("RequestsTimeout", o => o.RequestsTimeout = TimeSpan.Zero),
            ("MaxMessageSize", o => o.MaxMessageSize = 1),
        })
        {
            var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => TestServer.StartAsync(services: s => s.AddSocketIORedis("127.0.0.1:1", break_)));
            Assert.Contains(name, refused.Message, StringComparison.Ordinal);
        }
    }
}
