using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
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
    private readonly string _limits;
    private volatile bool _stopping;

    public EngineServer(EngineOptions options, TimeProvider clock, EngineMetrics metrics, ILogger log, Func<EngineSession, EngineHandler> handler)
    {
        Options = options;
        Clock = clock;
        Metrics = metrics;
        _handler = handler;
        _log = log;
        Wheel = new TimerWheel(clock, Tick(options));
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

    /// <summary>Sessions that are open on this node now.</summary>
    public int Count => _sessions.Count;

    /// <summary>Serves one request of the endpoint.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        if (Options.Cors?.Apply(context) == true)
            return;

        var request = EngineRequest.Read(context, Options);
        var session = Find(request.SessionId);
        var refusal = _stopping ? EngineRefusal.ShuttingDown : await request.CheckAsync(context, Options, session);
        if (refusal is not null)
        {
            EngineLog.RequestRefused(_log, refusal.Code, refusal.Message);
            await refusal.WriteAsync(context, request.IsUpgrade);
        }
        else if (request.IsUpgrade)
        {
            await (session is null ? _webSocket.OpenAsync(context) : _webSocket.UpgradeAsync(context, session));
        }
        else
        {
            await (session is null ? _polling.OpenAsync(context) : _polling.ServeAsync(context, session));
        }
    }

    /// <summary>Makes a session known; its heartbeat starts now.</summary>
    public EngineSession Open(HttpContext context, WebSocketConnection? socket)
    {
        var id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SessionIdBytes));
        var session = new EngineSession(this, id, new EngineHandshake(context, Clock.GetUtcNow()), socket, _handler);
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
    public void Forget(EngineSession session) => _sessions.TryRemove(session.Id, out _);

    public void Closed(EngineSession session, EngineCloseReason reason)
    {
        Metrics.Closed();
        EngineLog.SessionClosed(_log, session.Transport, reason);
    }

    /// <summary>Closes every session and refuses new ones (reason "server shutting down").</summary>
    public void Stop()
    {
        _stopping = true;
        foreach (var (_, session) in _sessions)
            session.Close(EngineCloseReason.ServerShuttingDown);
    }

    public void Dispose() => Wheel.Dispose();

    private EngineSession? Find(string? id) => id is not null && _sessions.TryGetValue(id, out var session) && session.IsAlive() ? session : null;

    // Fine enough that a deadline is late by little of itself, coarse enough that an idle server hardly wakes.
    private static TimeSpan Tick(EngineOptions options)
    {
        var shortest = Math.Min(options.PingInterval.TotalMilliseconds, options.PingTimeout.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(Math.Clamp(shortest / 16, 5, 50));
    }
}
