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
}
