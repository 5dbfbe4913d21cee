using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Stoa.SocketIO.EngineIO;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Recovery;

namespace Stoa.SocketIO;

/// <summary>
/// The Socket.IO server of an application: a singleton, to be injected wherever events are sent from. As a target it means the main namespace
/// <c>/</c>; the others are found with <see cref="Of"/>. Thread-safe.
/// </summary>
public sealed class SocketIOServer : BroadcastTarget, IDisposable
{
    private readonly ConcurrentDictionary<string, SocketNamespace> _namespaces = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly SocketIOBuilder _builder = new();
    private readonly Admission _admission;
    private readonly ILogger _log;
    private readonly CancellationToken _stopping;
    private List<(DynamicNamespace Rule, NamespaceHandlers Handlers)> _rules = [];
    private TaskCompletionSource? _drained;
    private int _unfinished;
    private volatile SocketNamespace? _main;

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
        Engine = new EngineServer(Options, Clock, Metrics, _log, session => new SocketConnection(this, session));
    }

    /// <summary>Connections of this node now, whatever namespaces they are in.</summary>
    public int ConnectionCount => Engine.Count;

    /// <summary>The namespaces of this node now.</summary>
    public IReadOnlyCollection<SocketNamespace> Namespaces
    {
        get
        {
            Freeze();
            return [.. _namespaces.Values];
        }
    }

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
    public SocketNamespace? Find(string name)
    {
        Freeze();
        return _namespaces.GetValueOrDefault(SocketIOBuilder.Normalize(name));
    }

    /// <inheritdoc/>
    public void Dispose() => Engine.Dispose();

    /// <summary>Whether an endpoint serves it.</summary>
    internal bool IsMapped { get; set; }

    internal void Configure(Action<SocketIOBuilder> configure) => configure(_builder);

    internal Task HandleAsync(HttpContext context)
    {
        Freeze();
        return Engine.HandleAsync(context);
    }

    /// <summary>Starts the adapters of all namespaces that exist from the start.</summary>
    internal async Task StartAsync()
    {
        Freeze();
        foreach (var space in _namespaces.Values)
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
        }
        catch (OperationCanceledException)
        {
            SocketLog.Unfinished(_log, Interlocked.CompareExchange(ref _unfinished, 0, 0));
        }

        foreach (var space in _namespaces.Values)
            await space.Adapter.StopAsync();
    }

    internal Task AdmitAsync(SocketConnection connection, string name, ReadOnlyMemory<byte> auth) => _admission.AdmitAsync(connection, name, auth);

    /// <summary>The namespace, kept until <see cref="Leave"/>; made when a dynamic rule says so; else null.</summary>
    internal async ValueTask<SocketNamespace?> EnterAsync(string name, SocketHandshake handshake)
    {
        if (_namespaces.TryGetValue(name, out var known) && !known.IsDynamic && known.Enter())
            return known;
        // A rule is asked for every client, not only for the first of a namespace as in the reference: it may look at the auth.
        foreach (var (rule, handlers) in _rules)
        {
            if (await rule.Exists(name, handshake.Auth, _stopping))
                return EnterDynamic(name, handlers);
        }

        return null;
    }

    internal void Leave(SocketNamespace space)
    {
        if (!space.Exit() || !_namespaces.TryRemove(new KeyValuePair<string, SocketNamespace>(space.Name, space)))
            return;
        _ = StopAsync(space);
    }

    /// <summary>The client has been told that it is in.</summary>
    internal void Connected(Socket socket)
    {
        lock (_gate)
            _unfinished++;
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

    internal void ProtocolBroken(string rule) => SocketLog.ProtocolBroken(_log, rule);

    internal void SaveSession(SocketNamespace space, SavedSession session)
    {
        var saving = space.Adapter.SaveSessionAsync(session);
        if (!saving.IsCompletedSuccessfully)
            _ = WatchAsync(saving, space.Name);
    }

    private protected override BroadcastOperator Select()
    {
        Freeze();
        return new BroadcastOperator(_main!, new Rooms.BroadcastOptions());
    }

    /// <summary>Makes the namespaces out of what was configured; from now on nothing can be added.</summary>
    private void Freeze()
    {
        if (_main is not null)
            return;
        lock (_gate)
        {
            if (_main is not null)
                return;
            _builder.Close();
            var names = new HashSet<string>(StringComparer.Ordinal);
            NamespaceHandlers Handlers(SocketNamespaceBuilder built)
            {
                var handlers = new NamespaceHandlers(built, _log, _stopping);
                names.UnionWith(handlers.EventNames);
                return handlers;
            }

            foreach (var (name, built) in _builder.Static)
                _namespaces[name] = new SocketNamespace(this, name, Handlers(built), isDynamic: false);
            _rules = [.. _builder.Dynamic.Select(rule => (rule, Handlers(rule.Builder)))];
            var main = _namespaces["/"] = new SocketNamespace(this, "/", Handlers(_builder), isDynamic: false);
            Reader.Expect(names);
            _main = main;
        }
    }

    private SocketNamespace EnterDynamic(string name, NamespaceHandlers handlers)
    {
        lock (_gate)
        {
            if (_namespaces.TryGetValue(name, out var known) && known.Enter())
                return known;
            var made = new SocketNamespace(this, name, handlers, isDynamic: true);
            made.Enter();
            _namespaces[name] = made;
            return made;
        }
    }

    private async Task StopAsync(SocketNamespace space)
    {
        try
        {
            await space.Adapter.StopAsync();
        }
#pragma warning disable CA1031 // Nobody waits for this; it is logged.
        catch (Exception e)
#pragma warning restore CA1031
        {
            SocketLog.HandlerFailed(_log, e, space.Name, "adapter stop", "");
        }
    }

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
}
