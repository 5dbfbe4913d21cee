using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Stoa.SocketIO.EngineIO;

/// <summary>The sessions of one endpoint and the way requests find them.</summary>
internal sealed class EngineServer : IDisposable
{
    private const int SessionIdBytes = 15;
    private readonly ConcurrentDictionary<string, EngineSession> _sessions = new(StringComparer.Ordinal);
    private readonly Func<EngineSession, EngineHandler> _handler;
    private readonly PollingTransport _polling;
    private readonly WebSocketTransport _webSocket;
    private readonly ILogger _log;
    private readonly UnadmittedSessions? _unadmitted;
    private readonly string _limits;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open;
    private int _served;
    private volatile bool _stopping;

    /// <param name="admits">Whether sessions are let in by <see cref="EngineSession.TryAdmit"/>; else they are from the start.</param>
    public EngineServer(EngineOptions options, TimeProvider clock, EngineMetrics metrics, ILogger log, Func<EngineSession, EngineHandler> handler, bool admits = false)
    {
        _unadmitted = admits ? new UnadmittedSessions(options) : null;
        Options = options;
        Clock = clock;
        Metrics = metrics;
        _handler = handler;
        _log = log;
        Wheel = new TimerWheel(clock, Tick(options), ServingFailed);
        Departed = new DepartedSessions(clock);
        _polling = new PollingTransport(this);
        _webSocket = new WebSocketTransport(this);
        _limits = string.Create(
            CultureInfo.InvariantCulture,
            $"\"pingInterval\":{(long)options.PingInterval.TotalMilliseconds},\"pingTimeout\":{(long)options.PingTimeout.TotalMilliseconds},\"maxPayload\":{options.MaxPayload}}}");
    }

    public EngineOptions Options { get; }

    public TimeProvider Clock { get; }

    public EngineMetrics Metrics { get; }

    public TimerWheel Wheel { get; }

    public DepartedSessions Departed { get; }

    /// <summary>Sessions that are open on this node now.</summary>
    public int Count => Volatile.Read(ref _open);

    /// <summary>Serves one request of the endpoint. Not an async method: its state would live as long as each WebSocket.</summary>
    public Task HandleAsync(HttpContext context)
    {
        if (Options.Cors?.Apply(context) == true)
            return Task.CompletedTask;
        var request = EngineRequest.Read(context, Options);
        var session = Find(request.SessionId);
        var check = request.CheckAsync(context, Options, session);
        return check.IsCompletedSuccessfully ? ServeAsync(context, request, session, check.Result) : ServeCheckedAsync(context, request, session, check.AsTask());
    }

