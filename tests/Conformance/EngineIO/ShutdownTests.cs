using System.Net.WebSockets;
using Stoa.SocketIO;

namespace Stoa.Conformance.EngineIO;

/// <summary>A stop tells the clients, runs the handlers to their end and does not hang.</summary>
public sealed class ShutdownTests
{
    [Fact]
    public async Task A_stop_closes_all_transports_and_waits_for_the_disconnection_handlers()
    {
        var ended = new Seen<DisconnectReason>();
        var finished = 0;
        await using var server = await TestServer.StartAsync(io => io.OnDisconnect(async (_, reason) =>
        {
            ended.Add(reason);
            await Task.Yield();
            Interlocked.Increment(ref finished);
        }));
        await using var socket = await server.ConnectAsync();
        var polling = await server.PollingAsync();
        await polling.SendAsync("40");
        await polling.PollAsync();
        var poll = polling.PollAsync();
        await Wait.Until(() => server.IO.LocalSocketsWaitingToPoll() == 1);
        await using var bare = await server.OpenAsync("/engine.io/");

        await server.StopAsync().Soon();

        Assert.Equal(2, finished);
        Assert.Equal([DisconnectReason.ServerShuttingDown, DisconnectReason.ServerShuttingDown], await ended.TakeAsync(2));
        Assert.Equal(["1"], await poll.Soon());
        Assert.Empty(await socket.ClosedAsync());
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, socket.CloseStatus);
        Assert.Empty(await bare.ClosedAsync());
    }

    [Fact]
    public async Task An_event_being_handled_is_finished_and_told_of_the_stop()
    {
        var started = new Seen<string>();
        var told = false;
        await using var server = await TestServer.StartAsync(io => io.On("work", async (_, cancellation) =>
        {
            var stop = new TaskCompletionSource();
            await using var registration = cancellation.Register(() => stop.SetResult());
            started.Add("work");
            await stop.Task;
            told = true;
        }));
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync("42[\"work\"]");
        await started.NextAsync();
        await server.StopAsync().Soon();

        Assert.True(told);
    }
}
