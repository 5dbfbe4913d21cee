using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Stoa.SocketIO;
using Stoa.SocketIO.Adapters;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Recovery;
using Stoa.SocketIO.Rooms;

namespace Stoa.Conformance.Recovery;

/// <summary>Returns under unusual circumstances: what can be had back is, and who cannot have all of it is told so by a new id.</summary>
public sealed class ReturnTests
{
    [Fact]
    public async Task What_a_handler_sends_to_a_socket_that_was_lost_meanwhile_is_there_when_it_returns()
    {
        await using var server = await Start();
        var (sid, pid, offset, socket) = await LoseAsync(server);

        await socket.EmitAsync("result", 42);

        await using var client = await ReturnAsync(server, pid, offset);
        Assert.StartsWith("42[\"result\",42,\"", await client.TextAsync());
        Assert.StartsWith($"40{{\"sid\":\"{sid}\"", await client.TextAsync());
        // The same object still reaches the client, who is somebody new to the server.
        await socket.EmitAsync("more");
        Assert.StartsWith("42[\"more\",\"", await client.TextAsync());
    }

    [Fact]
    public async Task What_is_sent_to_a_socket_after_its_time_is_not_kept()
    {
        var clock = new ManualClock();
        await using var server = await Start(new RecoveryOptions { MaxDisconnection = TimeSpan.FromSeconds(60) }, clock: clock);
        var (_, _, _, socket) = await LoseAsync(server);
        clock.Advance(TimeSpan.FromSeconds(61));
        await using var other = await server.ConnectAsync();

        await socket.EmitAsync("late");
        await server.IO.EmitAsync("fence");

        var text = await other.TextAsync();
        // The fence has the very next offset after the first event.
        Assert.StartsWith("42[\"fence\"", text);
        Assert.EndsWith("-000000000001\"]", text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_missed_more_than_may_wait_for_it_starts_anew(bool byBytes)
    {
        await using var server = await Start(new RecoveryOptions { MaxPackets = 100_000 }, options: o =>
            (o.MaxOutgoingPackets, o.MaxOutgoingBytes) = byBytes ? (1_000_000, 64 * 1024) : (100, 1 << 30));
        var (sid, pid, offset, _) = await LoseAsync(server);
        for (var i = 0; i < 150; i++)
            await server.IO.EmitAsync("n", i, new string('x', 1_000));

        await using var client = await ReturnAsync(server, pid, offset);

        var answer = await client.TextAsync();
        Assert.StartsWith("40{", answer);
        Assert.DoesNotContain(sid, answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sessions")]
    [InlineData("bytes")]
    public async Task The_memory_of_the_lost_is_bounded_and_the_oldest_goes_first(string what)
    {
        await using var server = await Start(what == "sessions" ? new RecoveryOptions { MaxSessions = 1 } : new RecoveryOptions { MaxBytes = 10_000 });
        var oldest = await LoseAsync(server);
        if (what == "bytes")
            await server.IO.EmitAsync("large", new string('x', 9_990));
        var newest = await LoseAsync(server);

        await using var gone = await ReturnAsync(server, oldest.Pid, oldest.Offset);
        Assert.DoesNotContain(oldest.Sid, await gone.TextAsync(), StringComparison.Ordinal);
        await using var there = await ReturnAsync(server, newest.Pid, newest.Offset);
        Assert.Contains(newest.Sid, await there.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_client_of_a_dynamic_namespace_returns_to_it_and_then_it_goes()
    {
        var clock = new ManualClock();
        await using var server = await TestServer.StartAsync(
            io => io.Of(new System.Text.RegularExpressions.Regex("^/room-\\d+$")),
            o => o.Recovery = new RecoveryOptions { MaxDisconnection = TimeSpan.FromSeconds(60) },
            services: s => s.AddSingleton<TimeProvider>(clock));
        await using var lost = await server.ConnectAsync("/room-1");
        await server.IO.Of("/room-1").EmitAsync("first");
        var offset = JsonElement.Parse((await lost.TextAsync())["42/room-1,".Length..])[1].GetString();
        lost.Abort();
        await Wait.Until(() => server.IO.ConnectionCount == 0);

        await using (var client = await server.OpenAsync())
        {
            await client.SendAsync($"40/room-1,{{\"pid\":\"{lost.Handshake.GetProperty("pid").GetString()}\",\"offset\":\"{offset}\"}}");
            Assert.Contains(lost.Sid, await client.TextAsync(), StringComparison.Ordinal);
            await client.CloseAsync();
        }

        await Wait.Until(() => server.IO.ConnectionCount == 0);
        Assert.NotNull(server.IO.Find("/room-1"));
        clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Null(server.IO.Find("/room-1"));
    }

    [Fact]
    public async Task An_adapter_that_cannot_read_what_was_missed_leaves_no_ghost_and_the_client_starts_anew()
    {
        await using var server = await Start(adapter: static space => new Unreadable(space, static () => throw new InvalidOperationException("on purpose")));
        var (sid, pid, offset, _) = await LoseAsync(server);

        await using var client = await ReturnAsync(server, pid, offset);

        var answer = await client.TextAsync();
        Assert.StartsWith("40{", answer);
        Assert.DoesNotContain(sid, answer, StringComparison.Ordinal);
        Assert.Equal(1, server.IO.Of("/").LocalCount);
    }

    [Fact]
    public async Task Who_is_disconnected_while_it_returns_does_not_come_in()
    {
        var (reading, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var server = await Start(adapter: space => new Unreadable(space, async () =>
        {
            reading.SetResult();
            await go.Task;
        }));
        var (_, pid, offset, _) = await LoseAsync(server);
        await using var client = await ReturnAsync(server, pid, offset);
        await reading.Task.Soon();

        await server.IO.DisconnectSocketsAsync();
        go.SetResult();

        Assert.Equal("41", await client.TextAsync());
        await client.NothingPendingAsync();
        Assert.Equal(0, server.IO.Of("/").LocalCount);
        // The connection is as it was before: the namespace can be entered again.
        await client.EnterAsync();
    }

    [Fact]
    public void Sessions_are_saved_while_an_event_is_being_delivered()
    {
        var log = new MemoryLog(new RecoveryOptions(), TimeProvider.System);
        var saved = false;

        // Delivering may end sockets on other threads that this one would have to wait for.
        log.Append(SocketPacket.Event("/", "[\"x\"]"u8.ToArray(), []), new BroadcastOptions(), _ =>
            saved = Task.Run(() => log.Save(new SavedSession("id", "pid", [], new Dictionary<string, object?>(), null))).Wait(Wait.Patience));

        Assert.True(saved);
    }

    [Theory]
    [InlineData("\"pid\":\"\\ud800\",\"offset\":\"x\"")]
    [InlineData("\"pid\":\"x\",\"offset\":\"\\udfff\"")]
    public async Task An_id_that_is_no_text_is_no_fault(string auth)
    {
        await using var server = await Start();
        await using var client = await server.OpenAsync();

        await client.SendAsync($"40{{{auth}}}");

        Assert.StartsWith("40{\"sid\"", await client.TextAsync());
        Assert.DoesNotContain(server.Log.Entries, static e => e.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    private static Task<TestServer> Start(
        RecoveryOptions? recovery = null, Action<SocketIOOptions>? options = null, ManualClock? clock = null, Func<SocketNamespace, Adapter>? adapter = null) =>
        TestServer.StartAsync(
            options: o =>
            {
                o.Recovery = recovery ?? new RecoveryOptions();
                o.Adapter = adapter is null ? null : (space, _) => adapter(space);
                options?.Invoke(o);
            },
            services: s =>
            {
                if (clock is not null)
                    s.AddSingleton<TimeProvider>(clock);
            });

    private static async Task<(string Sid, string Pid, string Offset, Socket Socket)> LoseAsync(TestServer server)
    {
        await using var client = await server.ConnectAsync();
        var socket = server.IO.Of("/").FindLocal(client.Sid)!;
        await socket.EmitAsync("first");
        var offset = JsonElement.Parse((await client.TextAsync())[2..])[1].GetString()!;
        await server.LoseAsync(client);
        return (client.Sid, client.Handshake.GetProperty("pid").GetString()!, offset, socket);
    }

    private static async Task<WireSocket> ReturnAsync(TestServer server, string pid, string offset)
    {
        var client = await server.OpenAsync();
        await client.SendAsync($"40{{\"pid\":\"{pid}\",\"offset\":\"{offset}\"}}");
        return client;
    }

    /// <summary>Keeps sessions as the in-memory adapter does, but something happens while it reads what was missed.</summary>
    private sealed class Unreadable(SocketNamespace space, Func<Task> happens) : Adapter(space)
    {
        private readonly MemoryLog _log = new(new RecoveryOptions(), TimeProvider.System);

        public override bool Recovers => true;

        public override ValueTask BroadcastAsync(SocketPacket packet, BroadcastOptions options)
        {
            _log.Append(packet, options, logged => DeliverLocally(logged, options));
            return ValueTask.CompletedTask;
        }

        public override ValueTask BroadcastWithAckAsync(SocketPacket packet, BroadcastOptions options, AckCollector answers) => throw new NotSupportedException();

        public override ValueTask<IReadOnlyList<SocketDetails>> FetchSocketsAsync(BroadcastOptions options, CancellationToken cancellation) => new(FetchLocally(options));

        public override ValueTask JoinAsync(BroadcastOptions options, IReadOnlyList<string> rooms) => throw new NotSupportedException();

        public override ValueTask LeaveAsync(BroadcastOptions options, IReadOnlyList<string> rooms) => throw new NotSupportedException();

        public override ValueTask DisconnectAsync(BroadcastOptions options, bool close)
        {
            DisconnectLocally(options, close);
            return ValueTask.CompletedTask;
        }

        public override ValueTask ServerSideEmitAsync(SocketPacket packet, AckCollector? answers) => throw new NotSupportedException();

        public override ValueTask SaveSessionAsync(SavedSession session)
        {
            _log.Save(session);
            return ValueTask.CompletedTask;
        }

        public override ValueTask<SavedSession?> TakeSessionAsync(string privateId) => new(_log.Take(privateId));

        public override async ValueTask<IReadOnlyList<SocketPacket>?> ReadMissedAsync(SavedSession session, string offset)
        {
            await happens();
            return _log.After(offset, session);
        }
    }
}