    /// <summary>Makes a session known, in a place that <see cref="TryTake"/> has taken; its heartbeat starts now.</summary>
    public EngineSession Open(EngineHandshake handshake, WebSocketConnection? socket, object? network)
    {
        var id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SessionIdBytes));
        var session = new EngineSession(this, id, handshake, socket, _handler, isAdmitted: _unadmitted is null) { Network = network };
        _unadmitted?.Add(session);
        _sessions[id] = session;
        Metrics.Opened();
        // A stop that came meanwhile did not see this session.
        if (_stopping)
            session.Close(EngineCloseReason.ServerShuttingDown);
        return session;
    }

    /// <summary>The open packet (Engine.IO 4, "Handshake").</summary>
    public OutgoingMessage OpenPacket(EngineSession session, EngineTransports transport)
    {
        var canUpgrade = transport == EngineTransports.Polling && Options.AllowUpgrades && Options.Transports.HasFlag(EngineTransports.WebSocket);
        return OutgoingMessage.FromText(Encoding.UTF8.GetBytes($"0{{\"sid\":\"{session.Id}\",\"upgrades\":[{(canUpgrade ? "\"websocket\"" : "")}],{_limits}"));
    }

    /// <summary>Requests with this session's id are unknown from now on.</summary>
    public void Forget(EngineSession session)
    {
        if (!_sessions.TryRemove(session.Id, out _))
            return;
        Interlocked.Decrement(ref _open);
        _unadmitted?.Leave(session);
    }

    /// <summary>Takes a place for a session that is about to be made; false when there is none. Counted first: of many handshakes at once no more pass than there is room for.</summary>
    public bool TryTake(IPAddress? address, out object? network)
    {
        network = null;
        EngineSession? oldest = null;
        if (Interlocked.Increment(ref _open) <= Options.MaxConnections && _unadmitted?.TryTake(address, out network, out oldest) != false)
        {
            oldest?.Evict();
            return true;
        }

        Interlocked.Decrement(ref _open);
        return false;
    }

    /// <summary>Gives a place back for which no session was made.</summary>
    public void GiveBack(object? network)
    {
        Interlocked.Decrement(ref _open);
        _unadmitted?.GiveBack(network);
    }

    /// <summary>The application lets the session in: false when it had to make room for others just now.</summary>
    public bool TryAdmit(EngineSession session) => _unadmitted?.Leave(session) != false;

    /// <summary>Whether many sessions wait to be let in, of all networks or of this one's.</summary>
    public bool IsCrowded(EngineSession session) => _unadmitted?.IsCrowded(session.Network) == true;

    public void Closed(EngineSession session, EngineCloseReason reason)
    {
        Metrics.Closed();
        EngineLog.SessionClosed(_log, session.Transport, reason);
    }

    public void ServingFailed(Exception fault) => EngineLog.ServingFailed(_log, fault);

    /// <summary>Closes every session and refuses new ones (reason "server shutting down").</summary>
    public void Stop()
    {
        _stopping = true;
        foreach (var (_, session) in _sessions)
            session.Close(EngineCloseReason.ServerShuttingDown);
    }

    /// <summary>After <see cref="Stop"/>: ends when every WebSocket has been told and has answered or was cut, so within the time a close handshake may take.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        if (Interlocked.CompareExchange(ref _served, 0, 0) > 0)
            await _drained.Task.WaitAsync(cancellation);
    }

    /// <summary>A WebSocket is served from now on, whether its request still runs or not.</summary>
    public void Serving() => Interlocked.Increment(ref _served);

    public void Served()
    {
        if (Interlocked.Decrement(ref _served) == 0 && _stopping)
            _drained.TrySetResult();
    }

    public void Dispose() => Wheel.Dispose();

    private async Task ServeCheckedAsync(HttpContext context, EngineRequest request, EngineSession? session, Task<EngineRefusal?> check) =>
        await ServeAsync(context, request, session, await check);

    private Task ServeAsync(HttpContext context, in EngineRequest request, EngineSession? session, EngineRefusal? refusal)
    {
        object? network = null;
        var isPoll = !request.IsUpgrade && HttpMethods.IsGet(context.Request.Method);
        if (isPoll && refusal == EngineRefusal.UnknownSession && Departed.TryTake(request.SessionId!))
            return _polling.AnswerLateAsync(context);
        if (_stopping)
            refusal = EngineRefusal.ShuttingDown;
        else if (session is null && refusal is null && !TryTake(context.Connection.RemoteIpAddress, out network))
            refusal = EngineRefusal.Forbidden("Too many connections");
        if (refusal is not null)
        {
            EngineLog.RequestRefused(_log, refusal.Code, refusal.Message);
            if (Options.OnRefused is { } told)
                Guard(() => told(context, refusal.Code, refusal.Message));
            return refusal.WriteAsync(context, request.IsUpgrade);
        }

        AddHeaders(context, isHandshake: session is null);
        if (request.IsUpgrade)
            return session is null ? _webSocket.OpenAsync(context, network) : _webSocket.UpgradeAsync(context, session);
        return session is null ? _polling.OpenAsync(context, network) : _polling.ServeAsync(context, session);
    }

    private void AddHeaders(HttpContext context, bool isHandshake)
    {
        if (isHandshake && Options.OnHandshakeHeaders is { } first)
            Guard(() => first(context));
        if (Options.OnHeaders is { } every)
            Guard(() => every(context));
    }

    /// <summary>A hook's fault is logged; the request is answered all the same.</summary>
    private void Guard(Action hook)
    {
        try
        {
            hook();
        }
#pragma warning disable CA1031 // The edge: what the application's hook throws.
        catch (Exception e)
#pragma warning restore CA1031
        {
            EngineLog.HookFailed(_log, e);
        }
    }

    private EngineSession? Find(string? id) => id is not null && _sessions.TryGetValue(id, out var session) && session.IsAlive() ? session : null;

    // Fine enough that a deadline is late by little of itself, coarse enough that an idle server hardly wakes.
    private static TimeSpan Tick(EngineOptions options)
    {
        var shortest = Math.Min(options.PingInterval.TotalMilliseconds, options.PingTimeout.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(Math.Clamp(shortest / 16, 5, 50));
    }
}
