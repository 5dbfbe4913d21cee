using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Packets;

namespace Stoa.Conformance.Namespaces;

/// <summary>
/// Texts that were cut through an emoji: JSON.stringify spells the half that is left, and Node's server passes it on. Nothing a client can
/// send so may be a fault of the server: whoever could cause one could fill its log.
/// </summary>
public sealed class HalfCharacterTests
{
    private const string Half = "\"cut \\ud83d\"";
    private const string Buffer = "{\"_placeholder\":true,\"num\":0}";

    public static TheoryData<string, string> Payloads => new()
    {
        { Half, "a text" },
        { "{\"\\ud83d\":1}", "a member's name" },
        { "{\"a\":[1,{\"b\":\"\\ude00\\ud83d\"}]}", "deep inside" },
        { "{\"_placeholder\":\"\\ud83d\"}", "nearly a placeholder" },
        { "{\"\\ud83d_placeholder\":true,\"num\":0}", "a name that is nearly a placeholder's" },
    };

    /// <summary>The ways in which a handler may read an argument.</summary>
    public static TheoryData<string> Readings => ["string", "JsonElement", "object", "JsonNode", "record", "AsJson", "event", "late"];

    private static void Events(SocketIOBuilder io)
    {
        io.On("echo", (e, _) =>
        {
            e.AckArgs([.. e.Args]);
            return Task.CompletedTask;
        });
        io.On<Kept, string>("kept", async (socket, kept, _) =>
        {
            await socket.EmitAsync("kept", kept.Value);
            return kept.Name;
        });
        io.On<string, string>("string", (_, text, _) => Task.FromResult(text));
        io.On<JsonElement, string>("JsonElement", (_, json, _) => Task.FromResult(json.ToString()));
        io.On<object, string>("object", (_, value, _) => Task.FromResult(value.ToString()!));
        io.On<JsonNode, string>("JsonNode", (_, node, _) => Task.FromResult(node.ToString()));
        io.On<Kept, string>("record", (_, kept, _) => Task.FromResult(kept.Name));
        io.On("AsJson", (e, _) => Task.FromResult(e.Ack(e.Args[0].AsJson().ToString())));
        io.On("event", (e, _) => Task.FromResult(e.Ack(e.Args[0].As<string>())));
        io.On("late", async (e, _) =>
        {
            await Task.Yield();
            e.Ack(e.Args[0].As<JsonElement>().ToString());
        });
        io.OnBadPayload((e, problem, _) => Task.FromResult(e.Ack(problem.Message)));
    }

    private static void NothingFailed(TestServer server) => Assert.DoesNotContain(server.Log.Entries, static e => e.Level >= LogLevel.Error);

    [Theory]
    [MemberData(nameof(Payloads))]
    public async Task It_is_sent_on_as_it_came(string payload, string where)
    {
        await using var server = await TestServer.StartAsync(Events);
        await using var client = await server.ConnectAsync();
        await client.SendAsync($"421[\"echo\",{payload}]");
        Assert.True($"431[{payload}]" == await client.TextAsync(), where);

        await client.SendAsync($"451-2[\"echo\",{payload},{Buffer}]");
        await client.SendAsync([7]);
        Assert.Equal($"461-2[{payload},{Buffer}]", await client.TextAsync());
        Assert.Equal([7], await client.BinaryAsync());
        NothingFailed(server);
    }

