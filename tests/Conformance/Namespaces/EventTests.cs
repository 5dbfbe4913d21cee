using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Packets;

namespace Stoa.Conformance.Namespaces;

/// <summary>Socket.IO 5, "Sending and receiving data", and what handlers are promised.</summary>
public sealed class EventTests
{
    public sealed record Payload(string Name, int Count, byte[]? Picture = null);

    private static SocketNamespaceBuilder Echo(SocketIOBuilder io) => io.On("message", async (e, _) => await e.Socket.EmitArgsAsync("message-back", [.. e.Args]));

    [Theory]
    [InlineData("1,\"2\",{\"3\":[true]}")]
    [InlineData("\"größe 日本 😀\"")]
    [InlineData("null,0,-1.5,[[]],{}")]
    public async Task Arguments_come_back_as_they_were(string arguments)
    {
        await using var server = await TestServer.StartAsync(io => Echo(io));
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync($"42[\"message\",{arguments}]");

        Assert.Equal($"42[\"message-back\",{arguments}]", await socket.TextAsync());
    }

    [Fact]
    public async Task Binary_arguments_come_back_over_websocket()
    {
        await using var server = await TestServer.StartAsync(io => Echo(io));
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync("452-[\"message\",{\"_placeholder\":true,\"num\":1},{\"x\":{\"_placeholder\":true,\"num\":0}}]");
        await socket.SendAsync([1, 2, 3]);
        await socket.SendAsync([4, 5, 6]);

        Assert.Equal("452-[\"message-back\",{\"_placeholder\":true,\"num\":0},{\"x\":{\"_placeholder\":true,\"num\":1}}]", await socket.TextAsync());
        Assert.Equal([4, 5, 6], await socket.BinaryAsync());
        Assert.Equal([1, 2, 3], await socket.BinaryAsync());
    }

    [Fact]
    public async Task Binary_arguments_come_back_over_polling()
    {
        await using var server = await TestServer.StartAsync(io => Echo(io));
        var client = await server.PollingAsync();
        await client.SendAsync("40");
        await client.PollAsync();
        await client.SendAsync("451-[\"message\",{\"_placeholder\":true,\"num\":0}]", "bAQIDBA==");

        Assert.Equal(["451-[\"message-back\",{\"_placeholder\":true,\"num\":0}]", "bAQIDBA=="], await client.PollAsync());
    }

    [Fact]
    public async Task Typed_payloads_are_read_and_the_result_is_acknowledged_when_asked_for()
    {
        await using var server = await TestServer.StartAsync(io =>
        {
            io.On<Payload, Payload>("twice", (_, payload, _) => Task.FromResult(payload with { Count = payload.Count * 2, Picture = payload.Picture?.Reverse().ToArray() }));
            io.On<Payload>("tell", async (socket, payload, _) => await socket.EmitAsync("told", payload.Name, payload.Count));
        });
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync("427[\"twice\",{\"name\":\"é\",\"count\":2}]");
        Assert.Equal("437[{\"name\":\"é\",\"count\":4,\"picture\":null}]", await socket.TextAsync());
        await socket.SendAsync("451-8[\"twice\",{\"name\":\"b\",\"count\":1,\"picture\":{\"_placeholder\":true,\"num\":0}}]");
        await socket.SendAsync([1, 2]);
        Assert.Equal("461-8[{\"name\":\"b\",\"count\":2,\"picture\":{\"_placeholder\":true,\"num\":0}}]", await socket.TextAsync());
        Assert.Equal([2, 1], await socket.BinaryAsync());

        // Without an id nothing is answered: the next packet is the next event's.
        await socket.SendAsync("42[\"twice\",{\"name\":\"a\",\"count\":1}]");
        await socket.SendAsync("42[\"tell\",{\"name\":\"a\",\"count\":1}]");
        Assert.Equal("42[\"told\",\"a\",1]", await socket.TextAsync());
    }

