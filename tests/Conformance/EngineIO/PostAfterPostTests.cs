namespace Stoa.Conformance.EngineIO;

/// <summary>A client whose POST was answered may send the next one at once, on whichever of its connections.</summary>
public sealed class PostAfterPostTests
{
    private const int Times = 5_000;

    [Fact]
    public async Task The_next_post_may_come_on_another_connection_as_soon_as_one_is_answered()
    {
        await using var server = await TestServer.StartAsync(engineHandler: static _ => new Silent());
        var client = await server.PollingAsync("/engine.io/");
        using var one = await RawConnection.ConnectAsync(server.Address);
        using var other = await RawConnection.ConnectAsync(server.Address);
        var post = $"POST /engine.io/?EIO=4&transport=polling&sid={client.Sid} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n4x";
        for (var i = 0; i < Times; i++)
        {
            var connection = i % 2 == 0 ? one : other;
            await connection.SendAsync(post);
            Assert.StartsWith("HTTP/1.1 200", await connection.HeadAsync());
            await connection.SkipAsync("ok".Length);
        }
    }

    private sealed class Silent : SocketIO.EngineIO.EngineHandler
    {
        public override ValueTask OnTextAsync(ReadOnlyMemory<byte> text) => ValueTask.CompletedTask;

        public override ValueTask OnBinaryAsync(ReadOnlyMemory<byte> data) => ValueTask.CompletedTask;

        public override void OnClosed(SocketIO.EngineIO.EngineCloseReason reason)
        {
        }
    }
}
