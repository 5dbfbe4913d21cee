using Stoa.SocketIO;
using Stoa.SocketIO.Packets;

namespace Stoa.Conformance.Namespaces;

/// <summary>Socket.IO 5, "Acknowledgements", asked for by the server.</summary>
public sealed class AckTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task The_servers_ids_count_up_per_namespace()
    {
        await using var server = await TestServer.StartAsync(io => io.Of("/custom"));
        await using var ana = await server.ConnectAsync();
        await using var ben = await server.ConnectAsync();
        await ben.EnterAsync("/custom");
        var (space, custom) = (server.IO.Of("/"), server.IO.Of("/custom"));
        var first = space.FindLocal(ana.Sid)!.EmitWithAckAsync<int>("q", Long, 1);
        Assert.Equal("420[\"q\",1]", await ana.TextAsync());
        var second = space.FindLocal(ana.Sid)!.EmitWithAckAsync<int>("q", Long, 2);
        Assert.Equal("421[\"q\",2]", await ana.TextAsync());
        var third = custom.FindLocal(ben.Sid)!.EmitWithAckAsync<SocketArguments>("q", Long);
        Assert.Equal("42/custom,0[\"q\"]", await ben.TextAsync());
        await ana.SendAsync("431[22]");
        await ana.SendAsync("430[11]");
        await ben.SendAsync("43/custom,0[1,\"two\"]");

        Assert.Equal((11, 22), (await first.Soon(), await second.Soon()));
        Assert.Equal("two", (await third.Soon())[1].As<string>());
    }

    [Fact]
    public async Task A_binary_answer_is_put_together()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        var asked = server.IO.Of("/").FindLocal(client.Sid)!.EmitWithAckAsync<byte[]>("q", Long, new byte[] { 1 });
        Assert.Equal("451-0[\"q\",{\"_placeholder\":true,\"num\":0}]", await client.TextAsync());
        Assert.Equal([1], await client.BinaryAsync());
        await client.SendAsync("461-0[{\"_placeholder\":true,\"num\":0}]");
        await client.SendAsync([7, 8]);

        Assert.Equal([7, 8], await asked.Soon());
    }

    [Fact]
    public async Task No_answer_in_time_is_a_time_out_and_a_late_one_is_ignored()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        var socket = server.IO.Of("/").FindLocal(client.Sid)!;
        await Assert.ThrowsAsync<TimeoutException>(() => socket.EmitWithAckAsync<int>("q", TimeSpan.FromMilliseconds(20)).Soon());
        Assert.Equal("420[\"q\"]", await client.TextAsync());
        await client.SendAsync("430[1]");
        await client.SendAsync("43777[1]");
        await client.NothingPendingAsync();
        Assert.True(socket.IsConnected);
    }

    [Fact]
    public async Task Who_waits_for_a_socket_that_goes_is_told()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        var socket = server.IO.Of("/").FindLocal(client.Sid)!;
        var asked = socket.EmitWithAckAsync<int>("q", Long);
        await client.CloseAsync();

        await Assert.ThrowsAsync<SocketDisconnectedException>(() => asked.Soon());
        await Assert.ThrowsAsync<SocketDisconnectedException>(() => socket.EmitWithAckAsync<int>("q", Long).Soon());
    }

    [Fact]
    public async Task A_broadcast_collects_the_answers_of_all_under_one_id()
    {
        await using var server = await TestServer.StartAsync();
        await using var ana = await server.ConnectAsync();
        await using var ben = await server.ConnectAsync();
        await using var cleo = await server.ConnectAsync();
        var asked = server.IO.Except(cleo.Sid).EmitWithAckAsync<string>("q", Long, "x");
        Assert.Equal("420[\"q\",\"x\"]", await ana.TextAsync());
        Assert.Equal("420[\"q\",\"x\"]", await ben.TextAsync());
        await ana.SendAsync("430[\"ana\"]");
        await ana.SendAsync("430[\"ana again\"]");
        await ben.SendAsync("430[\"ben\"]");
        var answers = await asked.Soon();

        Assert.True(answers.IsComplete);
        Assert.Equal(["ana", "ben"], answers.Answers.Order());
        await cleo.NothingPendingAsync();
    }

    [Fact]
    public async Task A_broadcast_that_runs_out_of_time_gives_the_answers_it_has()
    {
        await using var server = await TestServer.StartAsync();
        await using var ana = await server.ConnectAsync();
        await using var silent = await server.ConnectAsync();
        var asked = server.IO.EmitWithAckAsync<int>("q", TimeSpan.FromMilliseconds(300));
        Assert.Equal("420[\"q\"]", await ana.TextAsync());
        await ana.SendAsync("430[5]");
        var answers = await asked.Soon();

        Assert.False(answers.IsComplete);
        Assert.Equal([5], answers.Answers);
    }

    [Fact]
    public async Task A_broadcast_to_nobody_is_complete_at_once()
    {
        await using var server = await TestServer.StartAsync();
        var answers = await server.IO.To("nobody").EmitWithAckAsync<int>("q", Long).Soon();

        Assert.True(answers.IsComplete);
        Assert.Empty(answers.Answers);
    }
}
