namespace Stoa.Conformance.Rooms;

/// <summary>A broadcast is written once, however many receive it, over whichever transport.</summary>
public sealed class EncodeOnceTests
{
    private const int Receivers = 12;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_payload_is_read_once_for_all_receivers(bool recovery, bool binary)
    {
        await using var server = await TestServer.StartAsync(
            options: o => o.Recovery = recovery ? new SocketIO.Recovery.RecoveryOptions() : null);
        var clients = new List<AnyClient>();
        for (var i = 0; i < Receivers; i++)
        {
            var (client, id) = await AnyClient.ConnectAsync(server.Address, polling: i % 3 == 0);
            clients.Add(client);
            await server.IO.To(id).SocketsJoinAsync("room", $"room-{i % 2}");
        }

        var payload = new Counted(binary ? [1, 2, 3] : null);
        await server.IO.To("room", "room-0", "room-1").EmitAsync("counted", payload);
        foreach (var client in clients)
        {
            Assert.StartsWith(binary ? "451-[\"counted\"," : "42[\"counted\",", await client.NextAsync());
            if (binary)
                Assert.Equal("bAQID", await client.NextAsync());
        }

        Assert.Equal(1, payload.Reads);
        foreach (var client in clients)
            await client.DisposeAsync();
    }

    [Fact]
    public async Task A_broadcast_that_asks_for_answers_is_written_once_too()
    {
        await using var server = await TestServer.StartAsync();
        await using var one = await server.ConnectAsync();
        await using var other = await server.ConnectAsync();
        var payload = new Counted(null);
        var asked = server.IO.EmitWithAckAsync<int>("counted", TimeSpan.FromSeconds(20), payload);
        foreach (var client in new[] { one, other })
        {
            Assert.StartsWith("420[\"counted\",", await client.TextAsync());
            await client.SendAsync("430[1]");
        }

        Assert.True((await asked.Soon()).IsComplete);
        Assert.Equal(1, payload.Reads);
    }

    /// <summary>Counts how often it is written.</summary>
    private sealed class Counted(byte[]? data)
    {
        private int _reads;

        [System.Text.Json.Serialization.JsonIgnore]
        public int Reads => _reads;

        public string Text => $"read {Interlocked.Increment(ref _reads)} times";

        public byte[]? Data => data;
    }
}
