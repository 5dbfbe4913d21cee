using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;

namespace Stoa.Conformance.Readme;

/// <summary>A whole program, <c>app.Run()</c> included, on a port of its own. Its host is found as the framework's own tools find it: by the event "HostBuilt".</summary>
internal sealed class RunningProgram : IAsyncDisposable, IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    private static readonly AsyncLocal<RunningProgram?> Current = new();
    private readonly TaskCompletionSource<IHost> _built = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentBag<IDisposable> _listening = [];
    private Task _run = Task.CompletedTask;
    private IHost _host = null!;

    private RunningProgram()
    {
    }

    public Uri Address { get; private set; } = null!;

    public SocketIOServer IO => _host.Services.GetRequiredService<SocketIOServer>();

    /// <param name="settings">As on a command line, e.g. <c>--ConnectionStrings:Redis=…</c>.</param>
    public static async Task<RunningProgram> StartAsync(Action<string[]> program, params string[] settings)
    {
        var running = new RunningProgram();
        running._listening.Add(DiagnosticListener.AllListeners.Subscribe(running));
        running._run = Task.Factory.StartNew(
            () =>
            {
                Current.Value = running;
                program(["--urls=http://127.0.0.1:0", .. settings]);
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await await Task.WhenAny(running._built.Task, running._run).Soon();
        running._host = await running._built.Task;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        running._host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.Register(started.SetResult);
        await await Task.WhenAny(started.Task, running._run).Soon();
        running.Address = new Uri(running._host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return running;
    }

    /// <summary>The parts of a README put together to a program, as its text says.</summary>
    public static Task<RunningProgram> StartAsync(Action<SocketIOBuilder> map, Action<WebApplicationBuilder>? add = null) => StartAsync(args =>
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddSocketIO();
        add?.Invoke(builder);
        var app = builder.Build();
        app.MapSocketIO("/socket.io", map);
        app.Run();
    });

    /// <summary>A client in a namespace; the answer to its CONNECT has been read.</summary>
    public async Task<WireSocket> ConnectAsync(string space = "/", string auth = "", string? cookie = null)
    {
        var socket = await OpenAsync(cookie);
        await socket.EnterAsync(space, auth);
        return socket;
    }

    /// <summary>A connection that has entered no namespace.</summary>
    public async Task<WireSocket> OpenAsync(string? cookie = null)
    {
        var address = new UriBuilder(Address) { Scheme = "ws", Path = "/socket.io/", Query = "EIO=4&transport=websocket" }.Uri;
        var socket = await WireSocket.ConnectAsync(address, cookie is null ? null : o => o.SetRequestHeader("Cookie", cookie));
        Assert.StartsWith("0{", await socket.TextAsync());
        return socket;
    }

    /// <summary>Cuts a client off and lets it come back with the offset it saw last, here or to another node; the texts before the answer are what it missed.</summary>
    public async Task<(WireSocket Client, List<string> Missed)> LoseAndReturnAsync(WireSocket client, string offset, Func<Task> meanwhile, RunningProgram? other = null)
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var _ = IO.Of("/").FindLocal(client.Sid)!.Disconnected.UnsafeRegister(static o => ((TaskCompletionSource)o!).SetResult(), left);
        client.Abort();
        await left.Task.Soon();
        await IO.Of("/").Adapter.CountServersAsync();
        await meanwhile();
        var back = await (other ?? this).OpenAsync();
        await back.SendAsync("40" + JsonSerializer.Serialize(new { pid = client.Handshake.GetProperty("pid").GetString(), offset }));
        var missed = new List<string>();
        string text;
        while (!(text = await back.TextAsync()).StartsWith("40", StringComparison.Ordinal))
            missed.Add(text);
        back.Adopt(text[2..]);
        return (back, missed);
    }

    void IObserver<DiagnosticListener>.OnNext(DiagnosticListener value)
    {
        if (value.Name == "Microsoft.Extensions.Hosting" && Current.Value == this)
            _listening.Add(value.Subscribe(this));
    }

    void IObserver<KeyValuePair<string, object?>>.OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Key == "HostBuilt")
            _built.TrySetResult((IHost)value.Value!);
    }

    void IObserver<DiagnosticListener>.OnCompleted()
    {
    }

    void IObserver<DiagnosticListener>.OnError(Exception error)
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnCompleted()
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnError(Exception error)
    {
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var listening in _listening)
            listening.Dispose();
        _host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await _run.Soon();
    }
}
