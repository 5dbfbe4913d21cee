using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Stoa.SocketIO;
using Stoa.SocketIO.EngineIO;
using Stoa.SocketIO.Namespaces;

namespace Stoa.Conformance.Support;

/// <summary>A real Kestrel on a port of its own, with Socket.IO at /socket.io and an Engine.IO echo at /engine.io.</summary>
public sealed class TestServer : IAsyncDisposable
{
    /// <summary>By default the suite runs on our transport; <c>STOA_TEST_TRANSPORT=framework</c> runs all of it on the framework's.</summary>
    private static readonly bool LetsGo = Environment.GetEnvironmentVariable("STOA_TEST_TRANSPORT") != "framework";
    private readonly WebApplication _app;

    private TestServer(WebApplication app, LogCapture log)
    {
        _app = app;
        Log = log;
        Address = new Uri(app.Urls.Single());
        Http = new HttpClient { BaseAddress = Address, Timeout = Wait.Patience };
    }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public Uri Address { get; }

    public HttpClient Http { get; }

    public LogCapture Log { get; }

    public IServiceProvider Services => _app.Services;

    public SocketIOServer IO => Services.GetRequiredService<SocketIOServer>();

    /// <param name="letsGo">Whether WebSockets leave the web server; null: as the environment has it, see <see cref="LetsGo"/>.</param>
    public static async Task<TestServer> StartAsync(
        Action<SocketIOBuilder>? io = null,
        Action<SocketIOOptions>? options = null,
        Action<EngineOptions>? engine = null,
        Action<IServiceCollection>? services = null,
        Func<EngineSession, EngineHandler>? engineHandler = null,
        Action<WebApplication>? routes = null,
        bool? letsGo = null)
    {
        var log = new LogCapture();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug).AddFilter("Microsoft", LogLevel.Warning);
        if (letsGo ?? LetsGo)
            builder.Services.AddSocketIOTransport();
        services?.Invoke(builder.Services);
        builder.Services.AddSocketIO(options);
        var app = builder.Build();
        var bare = new EngineOptions();
        engine?.Invoke(bare);
        app.MapEngineIO("/engine.io", bare, engineHandler ?? (static session => new EchoHandler(session)));
        routes?.Invoke(app);
        app.MapSocketIO("/socket.io", io);
        await app.StartAsync(Cancellation);
        return new TestServer(app, log);
    }

    /// <summary>A WebSocket on which nothing has been read or sent yet.</summary>
    public Task<WireSocket> WebSocketAsync(string query = "EIO=4&transport=websocket", string path = "/socket.io/") =>
        WireSocket.ConnectAsync(new UriBuilder(Address) { Scheme = "ws", Path = path, Query = query }.Uri);

    /// <summary>An open Engine.IO session over WebSocket: its open packet has been read.</summary>
    public async Task<WireSocket> OpenAsync(string path = "/socket.io/")
    {
        var socket = await WebSocketAsync(path: path);
        Assert.StartsWith("0{", await socket.TextAsync());
        return socket;
    }

    /// <summary>A client in a namespace over WebSocket: the CONNECT answer has been read.</summary>
    public async Task<WireSocket> ConnectAsync(string space = "/", string auth = "")
    {
        var socket = await OpenAsync();
        await socket.EnterAsync(space, auth);
        return socket;
    }

    /// <summary>An open Engine.IO session over polling.</summary>
    public async Task<PollingClient> PollingAsync(string path = "/socket.io/")
    {
        var client = new PollingClient(Http, path);
        await client.OpenAsync();
        return client;
    }

    public Task StopAsync() => _app.StopAsync(Cancellation);

    /// <summary>Cuts a client off; ends when its session was given to the adapter.</summary>
    public Task LoseAsync(WireSocket client) => LoseAsync(client, () =>
    {
        client.Abort();
        return Task.CompletedTask;
    });

    /// <summary>Does what ends a client's socket in the default namespace; ends when its session, if it is kept, was given to the adapter.</summary>
    /// <remarks>A socket that is found no more may not be as far.</remarks>
    public async Task LoseAsync(WireSocket client, Func<Task> end)
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var _ = IO.Of("/").FindLocal(client.Sid)!.Disconnected.UnsafeRegister(static o => ((TaskCompletionSource)o!).SetResult(), left);
        await end();
        await left.Task.Soon();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }

    private sealed class EchoHandler(EngineSession session) : EngineHandler
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
