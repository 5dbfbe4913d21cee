using System.Text.Json;
using Stoa.SocketIO;

namespace Stoa.Conformance.Adapters;

/// <summary>
/// What every adapter promises its clients, seen from the wire. One client is on each of two nodes, or both on the only one; whatever is done is done on
/// the first node, so the other may be a process of its own.
/// </summary>
public abstract class WireBehaviour
{
    protected static readonly TimeSpan Patient = TimeSpan.FromSeconds(20);

    // For answers that never come.
    protected static readonly TimeSpan Hasty = TimeSpan.FromMilliseconds(300);

    protected abstract Task<Nodes> StartAsync();

    [Fact]
    public async Task A_broadcast_reaches_every_socket_of_every_node_once()
    {
        await using var nodes = await StartAsync();
        var (ana, ben) = await nodes.ClientsAsync();
        await nodes.Here.IO.EmitAsync("hello", 1, "two");

        await nodes.ExpectAsync(ana, """["hello",1,"two"]""");
        await nodes.ExpectAsync(ben, """["hello",1,"two"]""");
        await nodes.NothingElseAsync(ana, ben);
    }

    [Fact]
    public async Task A_socket_in_several_of_the_rooms_gets_the_event_once_and_one_in_none_does_not()
    {
        await using var nodes = await StartAsync();
        var (ana, ben) = await nodes.ClientsAsync();
        await nodes.Here.IO.To(ben.Sid).SocketsJoinAsync("r1", "r2");
        await nodes.Here.IO.To("r1").EmitAsync("one room");
        await nodes.Here.IO.To("r1", "r2", "r3").EmitAsync("rooms");
        await nodes.Here.IO.To("r3").EmitAsync("nobody");

        await nodes.ExpectAsync(ben, """["one room"]""");
        await nodes.ExpectAsync(ben, """["rooms"]""");
        await nodes.NothingElseAsync(ana, ben);
    }

    [Fact]
    public async Task Excepted_rooms_and_sockets_are_left_out()
    {
        await using var nodes = await StartAsync();
        var (ana, ben) = await nodes.ClientsAsync();
        await nodes.Here.IO.To(ben.Sid).SocketsJoinAsync("r1");
        await nodes.Here.IO.Except("r1").EmitAsync("not r1");
        await nodes.Here.IO.Except(ana.Sid).EmitAsync("not ana");
        await nodes.Here.IO.To(ana.Sid, ben.Sid).Except("r1", "r9").EmitAsync("not r1 again");

        await nodes.ExpectAsync(ana, """["not r1"]""");
        await nodes.ExpectAsync(ben, """["not ana"]""");
        await nodes.ExpectAsync(ana, """["not r1 again"]""");
        await nodes.NothingElseAsync(ana, ben);
    }

    [Fact]
    public async Task Half_a_character_that_a_client_sent_reaches_every_node()
    {
        await using var nodes = await StartAsync();
        var (ana, ben) = await nodes.ClientsAsync();
        var half = nodes.Here.IO.Of("/").Arguments("[\"cut \\ud83d\"]"u8.ToArray(), [], isEvent: false)[0];
        await nodes.Here.IO.EmitAsync("said", half, new byte[] { 7 });

        foreach (var client in new[] { ana, ben })
        {
            var text = await client.TextAsync();
            // Some ways between nodes know only whole characters.
            Assert.True(text.Contains("cut \\ud83d", StringComparison.Ordinal) || text.Contains("cut \ufffd", StringComparison.Ordinal), text);
            Assert.Equal([7], await client.BinaryAsync());
        }
    }

    [Fact]
    public async Task A_local_broadcast_stays_on_its_node()
    {
        await using var nodes = await StartAsync();
        var (ana, ben) = await nodes.ClientsAsync();
        await nodes.Here.IO.Local.EmitAsync("here");

        await nodes.ExpectAsync(ana, """["here"]""");
        if (!nodes.AreTwo)
            await nodes.ExpectAsync(ben, """["here"]""");
        await nodes.NothingElseAsync(ana, ben);
    }

    [Fact]
    public async Task A_volatile_broadcast_reaches_who_can_be_written_to_and_has_no_offset()
    {
        await using var nodes = await StartAsync();
        var (ana, ben) = await nodes.ClientsAsync();
        await nodes.Here.IO.Volatile.EmitAsync("now", 1);

        await nodes.ExpectAsync(ana, """["now",1]""", recoverable: false);
        await nodes.ExpectAsync(ben, """["now",1]""", recoverable: false);
    }

