using System.Text.Json;
using System.Text.RegularExpressions;
using StackExchange.Redis;
using Stoa.Conformance.Adapters;
using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Recovery;
using Stoa.SocketIO.Redis.Wire;
using Stoa.SocketIO.Rooms;

namespace Stoa.Conformance.Redis;

/// <summary>Nobody is told that nothing is missing when something is, and nobody gets an event twice.</summary>
public sealed class RedisGapTests
{
    private static Task<Nodes> TwoAsync(string redis, string? prefix = null, Action<SocketIOBuilder>? io = null) =>
        RedisNodes.TwoAsync(redis, new RecoveryOptions(), io, prefix: prefix);

    private static async Task<IDatabase> ControlAsync(string redis) => (await ConnectionMultiplexer.ConnectAsync(redis)).GetDatabase();

    /// <summary>Ends when the last entry of the stream is a mark.</summary>
    private static async Task MarkedAsync(IDatabase redis, string prefix)
    {
        using var patience = new CancellationTokenSource(Wait.Patience);
        while (true)
        {
            if (await LastAsync(redis, prefix, 1) is [var last] && (string)((RedisResult[])last[1])[0] == "gap")
                return;
            await Task.Delay(2, patience.Token);
        }
    }

    /// <summary>The last entries of the stream, the latest first.</summary>
    private static async Task<List<RedisResult[]>> LastAsync(IDatabase redis, string prefix, int count) =>
        [.. ((RedisResult[])await redis.ExecuteAsync("XREVRANGE", $"{prefix}-stream#/#", "+", "-", "COUNT", count)).Select(e => (RedisResult[])e)];

    /// <summary>What an emitter in another program sends.</summary>
    private static Task<long> EmitFromOutsideAsync(IDatabase redis, string prefix, string name) =>
        redis.PublishAsync(new RedisChannel($"{prefix}#/#", RedisChannel.PatternMode.Literal), BroadcastMessage.Write("emitter", SocketPacket.Event("/", JsonSerializer.SerializeToUtf8Bytes(new[] { name }), []), new BroadcastOptions()));

