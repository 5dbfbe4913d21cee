using Microsoft.Data.Sqlite;
using Npgsql;
using Stoa.SocketIO;
using Stoa.SocketIO.EngineIO;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Recovery;
using Stoa.SocketIO.Sql;

namespace Stoa.Conformance.Host;

/// <summary>What the protocol suites expect to find, and a second set of events for load generators.</summary>
public static class ConformanceApp
{
    private const int MaxPayload = 1_000_000;
    private static readonly TimeSpan PingInterval = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SegmentGap = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(1);

    /// <summary>The server of the suites: short heartbeats, any origin, echoes.</summary>
    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        if (builder.Configuration.GetValue("transport", true))
            builder.Services.AddSocketIOTransport();
        builder.Services.AddSocketIO(o =>
        {
            o.ConnectTimeout = ConnectTimeout;
            Shared(o);
        });
        var app = builder.Build();
        app.MapEngineIO("/engine.io", Shared(new EngineOptions()), session => new Echo(session));
        app.MapSocketIO("/socket.io", io =>
        {
            io.OnConnection(SendAuth);
            io.On("message", async (e, _) => await e.Socket.EmitArgsAsync("message-back", [.. e.Args]));
            io.On("message-with-ack", (e, _) =>
            {
                e.AckArgs([.. e.Args]);
                return Task.CompletedTask;
            });
            io.Of("/custom").OnConnection(SendAuth);
        });
        return app;
    }

    /// <summary>
    /// The server of load generators: default settings, <c>echo</c>, <c>join</c> and <c>say</c>; with <c>--redis=ADDRESS</c> or <c>--sql=CONNECTION</c> (and <c>--prefix=…</c>,
    /// <c>--recovery=true</c>) one of several nodes. With <c>--bare=true</c> no Socket.IO server at all, see <see cref="BareWebSocket"/>.
    /// </summary>
    public static WebApplication Bench(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        // Without this the web server keeps an Activity, ids and a log scope (about 1 KiB) for as long as each WebSocket is open.
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        if (builder.Configuration.GetValue("transport", !builder.Configuration.GetValue<bool>("bare")))
            builder.Services.AddSocketIOTransport();
        builder.Services.AddSocketIO(o => o.Recovery = builder.Configuration.GetValue<bool>("recovery") ? new RecoveryOptions() : null);
        if (builder.Configuration["redis"] is { } redis)
            builder.Services.AddSocketIORedis(redis, o => o.ChannelPrefix = builder.Configuration["prefix"] ?? o.ChannelPrefix);
        if (builder.Configuration["sql"] is { } sql)
            builder.Services.AddSocketIOSql(Dialect(sql), o => o.TablePrefix = builder.Configuration["prefix"] ?? o.TablePrefix);
        var app = builder.Build();
        if (builder.Configuration.GetValue<bool>("bare"))
        {
            app.Map("/socket.io/", BareWebSocket.ServeAsync);
            return app;
        }

        app.MapSocketIO("/socket.io", io =>
        {
            io.On("echo", (e, _) =>
            {
                e.AckArgs([.. e.Args]);
                return Task.CompletedTask;
            });
            io.On<string, bool>("join", async (socket, room, _) =>
            {
                await socket.JoinAsync(room);
                return true;
            });
            io.On<Said>("say", async (socket, said, _) => await socket.Namespace.To(said.Room).EmitAsync("said", said.Data));
        });
        return app;
    }

    /// <summary>A log in the database of a connection string: PostgreSQL when it names a host, else a SQLite file.</summary>
    public static SqlDialect Dialect(string connection)
    {
        if (connection.Contains("Host=", StringComparison.OrdinalIgnoreCase))
            return new PostgresDialect(() => new NpgsqlConnection(connection), static (c, time, stop) => ((NpgsqlConnection)c).WaitAsync(time, stop));
        return new SqliteDialect(() => new SqliteConnection(connection));
    }

    private static EngineOptions Shared(EngineOptions options)
    {
        options.PingInterval = PingInterval;
        options.PingTimeout = PingTimeout;
        options.MaxPayload = MaxPayload;
        options.Cors = new EngineCors { AnyOrigin = true };
        return options;
    }

    /// <summary>
    /// The suites listen for one message at a time: an event that arrives in the same TCP segment as the CONNECT answer is lost on them. The
    /// reference server loses that race now and then; a moment between the two wins it. A client that polls finds both in one answer, as with the reference.
    /// </summary>
    private static async Task SendAuth(Socket socket, CancellationToken cancellation)
    {
        if (socket.Handshake.Query["transport"] != "polling")
            await Task.Delay(SegmentGap, cancellation);
        await socket.EmitAsync("auth", socket.Handshake.Auth);
    }

    private sealed record Said(string Room, SocketValue Data);

    private sealed class Echo(EngineSession session) : EngineHandler
    {
        public override ValueTask OnTextAsync(ReadOnlyMemory<byte> text)
        {
            session.SendText(text.Span);
            return ValueTask.CompletedTask;
        }

        public override ValueTask OnBinaryAsync(ReadOnlyMemory<byte> data)
        {
            session.SendBinary(data);
            return ValueTask.CompletedTask;
        }

        public override void OnClosed(EngineCloseReason reason)
        {
        }
    }
}