    [Fact]
    public async Task Only_the_first_acknowledgement_is_sent_and_it_may_be_empty()
    {
        var answers = new Seen<bool>();
        await using var server = await TestServer.StartAsync(io => io.On("ask", (e, _) =>
        {
            answers.Add(e.Ack());
            answers.Add(e.Ack("again"));
            return Task.CompletedTask;
        }));
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync("421[\"ask\"]");
        Assert.Equal("431[]", await socket.TextAsync());
        Assert.Equal([true, false], await answers.TakeAsync(2));
        await socket.SendAsync("42[\"ask\"]");
        Assert.Equal([false, false], await answers.TakeAsync(2));
        await socket.NothingPendingAsync();
    }

    [Fact]
    public async Task Events_of_one_socket_are_handled_one_after_the_other_in_order()
    {
        const int Count = 300;
        var log = new Seen<int>();
        var running = 0;
        await using var server = await TestServer.StartAsync(io => io.On<int>("n", async (_, n, _) =>
        {
            Assert.Equal(1, Interlocked.Increment(ref running));
            if (n % 3 == 0)
                await Task.Yield();
            Interlocked.Decrement(ref running);
            log.Add(n);
        }));
        await using var socket = await server.ConnectAsync();
        for (var i = 0; i < Count; i++)
            await socket.SendAsync($"42[\"n\",{i}]");

        Assert.Equal(Enumerable.Range(0, Count), await log.TakeAsync(Count));
        Assert.Empty(server.Log.Named("SocketHandlerFailed"));
    }

    [Fact]
    public async Task Events_wait_for_the_connection_handler_and_the_end_waits_for_the_events()
    {
        var log = new Seen<string>();
        var release = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(io =>
        {
            io.OnConnection(async (_, _) =>
            {
                await release.Task;
                log.Add("connected");
            });
            io.On("e", async (_, _) =>
            {
                await Task.Yield();
                log.Add("event");
            });
            io.OnDisconnect((_, _) =>
            {
                log.Add("disconnected");
                return Task.CompletedTask;
            });
        });
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync("42[\"e\"]");
        await socket.SendAsync("42[\"e\"]");
        await socket.CloseAsync();
        await Wait.Until(() => server.IO.ConnectionCount == 0);
        Assert.True(log.IsEmpty);
        release.SetResult();

        Assert.Equal(["connected", "event", "event", "disconnected"], await log.TakeAsync(4));
    }

    [Fact]
    public async Task A_full_queue_stops_the_reading_until_there_is_room()
    {
        const int Count = 50;
        var release = new TaskCompletionSource();
        var log = new Seen<int>();
        await using var server = await TestServer.StartAsync(
            io => io.On<int>("n", async (_, n, _) =>
            {
                await release.Task;
                log.Add(n);
            }),
            o => o.MaxWaitingEvents = 2);
        await using var socket = await server.ConnectAsync();
        var session = server.IO.Of("/").LocalSockets()[0].Connection.Session;
        for (var i = 0; i < Count; i++)
            await socket.SendAsync($"42[\"n\",{i}]");
        await Wait.Until(() => session.IsHeldBack);

        // Another client is not affected.
        await using var other = await server.ConnectAsync();
        release.SetResult();
        Assert.Equal(Enumerable.Range(0, Count), await log.TakeAsync(Count));
        Assert.False(session.IsHeldBack);
    }

    [Fact]
    public async Task A_handler_can_await_the_acknowledgement_of_its_own_client()
    {
        await using var server = await TestServer.StartAsync(io => io.On("start", async (e, _) =>
            e.Ack(await e.Socket.EmitWithAckAsync<string>("question", TimeSpan.FromSeconds(10), "who?"))));
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync("425[\"start\"]");
        Assert.Equal("420[\"question\",\"who?\"]", await socket.TextAsync());
        await socket.SendAsync("430[\"me\"]");

        Assert.Equal("435[\"me\"]", await socket.TextAsync());
    }