    [Fact]
    public async Task Binary_values_arrive_as_they_were_wherever_they_are_in_the_payload()
    {
        await using var nodes = await StartAsync();
        var (ana, ben) = await nodes.ClientsAsync();
        await nodes.Here.IO.EmitAsync("file", new { Parts = new object[] { new byte[] { 1, 2 }, "x", Array.Empty<byte>() } }, new byte[300]);

        foreach (var client in new[] { ana, ben })
        {
            var text = await client.TextAsync();
            Assert.StartsWith("""453-["file",{"parts":[{"_placeholder":true,"num":0},"x",{"_placeholder":true,"num":1}]},{"_placeholder":true,"num":2}""", text);
            Assert.Equal([1, 2], await client.BinaryAsync());
            Assert.Empty(await client.BinaryAsync());
            Assert.Equal(new byte[300], await client.BinaryAsync());
        }
    }

    [Fact]
    public async Task Every_value_JSON_can_hold_arrives_unchanged()
    {
        const string Value = """{"a":[0,-1,-32,-33,-129,-40000,-3000000000,127,128,255,256,65536,4294967296,9007199254740993,18446744073709551615,0.5,-2.25],"b":[true,false,null],"":{},"é😀":"\u0001\n\"\\/ü😀","list":[[],[[]]]}""";
        await using var nodes = await StartAsync();
        var (ana, ben) = await nodes.ClientsAsync();
        var text = new string('x', 70_000);
        await nodes.Here.IO.EmitAsync("values", JsonElement.Parse(Value), Enumerable.Range(0, 20_000), text);

        var expected = $"""["values",{Value},[{string.Join(',', Enumerable.Range(0, 20_000))}],"{text}"]""";
        await nodes.ExpectAsync(ana, expected);
        await nodes.ExpectAsync(ben, expected);
    }

    [Fact]
    public async Task Broadcasts_of_one_node_arrive_in_their_order_awaited_or_not()
    {
        await using var nodes = await StartAsync();
        var (ana, ben) = await nodes.ClientsAsync();
        var sent = new List<Task>();
        for (var i = 0; i < 500; i++)
            sent.Add(nodes.Here.IO.EmitAsync("n", i).AsTask());
        await Task.WhenAll(sent).Soon();

        for (var i = 0; i < 500; i++)
        {
            await nodes.ExpectAsync(ana, $"""["n",{i}]""");
            await nodes.ExpectAsync(ben, $"""["n",{i}]""");
        }
    }

    [Fact]
    public async Task Sockets_join_and_leave_rooms_from_any_node()
    {
        await using var nodes = await StartAsync();
        var (ana, ben) = await nodes.ClientsAsync();
        await nodes.Here.IO.SocketsJoinAsync("r1", "r2");
        await nodes.Here.IO.To("r2").SocketsLeaveAsync("r1");
        await nodes.Here.IO.To(ben.Sid).SocketsJoinAsync("r1");
        await nodes.Here.IO.To("r1").EmitAsync("ben");
        await nodes.Here.IO.To(ben.Sid).SocketsLeaveAsync("r2");
        await nodes.Here.IO.To("r2").EmitAsync("ana");

        await nodes.ExpectAsync(ben, """["ben"]""");
        await nodes.ExpectAsync(ana, """["ana"]""");
        await nodes.NothingElseAsync(ana, ben);
    }

    [Fact]
    public async Task A_local_verb_is_for_this_node_alone()
    {
        await using var nodes = await StartAsync();
        var (ana, ben) = await nodes.ClientsAsync();
        await nodes.Here.IO.Local.SocketsJoinAsync("r1");
        await nodes.Here.IO.To("r1").EmitAsync("joined");
        await nodes.ExpectAsync(ana, """["joined"]""");
        if (nodes.AreTwo)
            Assert.Equal([ana.Sid], (await nodes.Here.IO.Local.FetchSocketsAsync(TestServer.Cancellation)).Select(s => s.Id));
        else
            await nodes.ExpectAsync(ben, """["joined"]""");
        await nodes.NothingElseAsync(ana, ben);
    }

    [Fact]
    public async Task What_is_sent_before_leaving_a_room_still_reaches_those_who_leave()
    {
        await using var nodes = await StartAsync();
        var (ana, ben) = await nodes.ClientsAsync();
        await nodes.Here.IO.SocketsJoinAsync("r1");
        var said = nodes.Here.IO.To("r1").EmitAsync("bye");
        var left = nodes.Here.IO.SocketsLeaveAsync("r1");
        await said;
        await left;
        await nodes.Here.IO.To("r1").EmitAsync("nobody");

        await nodes.ExpectAsync(ana, """["bye"]""");
        await nodes.ExpectAsync(ben, """["bye"]""");
        await nodes.NothingElseAsync(ana, ben);
    }

