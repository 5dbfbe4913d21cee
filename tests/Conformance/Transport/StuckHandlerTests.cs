namespace Stoa.Conformance.Transport;

/// <summary>Handlers run on the threads that wait for sockets. One that blocks its thread holds up the others on it only until somebody looks.</summary>
public sealed class StuckHandlerTests
{
    // On every thread that waits for sockets there are several of them.
    private static readonly int Clients = (Environment.ProcessorCount * 3) + 1;

    [Fact]
    public async Task Handlers_that_block_hold_up_nobody_for_ever()
    {
        using var meeting = new Barrier(Clients);
        await using var server = await TestServer.StartAsync(
            io => io.On("meet", (happened, cancellation) =>
            {
                happened.Ack(meeting.SignalAndWait(Wait.Patience, cancellation));
                return Task.CompletedTask;
            }),
            letsGo: true);
        var sockets = new List<WireSocket>();
        for (var i = 0; i < Clients; i++)
            sockets.Add(await server.ConnectAsync());

        // Each waits in its handler until all are in theirs.
        foreach (var socket in sockets)
            await socket.SendAsync("420[\"meet\"]");
        foreach (var socket in sockets)
            Assert.Equal("430[true]", await socket.TextAsync());

        // The threads that were left to them are back in no one's way.
        foreach (var socket in sockets)
            await socket.SendAsync("421[\"meet\"]");
        foreach (var socket in sockets)
        {
            Assert.Equal("431[true]", await socket.TextAsync());
            await socket.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_a_handler_sent_before_it_blocks_leaves_and_what_it_sends_afterwards_too()
    {
        using var answered = new ManualResetEventSlim();
        await using var server = await TestServer.StartAsync(
            io => io.On("ask", async (happened, cancellation) =>
            {
                await happened.Socket.EmitAsync("before");
                answered.Wait(Wait.Patience, cancellation);
                await happened.Socket.EmitAsync("after");
            }),
            letsGo: true);
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync("42[\"ask\"]");

        Assert.Equal("42[\"before\"]", await socket.TextAsync());
        answered.Set();
        Assert.Equal("42[\"after\"]", await socket.TextAsync());
    }

    [Fact]
    public async Task Clients_that_send_without_end_hold_up_nobody()
    {
        await using var server = await TestServer.StartAsync(io => io.On("echo", (happened, _) =>
            {
                happened.Ack("ok");
                return Task.CompletedTask;
            }),
            letsGo: true);
        using var enough = new CancellationTokenSource();
        var floods = new List<Task>();
        for (var i = 0; i < Clients; i++)
            floods.Add(FloodAsync(await server.ConnectAsync(), enough.Token));
        await using var socket = await server.ConnectAsync();
        for (var i = 0; i < 20; i++)
        {
            await socket.SendAsync($"42{i}[\"echo\"]");
            Assert.Equal($"43{i}[\"ok\"]", await socket.TextAsync());
        }

        await enough.CancelAsync();
        await Task.WhenAll(floods).Soon();
    }

    private static async Task FloodAsync(WireSocket socket, CancellationToken enough)
    {
        var packet = $"42[\"nothing\",\"{new string('x', 10_000)}\"]";
        while (!enough.IsCancellationRequested)
            await socket.SendAsync(packet);
        await socket.DisposeAsync();
    }
}