    [Fact]
    public async Task A_handler_that_throws_is_logged_once_and_tells_nothing()
    {
        await using var server = await TestServer.StartAsync(io => io.On("fail", (_, _) => throw new InvalidDataException("a secret")));
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync("421[\"fail\",\"payload secret\"]");
        await socket.NothingPendingAsync();

        var logged = Assert.Single(server.Log.Entries, e => e.Level >= LogLevel.Warning);
        Assert.Equal(("SocketHandlerFailed", LogLevel.Error), (logged.Event, logged.Level));
        Assert.IsType<InvalidDataException>(logged.Exception);
        Assert.DoesNotContain("payload secret", logged.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_error_hook_may_answer_and_filters_wrap_every_handler()
    {
        var order = new Seen<string>();
        await using var server = await TestServer.StartAsync(io =>
        {
            io.UseEvents(async (e, next, _) =>
            {
                order.Add("outer " + e.Name);
                await next();
                order.Add("outer end");
            });
            io.UseEvents(async (e, next, _) =>
            {
                if (e.Name == "dropped")
                    return;
                await next();
            });
            io.OnError((e, fault, _) =>
            {
                e.Ack("sorry: " + fault.GetType().Name);
                return Task.CompletedTask;
            });
            io.OnAny((e, _) =>
            {
                order.Add("any");
                return Task.CompletedTask;
            });
            io.On("fail", (_, _) => throw new InvalidDataException());
            io.On("dropped", (_, _) =>
            {
                order.Add("never");
                return Task.CompletedTask;
            });
        });
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync("42[\"dropped\"]");
        await socket.SendAsync("421[\"fail\"]");
        Assert.Equal("431[\"sorry: InvalidDataException\"]", await socket.TextAsync());
        await socket.SendAsync("42[\"unknown\"]");

        Assert.Equal(["outer dropped", "outer end", "outer fail", "any", "outer unknown", "any", "outer end"], await order.TakeAsync(7));
        Assert.Single(server.Log.Named("SocketHandlerFailed"));
    }

    [Theory]
    [InlineData("{\"name\":1,\"count\":2}")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    [InlineData("{\"name\":\"\\ud800\",\"count\":1}")]
    public async Task A_payload_that_does_not_fit_is_ignored_and_logged_without_it(string payload)
    {
        await using var server = await TestServer.StartAsync(io => io.On<Payload, int>("p", (_, p, _) => Task.FromResult(p.Count)));
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync($"421[\"p\",{payload}]");
        await socket.SendAsync("422[\"p\"]");
        await socket.SendAsync("423[\"p\",{\"name\":\"ok\",\"count\":3}]");

        Assert.Equal("433[3]", await socket.TextAsync());
        Assert.Equal(2, server.Log.Named("SocketBadPayload").Count());
        Assert.Empty(server.Log.Named("SocketHandlerFailed"));
    }

    [Fact]
    public async Task The_bad_payload_hook_replaces_the_default()
    {
        await using var server = await TestServer.StartAsync(io =>
        {
            io.On<Payload, int>("p", (_, p, _) => Task.FromResult(p.Count));
            io.OnBadPayload((e, why, _) =>
            {
                e.Ack("bad " + (why is JsonException));
                return Task.CompletedTask;
            });
        });
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync("421[\"p\",7]");

        Assert.Equal("431[\"bad True\"]", await socket.TextAsync());
        Assert.Empty(server.Log.Named("SocketBadPayload"));
    }

    [Fact]
    public async Task A_service_scope_is_made_only_when_asked_for_and_lives_for_one_event()
    {
        await using var server = await TestServer.StartAsync(
            io =>
            {
                io.On("plain", (e, _) =>
                {
                    e.Ack();
                    return Task.CompletedTask;
                });
                io.On<int, int>("scoped", (socket, _, _) => Task.FromResult(socket.Services.GetRequiredService<Tracked>().Number));
                io.On("same", (e, _) =>
                {
                    e.Ack(ReferenceEquals(e.Services.GetService<Tracked>(), e.Socket.Services.GetService<Tracked>()));
                    return Task.CompletedTask;
                });
            },
            services: s => s.AddScoped<Tracked>().AddSingleton<Counter>());
        var counter = server.Services.GetRequiredService<Counter>();
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync("421[\"plain\"]");
        Assert.Equal("431[]", await socket.TextAsync());
        Assert.Equal(0, counter.Made);
        await socket.SendAsync("422[\"scoped\",0]");
        Assert.Equal("432[1]", await socket.TextAsync());
        await socket.SendAsync("423[\"scoped\",0]");
        Assert.Equal("433[2]", await socket.TextAsync());
        await socket.SendAsync("424[\"same\"]");
        Assert.Equal("434[true]", await socket.TextAsync());
        await Wait.Until(() => counter.Disposed == 3);
    }

    [Fact]
    public async Task Reserved_names_can_be_neither_sent_nor_handled()
    {
        await using var server = await TestServer.StartAsync(io => Assert.Throws<ArgumentException>(() => io.On("connect", (_, _) => Task.CompletedTask)));
        await Assert.ThrowsAsync<ArgumentException>(async () => await server.IO.EmitAsync("disconnect"));
        await Assert.ThrowsAsync<ArgumentException>(async () => await server.IO.To("x").EmitAsync("newListener"));
    }

    [Fact]
    public async Task Handlers_cannot_be_added_once_the_server_serves()
    {
        SocketIOBuilder? kept = null;
        await using var server = await TestServer.StartAsync(io => kept = io);
        await using var socket = await server.ConnectAsync();

        Assert.Throws<InvalidOperationException>(() => kept!.On("late", (_, _) => Task.CompletedTask));
        Assert.Throws<InvalidOperationException>(() => kept!.Of("/late"));
    }

    [Fact]
    public async Task A_number_may_name_an_event_and_raw_arguments_can_be_looked_at()
    {
        await using var server = await TestServer.StartAsync(io => io.On("7", (e, _) =>
        {
            e.AckArgs(e.Args.Count, e.Args[1].AsJson().GetProperty("k").GetString(), e.Args.At(9).IsNull, Encoding.UTF8.GetString(e.Args[0].Utf8Json.Span));
            return Task.CompletedTask;
        }));
        await using var socket = await server.ConnectAsync();
        await socket.SendAsync("421[7,1.50,{\"k\":\"v\"}]");

        Assert.Equal("431[2,\"v\",true,\"1.50\"]", await socket.TextAsync());
    }

    [Fact]
    public async Task A_list_is_one_argument_unless_it_is_sent_as_the_arguments()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        string[] list = ["a", "b"];
        await server.IO.EmitAsync("one", list);
        await server.IO.EmitArgsAsync("two", list);
        _ = server.IO.Of("/").FindLocal(client.Sid)!.EmitWithAckAsync<int>("one", TimeSpan.FromSeconds(20), list);

        Assert.Equal("42[\"one\",[\"a\",\"b\"]]", await client.TextAsync());
        Assert.Equal("42[\"two\",\"a\",\"b\"]", await client.TextAsync());
        Assert.Equal("420[\"one\",[\"a\",\"b\"]]", await client.TextAsync());
    }

    [Fact]
    public async Task The_binary_of_one_event_can_be_sent_to_a_room()
    {
        await using var server = await TestServer.StartAsync(io => io.On<SocketValue>("share", async (socket, value, _) => await socket.Broadcast.EmitAsync("shared", value)));
        await using var ana = await server.ConnectAsync();
        await using var ben = await server.ConnectAsync();
        await ana.SendAsync("451-[\"share\",{\"file\":{\"_placeholder\":true,\"num\":0}}]");
        await ana.SendAsync([9, 8]);

        Assert.Equal("451-[\"shared\",{\"file\":{\"_placeholder\":true,\"num\":0}}]", await ben.TextAsync());
        Assert.Equal([9, 8], await ben.BinaryAsync());
    }

    private sealed class Counter
    {
        public int Made;
        public int Disposed;
    }

    private sealed class Tracked(Counter counter) : IDisposable
    {
        public int Number { get; } = Interlocked.Increment(ref counter.Made);

        public void Dispose() => Interlocked.Increment(ref counter.Disposed);
    }
}
