using System.Diagnostics.Metrics;
using Stoa.SocketIO;

namespace Stoa.Conformance.EngineIO;

/// <summary>The bounded outgoing queue: who does not read is dropped, and nobody waits for it.</summary>
public sealed class SlowReaderTests
{
    private static Action<SocketIO.Namespaces.SocketIOBuilder> Watch(Seen<(string Id, DisconnectReason Reason)> ended) => io =>
    {
        io.On<string, bool>("join", async (socket, room, _) =>
        {
            await socket.JoinAsync(room);
            return true;
        });
        io.OnDisconnect((socket, reason) =>
        {
            ended.Add((socket.Id, reason));
            return Task.CompletedTask;
        });
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_websocket_that_does_not_read_is_dropped_and_the_others_get_everything(bool byBytes)
    {
        const int Count = 400;
        var ended = new Seen<(string Id, DisconnectReason Reason)>();
        await using var server = await TestServer.StartAsync(Watch(ended), o =>
        {
            o.MaxOutgoingBytes = byBytes ? 256 * 1024 : 1 << 30;
            o.MaxOutgoingPackets = byBytes ? 1_000_000 : 10;
        });
        await using var slow = await server.ConnectAsync();
        await using var quick = await server.ConnectAsync();
        var payload = new string('x', 50_000);
        var reading = Task.Run(async () =>
        {
            for (var i = 0; i < Count; i++)
                Assert.StartsWith($"42[\"n\",{i},", await quick.TextAsync());
        }, TestServer.Cancellation);
        for (var i = 0; i < Count; i++)
        {
            await server.IO.EmitAsync("n", i, payload);
            // The quick one keeps up: each message is written before the next is made.
            await Wait.Until(() => server.IO.Of("/").FindLocal(quick.Sid)!.Connection.Session.IsIdle);
        }

        await reading.Soon();
        Assert.Equal((slow.Sid, DisconnectReason.SlowReader), await ended.NextAsync());
        Assert.Equal(1, server.IO.ConnectionCount);
        Assert.True(ended.IsEmpty);
    }

    [Fact]
    public async Task A_polling_client_that_does_not_ask_is_dropped()
    {
        var ended = new Seen<(string Id, DisconnectReason Reason)>();
        var dropped = 0L;
        using var meter = new MeterListener();
        meter.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "stoa.socketio.slow_readers.dropped")
                listener.EnableMeasurementEvents(instrument);
        };
        meter.SetMeasurementEventCallback<long>((_, n, _, _) => Interlocked.Add(ref dropped, n));
        meter.Start();
        await using var server = await TestServer.StartAsync(Watch(ended), o => o.MaxOutgoingPackets = 5);
        var client = await server.PollingAsync();
        await client.SendAsync("40");
        await client.PollAsync();
        for (var i = 0; i < 6; i++)
            await server.IO.EmitAsync("n", i);

        Assert.Equal(DisconnectReason.SlowReader, (await ended.NextAsync()).Reason);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, (await client.StatusAsync()).Status);
        Assert.True(Interlocked.Read(ref dropped) >= 1);
    }

    [Fact]
    public async Task A_volatile_event_is_dropped_when_no_poll_waits()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync();
        await client.SendAsync("40");
        await client.PollAsync();
        await server.IO.Volatile.EmitAsync("lost");
        var poll = client.PollAsync();
        await Wait.Until(() => server.IO.LocalSocketsWaitingToPoll() == 1);
        await server.IO.Volatile.EmitAsync("kept");

        Assert.Equal(["42[\"kept\"]"], await poll.Soon());
    }

    [Fact]
    public async Task A_volatile_event_is_dropped_while_an_earlier_write_is_under_way()
    {
        await using var server = await TestServer.StartAsync(options: o => (o.MaxOutgoingBytes, o.MaxOutgoingPackets) = (1 << 30, 1_000_000));
        await using var socket = await server.ConnectAsync();
        var there = server.IO.Of("/").FindLocal(socket.Sid)!;
        // Nobody reads: 40 MB are more than the web server and the kernel take.
        const int Fillers = 400;
        var filler = new string('x', 100_000);
        for (var i = 0; i < Fillers; i++)
            await there.EmitAsync("filler", filler);

        Assert.False(there.Connection.Session.IsIdle);
        await there.Volatile.EmitAsync("lost");
        await there.EmitAsync("kept");
        for (var i = 0; i < Fillers; i++)
            Assert.StartsWith("42[\"filler\"", await socket.TextAsync());
        Assert.Equal("42[\"kept\"]", await socket.TextAsync());
        await Wait.Until(() => there.Connection.Session.IsIdle);
        await there.Volatile.EmitAsync("now it can");
        Assert.Equal("42[\"now it can\"]", await socket.TextAsync());
    }
}
