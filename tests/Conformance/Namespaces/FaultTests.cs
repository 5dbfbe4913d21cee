using Stoa.SocketIO;
using Stoa.SocketIO.Packets;

namespace Stoa.Conformance.Namespaces;

/// <summary>Faults of handlers and nonsense from one client that others, or the process, must not pay for.</summary>
public sealed class FaultTests
{
    [Fact]
    public async Task What_an_application_hangs_on_the_end_of_a_socket_may_throw()
    {
        var ended = new Seen<DisconnectReason>();
        await using var server = await TestServer.StartAsync(io =>
        {
            io.OnConnection((socket, _) =>
            {
                socket.Disconnected.Register(static () => throw new InvalidOperationException("on purpose"));
                return Task.CompletedTask;
            });
            io.OnDisconnect((_, reason) =>
            {
                ended.Add(reason);
                return Task.CompletedTask;
            });
        });
        await using var client = await server.ConnectAsync();

        await client.CloseAsync();

        Assert.Equal(DisconnectReason.TransportClose, await ended.NextAsync());
        Assert.NotEmpty(server.Log.Named("SocketHandlerFailed"));
    }

    [Theory]
    [InlineData("[\"seven\"]")]
    [InlineData("[]")]
    [InlineData("[null]")]
    [InlineData("[[7]]")]
    public async Task One_answer_that_does_not_fit_does_not_cost_the_others(string answer)
    {
        await using var server = await TestServer.StartAsync();
        await using var ana = await server.ConnectAsync();
        await using var ben = await server.ConnectAsync();
        var asked = server.IO.EmitWithAckAsync<int>("q", Wait.Patience);
        Assert.Equal("420[\"q\"]", await ana.TextAsync());
        Assert.Equal("420[\"q\"]", await ben.TextAsync());

        await ana.SendAsync("430" + answer);
        await ben.SendAsync("430[7]");

        var answers = await asked.Soon();
        Assert.Equal([7], answers.Answers);
        Assert.False(answers.IsComplete);
    }

    [Fact]
    public async Task A_refusal_whose_details_have_no_json_is_told_without_them()
    {
        await using var server = await TestServer.StartAsync(static io => io.Use(static (_, _, _) => throw new SocketRefusedException("no", new { Cause = typeof(string) })));
        await using var client = await server.OpenAsync();

        await client.SendAsync("40");

        Assert.Equal("44{\"message\":\"no\"}", await client.TextAsync());
        Assert.NotEmpty(server.Log.Named("SocketHandlerFailed"));
    }

    [Fact]
    public async Task A_member_of_a_payload_is_sent_on_as_it_came_binary_values_included()
    {
        await using var server = await TestServer.StartAsync(static io => io.On<Letter>("say", static async (socket, letter, _) =>
            await socket.EmitAsync("said", letter.Data, new { letter.Room, again = letter.Data, nothing = letter.Other })));
        await using var client = await server.ConnectAsync();

        await client.SendAsync("""451-["say",{"room":"r","data":{"picture":{"_placeholder":true,"num":0},"n":1.50}}]""");
        await client.SendAsync([1, 2, 3]);

        Assert.Equal(
            """452-["said",{"picture":{"_placeholder":true,"num":0},"n":1.50},{"room":"r","again":{"picture":{"_placeholder":true,"num":1},"n":1.50},"nothing":null}]""",
            await client.TextAsync());
        Assert.Equal([1, 2, 3], await client.BinaryAsync());
        Assert.Equal([1, 2, 3], await client.BinaryAsync());
    }

    private sealed record Letter(string Room, SocketValue Data, SocketValue Other);
}
