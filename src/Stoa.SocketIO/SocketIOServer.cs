using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Stoa.SocketIO.Admin;
using Stoa.SocketIO.EngineIO;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Packets;

namespace Stoa.SocketIO;

/// <summary>
/// The Socket.IO server of an application: a singleton, to be injected wherever events are sent from. As a target it means the main namespace
/// <c>/</c>; the others are found with <see cref="Of"/>. Thread-safe.
/// </summary>
public sealed class SocketIOServer : BroadcastTarget, IDisposable
{
    private readonly Lock _gate = new();
    private readonly SocketIOBuilder _builder = new();
    private readonly Admission _admission;
    private readonly ILogger _log;
    private readonly CancellationToken _stopping;
    private TaskCompletionSource? _drained;
    private int _unfinished;
    private volatile NamespaceTable? _table;
    private AdminNamespace? _admin;

    /// <summary>Made by dependency injection; see <c>AddSocketIO</c>.</summary>
    public SocketIOServer(IServiceProvider services)
    {
        Root = services;
        Options = services.GetRequiredService<IOptions<SocketIOOptions>>().Value;
        Clock = services.GetRequiredService<TimeProvider>();
        Scopes = services.GetRequiredService<IServiceScopeFactory>();
        Metrics = new EngineMetrics(services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());
        _log = services.GetRequiredService<ILoggerFactory>().CreateLogger("Stoa.SocketIO");
        _stopping = services.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? default;
        _admission = new Admission(this, _log);
        Json = new PayloadJson(Options.Json, Options.MaxJsonDepth);
        Reader = new PacketReader(new PacketLimits(Options.MaxAttachments, Options.MaxJsonDepth, Options.MaxNamespaceLength));
        Engine = new EngineServer(Options, Clock, Metrics, _log, session => new SocketConnection(this, session), admits: true);
    }

    /// <summary>Connections of this node now, whatever namespaces they are in.</summary>
    public int ConnectionCount => Engine.Count;

    /// <summary>The namespaces of this node now.</summary>
    public IReadOnlyCollection<SocketNamespace> Namespaces => Table().All;

    internal IServiceProvider Root { get; }

    internal SocketIOOptions Options { get; }

    internal TimeProvider Clock { get; }

    internal IServiceScopeFactory Scopes { get; }

    internal EngineMetrics Metrics { get; }

    internal PayloadJson Json { get; }

    internal PacketReader Reader { get; }

    internal EngineServer Engine { get; }

    internal TimerWheel Wheel => Engine.Wheel;

    /// <summary>A namespace that exists; a missing slash is added.</summary>
    /// <exception cref="InvalidOperationException">There is none: it was not configured, or is a dynamic one without clients on this node.</exception>
    public SocketNamespace Of(string name) =>
        Find(name) ?? throw new InvalidOperationException($"There is no namespace '{SocketIOBuilder.Normalize(name)}' here.");

    /// <summary>A namespace if it exists on this node; a missing slash is added.</summary>
    public SocketNamespace? Find(string name) => Table().Find(SocketIOBuilder.Normalize(name));

    /// <inheritdoc/>
    public void Dispose()
    {
        _admin?.Dispose();
        Engine.Dispose();
    }

    /// <summary>Who is told what happens to sockets; null when nobody asked for it.</summary>
    internal SocketObserver? Observer => _admin;

    /// <summary>Who is told of each event; null when nobody asked for that.</summary>
    internal SocketObserver? EventObserver => _admin is { IsToldOfEvents: true } ? _admin : null;

    /// <summary>Whether an endpoint serves it.</summary>
    internal bool IsMapped { get; set; }

    internal void Configure(Action<SocketIOBuilder> configure) => configure(_builder);

    internal Task HandleAsync(HttpContext context)
    {
        Table();
        return Engine.HandleAsync(context);
    }

    /// <summary>Starts the adapters of all namespaces that exist from the start.</summary>
    internal async Task StartAsync()
    {
        foreach (var space in Namespaces)
            await space.StartAsync();
    }

    /// <summary>Closes all connections ("server shutting down") and waits until their handlers are done.</summary>
    internal async Task StopAsync(CancellationToken cancellation)
    {
        Engine.Stop();
        Task drained;
        lock (_gate)
        {
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_unfinished == 0)
                _drained.TrySetResult();
            drained = _drained.Task;
        }

        try
        {
            await drained.WaitAsync(cancellation);
            await Engine.DrainAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            SocketLog.Unfinished(_log, Interlocked.CompareExchange(ref _unfinished, 0, 0));
        }

        foreach (var space in Namespaces)
            await space.Adapter.StopAsync();
    }

    internal Task AdmitAsync(SocketConnection connection, string name, ReadOnlyMemory<byte> auth) => _admission.AdmitAsync(connection, name, auth);

    internal ValueTask<SocketNamespace?> EnterAsync(string name, SocketHandshake handshake) => Table().EnterAsync(name, handshake);

    internal void Leave(SocketNamespace space) => Table().Leave(space);

    /// <summary>The client has been told that it is in.</summary>
    internal void Connected(Socket socket)
    {
        lock (_gate)
            _unfinished++;
        Observer?.Connected(socket);
        if (socket.Namespace.Adapter.Recovers)
            socket.Namespace.Adapter.OnSessionChanged(socket);
        socket.Begin();
    }

    /// <summary>The socket's last handler has run.</summary>
    internal void Finished()
    {
        lock (_gate)
        {
            if (--_unfinished == 0)
                _drained?.TrySetResult();
        }
    }

    /// <summary>How long a lost socket may come back, in milliseconds.</summary>
    internal long RecoveryTime => (long)(Options.Recovery?.MaxDisconnection.TotalMilliseconds ?? 0);

    /// <summary>Logs a fault of the application that nobody else can be told.</summary>
    internal void Failed(Exception fault, string space, string kind) => SocketLog.HandlerFailed(_log, fault, space, kind, "");

    internal void ProtocolBroken(string rule) => SocketLog.ProtocolBroken(_log, rule);

    /// <summary>Sees to it that a session that could not be kept is logged.</summary>
    internal void Watch(ValueTask saving, string space)
    {
        if (!saving.IsCompletedSuccessfully)
            _ = WatchAsync(saving, space);
    }

    private protected override BroadcastOperator Select() => Table().Main.Everybody;

    private async Task WatchAsync(ValueTask saving, string space)
    {
        try
        {
            await saving;
        }
#pragma warning disable CA1031 // The client starts anew then; it is logged.
        catch (Exception e)
#pragma warning restore CA1031
        {
            SocketLog.SessionNotSaved(_log, e, space);
        }
    }

    /// <summary>Made at first use: until then handlers can be added, from then on none.</summary>
    private NamespaceTable Table()
    {
        if (_table is { } made)
            return made;
        lock (_gate)
        {
            if (_table is null && _builder.Admin is { } asked)
            {
                _admin = new AdminNamespace(asked.Name, asked.Options, this);
                _admin.Map(_builder.Of(asked.Name));
            }

            return _table ??= new NamespaceTable(this, _builder, _log, _stopping);
        }
    }
}
