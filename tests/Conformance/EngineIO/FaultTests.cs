using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Stoa.SocketIO.EngineIO;

namespace Stoa.Conformance.EngineIO;

/// <summary>An application's fault ends what it belongs to, is logged, and goes no further.</summary>
public sealed class FaultTests
{
    [Fact]
    public async Task A_handler_that_throws_at_the_end_of_a_session_harms_nobody_else()
    {
        var clock = new ManualClock();
        await using var server = await TestServer.StartAsync(
            engine: static o => (o.PingInterval, o.PingTimeout) = (TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(200)),
            engineHandler: static session => new Throwing(session),
            services: s => s.AddSingleton<TimeProvider>(clock));
        var clients = new List<PollingClient>();
        for (var i = 0; i < 3; i++)
            clients.Add(await server.PollingAsync("/engine.io/"));

        // They end in one turn of the timer, which the first must not stop.
        clock.Advance(TimeSpan.FromSeconds(1));

        foreach (var client in clients)
            Assert.Equal(HttpStatusCode.BadRequest, (await client.StatusAsync()).Status);
        Assert.Equal(3, server.Log.Named("EngineServingFailed").Count());
    }

    [Fact]
    public async Task A_handler_that_throws_over_polling_ends_the_session_as_over_websocket()
    {
        await using var server = await TestServer.StartAsync(engineHandler: static session => new Throwing(session));
        var client = await server.PollingAsync("/engine.io/");

        using var answer = await client.PostAsync("4a\u001e4b");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.StatusAsync()).Status);
        Assert.NotEmpty(server.Log.Named("EngineServingFailed"));
    }

    [Fact]
    public async Task A_post_that_breaks_off_halfway_ends_the_session()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync();
        using (var raw = await RawConnection.ConnectAsync(server.Address))
        {
            await raw.SendAsync($"POST /socket.io/?EIO=4&transport=polling&sid={client.Sid} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n40");
        }

        await Wait.Until(() => server.IO.ConnectionCount == 0);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.StatusAsync()).Status);
    }

    private sealed class Throwing(EngineSession session) : EngineHandler
    {
        public override ValueTask OnTextAsync(ReadOnlyMemory<byte> text) => throw new InvalidOperationException($"on purpose, open: {session.IsOpen}");

        public override ValueTask OnBinaryAsync(ReadOnlyMemory<byte> data) => ValueTask.CompletedTask;

        public override void OnClosed(EngineCloseReason reason) => throw new InvalidOperationException($"on purpose: {reason}");
    }
}