    [Fact]
    public async Task Who_comes_back_when_the_mark_cannot_be_set_begins_anew()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var nodes = await TwoAsync(redis.Address);
        var control = await ControlAsync(redis.Address);
        var lost = await Lost.OnAsync(nodes.Here);
        await control.ExecuteAsync("CONFIG", "SET", "maxmemory", "1");
        await nodes.Here.IO.EmitAsync("does not fit");
        await lost.BeginAnewAsync(nodes.Here);
    }

    [Fact]
    public async Task The_mark_is_set_without_a_further_event()
    {
        var prefix = RedisNodes.NewPrefix();
        await using var redis = await RedisServer.StartAsync();
        await using var nodes = await TwoAsync(redis.Address, prefix);
        var control = await ControlAsync(redis.Address);
        var lost = await Lost.OnAsync(nodes.Here);
        await control.ExecuteAsync("CONFIG", "SET", "maxmemory", "1");
        await nodes.Here.IO.EmitAsync("does not fit");
        await control.ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
        await MarkedAsync(control, prefix);
        await lost.BeginAnewAsync(nodes.There);
    }

    [Fact]
    public async Task What_a_client_got_on_a_node_that_is_ahead_does_not_come_again()
    {
        using var gate = new ManualResetEventSlim();
        var blocked = new Seen<bool>();
        var prefix = RedisNodes.NewPrefix();
        await using var nodes = await TwoAsync(RedisServer.Shared(), prefix, io => io.OnServerSide("block", (_, _) =>
        {
            blocked.Add(true);
            gate.Wait(Wait.Patience, TestServer.Cancellation);
            return Task.FromResult<object?>(null);
        }));
        var control = await ControlAsync(RedisServer.Shared());
        await using var client = await nodes.Here.ConnectAsync();
        await nodes.Here.IO.Of("/").ServerSideEmitAsync("block");
        await blocked.NextAsync();
        await nodes.Here.IO.EmitAsync("got");
        var lost = await Lost.OfAsync(nodes.Here, client, JsonElement.Parse((await client.TextAsync())[2..])[1].GetString()!);
        var returning = lost.ReturnAsync(nodes.There);
        while (await control.KeyExistsAsync($"{prefix}-session#/#{lost.Pid}"))
            await Task.Delay(2, TestServer.Cancellation);
        // Commands are answered in their order: what follows the taking had its time.
        for (var i = 0; i < 10; i++)
            await nodes.There.IO.Of("/").Adapter.CountServersAsync();
        gate.Set();
        var (back, missed, isRecovered) = await returning;

        Assert.True(isRecovered);
        Assert.Empty(missed);
        await nodes.NothingElseAsync(back);
    }

    [Fact]
    public async Task Who_may_have_missed_what_the_stream_has_lost_begins_anew()
    {
        var prefix = RedisNodes.NewPrefix();
        await using var redis = await RedisServer.StartAsync();
        await using var nodes = await TwoAsync(redis.Address, prefix);
        var control = await ControlAsync(redis.Address);
        var lost = await Lost.OnAsync(nodes.Here);
        await using var watcher = await nodes.There.ConnectAsync();
        await nodes.Here.IO.EmitAsync("second");
        await nodes.Here.IO.EmitAsync("third");
        await nodes.ExpectAsync(watcher, """["second"]""");
        await nodes.ExpectAsync(watcher, """["third"]""");
        // A replica that was behind has taken over.
        foreach (var entry in await LastAsync(control, prefix, 2))
            await control.ExecuteAsync("XDEL", $"{prefix}-stream#/#", (string)entry[0]);
        await control.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
        await Wait.Until(() => nodes.Here.Log.Named("RedisStreamLost").Any() || nodes.There.Log.Named("RedisStreamLost").Any());

        await lost.BeginAnewAsync(nodes.There);
    }

    [Fact]
    public async Task Who_may_have_missed_an_event_of_another_program_while_no_node_was_there_begins_anew()
    {
        var prefix = RedisNodes.NewPrefix();
        var control = await ControlAsync(RedisServer.Shared());
        var before = await RedisNodes.NodeAsync(RedisServer.Shared(), prefix, new RecoveryOptions());
        await using var client = await before.ConnectAsync();
        await EmitFromOutsideAsync(control, prefix, "heard");
        Assert.Equal("42[\"heard\"]", await client.TextAsync());
        await before.IO.EmitAsync("first");
        var offset = JsonElement.Parse((await client.TextAsync())[2..])[1].GetString()!;
        var lost = new Lost(client.Sid, client.Handshake.GetProperty("pid").GetString()!, offset);
        await before.StopAsync();
        await before.DisposeAsync();
        await EmitFromOutsideAsync(control, prefix, "not heard");
        await using var after = await RedisNodes.NodeAsync(RedisServer.Shared(), prefix, new RecoveryOptions());

        await lost.BeginAnewAsync(after);
        // Whoever is lost from now on is recovered again.
        var next = await Lost.OnAsync(after);
        await after.IO.EmitAsync("missed");
        Assert.Equal(["missed"], await next.RecoverAsync(after));
    }

    [Fact]
    public async Task Who_may_have_missed_an_event_of_another_program_while_subscriptions_were_lost_begins_anew()
    {
        var prefix = RedisNodes.NewPrefix();
        await using var redis = await RedisServer.StartAsync();
        await using var nodes = await TwoAsync(redis.Address, prefix);
        var control = await ControlAsync(redis.Address);
        await using var watcher = await nodes.There.ConnectAsync();
        await EmitFromOutsideAsync(control, prefix, "heard");
        Assert.Equal("42[\"heard\"]", await watcher.TextAsync());
        var lost = await Lost.OnAsync(nodes.Here);
        await control.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
        await MarkedAsync(control, prefix);

        await lost.BeginAnewAsync(nodes.There);
    }

    [Fact]
    public async Task Where_no_other_program_sends_a_lost_subscription_costs_nobody_the_recovery()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var nodes = await TwoAsync(redis.Address);
        var control = await ControlAsync(redis.Address);
        var lost = await Lost.OnAsync(nodes.Here);
        await control.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
        await Wait.Until(() => nodes.Here.Log.Named("RedisRestored").Any() && nodes.There.Log.Named("RedisRestored").Any());
        await nodes.Here.IO.EmitAsync("missed");

        Assert.Equal(["missed"], await lost.RecoverAsync(nodes.There));
    }

    [Fact]
    public async Task What_a_handler_sends_after_its_dynamic_namespace_has_gone_here_reaches_other_nodes()
    {
        var stopped = new TaskCompletionSource();
        var ended = new Seen<bool>();
        await using var nodes = await TwoAsync(RedisServer.Shared(), io: io => io.Of(new Regex("^/chat$")).OnDisconnect(async (socket, _) =>
        {
            await stopped.Task;
            await socket.Namespace.EmitAsync("left", socket.Id);
            ended.Add(true);
        }));
        var (ana, ben) = await nodes.ClientsAsync("/chat");
        await ana.CloseAsync();
        await Wait.Until(() => nodes.There.IO.Of("/chat").Adapter.CountServersAsync().AsTask().GetAwaiter().GetResult() == 1);
        // Not for long now: the adapter has taken its subscriptions back.
        for (var i = 0; i < 10; i++)
            await nodes.Here.IO.Of("/").Adapter.CountServersAsync();
        stopped.SetResult();

        await ended.NextAsync();
        await nodes.ExpectAsync(ben, $"""["left","{ana.Sid}"]""");
    }

    [Fact]
    public async Task A_room_whose_name_looks_like_a_node_is_a_room()
    {
        await using var nodes = await TwoAsync(RedisServer.Shared());
        var lost = await Lost.OnAsync(nodes.Here, "~12345678");
        await nodes.Here.IO.To("~12345678").EmitAsync("the room");
        await nodes.Here.IO.EmitAsync("all");
        Assert.Equal(["the room", "all"], await lost.RecoverAsync(nodes.There));
        Assert.Empty(nodes.Here.Log.Named("RedisGapClosed"));
    }

    [Fact]
    public async Task A_Redis_that_takes_longer_to_answer_than_the_feed_to_ask_again_is_caught_up_with()
    {
        await using var slow = new DelayedRedis(RedisServer.Shared(), TimeSpan.FromMilliseconds(300));
        await using var node = await RedisNodes.NodeAsync(slow.Address, RedisNodes.NewPrefix(), new RecoveryOptions()).Soon();
        var lost = await Lost.OnAsync(node);
        await node.IO.EmitAsync("missed");
        Assert.Equal(["missed"], await lost.RecoverAsync(node));
    }
}