    [Fact]
    public async Task It_is_sent_on_out_of_the_member_that_kept_it_with_its_attachments()
    {
        await using var server = await TestServer.StartAsync(Events);
        await using var client = await server.ConnectAsync();
        await client.SendAsync($"452-3[\"kept\",{{\"name\":\"ana\",\"value\":[{{\"_placeholder\":true,\"num\":1}},{Half}, 1.50]}},{Buffer}]");
        await client.SendAsync([1]);
        await client.SendAsync([2]);

        Assert.Equal($"451-[\"kept\",[{Buffer},{Half},1.50]]", await client.TextAsync());
        Assert.Equal([2], await client.BinaryAsync());
        Assert.Equal("433[\"ana\"]", await client.TextAsync());
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public async Task Reading_it_is_a_bad_payload_and_no_fault(string reading)
    {
        await using var server = await TestServer.StartAsync(Events);
        await using var client = await server.ConnectAsync();
        await client.SendAsync($"421[\"{reading}\",{(reading == "record" ? $"{{\"name\":{Half}}}" : Half)}]");

        Assert.Equal("431[\"not well-formed Unicode\"]", await client.TextAsync());
        NothingFailed(server);
    }

    [Theory]
    [InlineData("event", "{}")]
    [InlineData("late", "")]
    [InlineData("string", "7")]
    public async Task So_is_any_other_argument_that_does_not_fit_wherever_it_is_read(string reading, string argument)
    {
        await using var server = await TestServer.StartAsync(io =>
        {
            io.On<string, string>("string", (_, text, _) => Task.FromResult(text));
            io.On("event", (e, _) => Task.FromResult(e.Ack(e.Args[0].As<string>())));
            io.On("late", async (e, _) =>
            {
                await Task.Yield();
                e.Ack(e.Args.At(0).As<int>());
            });
            io.OnBadPayload((e, _, _) => Task.FromResult(e.Ack("bad payload")));
        });
        await using var client = await server.ConnectAsync();
        await client.SendAsync($"421[\"{reading}\"{(argument == "" ? "" : ",")}{argument}]");

        Assert.Equal("431[\"bad payload\"]", await client.TextAsync());
        NothingFailed(server);
    }

    [Fact]
    public async Task An_answer_that_cannot_be_read_is_no_fault_of_the_handler_that_asked()
    {
        await using var server = await TestServer.StartAsync(io =>
        {
            io.On("ask me", async (e, _) => e.Ack(await e.Socket.EmitWithAckAsync<string>("question", Wait.Patience)));
            io.OnBadPayload((e, problem, _) => Task.FromResult(e.Ack(problem.Message)));
        });
        await using var client = await server.ConnectAsync();
        await client.SendAsync("420[\"ask me\"]");
        var question = await client.TextAsync();
        await client.SendAsync($"43{question[2..question.IndexOf('[', StringComparison.Ordinal)]}[{Half}]");

        Assert.Equal("430[\"not well-formed Unicode\"]", await client.TextAsync());
        NothingFailed(server);
    }

    [Fact]
    public async Task Nor_is_it_one_of_the_connection_handler_that_asked()
    {
        await using var server = await TestServer.StartAsync(io => io.OnConnection(async (socket, _) => await socket.EmitWithAckAsync<string>("question", Wait.Patience)));
        await using var client = await server.ConnectAsync();
        var question = await client.TextAsync();
        await client.SendAsync($"43{question[2..question.IndexOf('[', StringComparison.Ordinal)]}[{Half}]");

        await Wait.Until(() => server.Log.Named("SocketBadPayload").Any());
        NothingFailed(server);
    }

    [Theory]
    [InlineData("{\"token\":\"\\ud83d\"}", "\\ufffd")]
    [InlineData("{\"\\ude00\":\"x\"}", "x")]
    [InlineData("{\"pid\":\"\\ud83d\",\"offset\":\"\\ud83d\"}", "\\ufffd")]
    [InlineData("{\"pid\":\"x\",\"offset\":\"\\udfff\"}", "x")]
    public async Task In_auth_it_is_read_as_the_replacement_character(string auth, string first)
    {
        var seen = new Seen<string?>();
        await using var server = await TestServer.StartAsync(
            io => io.Use(async (socket, next, cancellation) =>
            {
                seen.Add(socket.Handshake.Auth.EnumerateObject().First().Value.GetString());
                await next();
            }),
            o => o.Recovery = new SocketIO.Recovery.RecoveryOptions());
        await using var client = await server.OpenAsync();
        await client.EnterAsync(auth: auth);

        Assert.Equal(JsonSerializer.Deserialize<string>($"\"{first}\""), await seen.NextAsync());
        Assert.DoesNotContain(server.Log.Entries, static e => e.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task As_an_events_name_it_is_no_packet()
    {
        await using var server = await TestServer.StartAsync(Events);
        await using var client = await server.ConnectAsync();
        await client.SendAsync("42[\"\\ud83d\",1]");

        await client.ClosedAsync();
        Assert.DoesNotContain(server.Log.Entries, static e => e.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task The_applications_own_names_must_be_well_formed_and_its_texts_become_so()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        var socket = server.IO.Of("/").FindLocal(client.Sid)!;

        await Assert.ThrowsAsync<ArgumentException>(() => socket.JoinAsync("fine", "room \ud83d").AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => server.IO.SocketsJoinAsync("\ude00").AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => socket.EmitAsync("event \ud83d").AsTask());
        Assert.Equal([client.Sid], socket.Rooms);

        await socket.EmitAsync("cut", "x\ud83d", new Kept("\ude00", default));
        Assert.Equal("42[\"cut\",\"x\ufffd\",{\"name\":\"\ufffd\",\"value\":null}]", await client.TextAsync());
    }

    private sealed record Kept(string Name, SocketValue Value);
}