    [Fact]
    public async Task A_fetched_socket_can_be_acted_upon()
    {
        await using var nodes = await StartAsync();
        var (ana, ben) = await nodes.ClientsAsync();
        var socket = Assert.Single(await nodes.Here.IO.In(ben.Sid).FetchSocketsAsync(TestServer.Cancellation));
        await socket.JoinAsync("r1");
        await nodes.Here.IO.To("r1").EmitAsync("in");
        await socket.EmitAsync("you");
        await nodes.ExpectAsync(ben, """["in"]""");
        await nodes.ExpectAsync(ben, """["you"]""");
        await socket.DisconnectAsync();
        Assert.Equal("41", await ben.TextAsync());
        await nodes.NothingElseAsync(ana);
    }

    [Fact]
    public async Task Disconnected_sockets_leave_the_namespace_or_lose_their_connection()
    {
        await using var nodes = await StartAsync();
        var (ana, ben) = await nodes.ClientsAsync();
        await nodes.Here.IO.To(ben.Sid).DisconnectSocketsAsync();
        Assert.Equal("41", await ben.TextAsync());
        await nodes.NothingElseAsync(ana);
        await ben.EnterAsync();
        await nodes.Here.IO.DisconnectSocketsAsync(close: true);
        await ana.ClosedAsync();
        await ben.ClosedAsync();
    }

    [Fact]
    public async Task The_answers_of_all_receivers_are_gathered()
    {
        await using var nodes = await StartAsync();
        var (ana, ben) = await nodes.ClientsAsync();
        var asking = nodes.Here.IO.EmitArgsWithAckAsync<JsonElement>("sum", Patient, 1, new byte[] { 9 });
        await AnswerAsync(ana, "1");
        await AnswerAsync(ben, """{"two":[2,"zwei"]}""");
        var answers = await asking.Soon();

        Assert.True(answers.IsComplete);
        Assert.Equal(["1", """{"two":[2,"zwei"]}"""], answers.Answers.Select(a => a.GetRawText()).Order());

        static async Task AnswerAsync(WireSocket client, string answer)
        {
            var text = await client.TextAsync();
            Assert.Equal([9], await client.BinaryAsync());
            Assert.StartsWith("451-", text);
            Assert.EndsWith("""["sum",1,{"_placeholder":true,"num":0}]""", text);
            await client.SendAsync($"43{text[4..text.IndexOf('[', StringComparison.Ordinal)]}[{answer}]");
        }
    }

    [Fact]
    public async Task Binary_answers_are_gathered_too()
    {
        await using var nodes = await StartAsync();
        var (_, ben) = await nodes.ClientsAsync();
        var asking = nodes.Here.IO.To(ben.Sid).EmitWithAckAsync<byte[]>("file", Patient);
        var text = await ben.TextAsync();
        await ben.SendAsync($"461-{text[2..text.IndexOf('[', StringComparison.Ordinal)]}[{{\"_placeholder\":true,\"num\":0}}]");
        await ben.SendAsync([5, 6]);

        Assert.Equal([5, 6], Assert.Single((await asking.Soon()).Answers));
    }

    [Fact]
    public async Task When_the_time_is_up_the_answers_that_came_are_there_and_said_to_be_incomplete()
    {
        await using var nodes = await StartAsync();
        var (ana, ben) = await nodes.ClientsAsync();
        var asking = nodes.Here.IO.EmitWithAckAsync<int>("sum", Hasty);
        var text = await ben.TextAsync();
        await ben.SendAsync($"43{text[2..text.IndexOf('[', StringComparison.Ordinal)]}[7]");
        var answers = await asking.Soon();

        Assert.False(answers.IsComplete);
        Assert.Equal([7], answers.Answers);
        Assert.StartsWith("42", await ana.TextAsync());
    }

    [Fact]
    public async Task Asking_nobody_is_complete_at_once()
    {
        await using var nodes = await StartAsync();
        await nodes.ClientsAsync();
        var answers = await nodes.Here.IO.To("nobody").EmitWithAckAsync<int>("sum", Patient).Soon();
        Assert.True(answers.IsComplete);
        Assert.Empty(answers.Answers);
        Assert.True((await nodes.Here.IO.Local.To("nobody").EmitWithAckAsync<int>("sum", Patient).Soon()).IsComplete);
    }
}
