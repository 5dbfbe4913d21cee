using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Stoa.SocketIO.Adapters;
using Stoa.SocketIO.EngineIO;
using Stoa.SocketIO.Namespaces;

namespace Stoa.SocketIO.Admin;

/// <summary>
/// A namespace of ordinary events that the official admin UI (@socket.io/admin-ui 0.5) connects to: the sockets of all nodes when it comes, then
/// what changes, figures every two seconds, and unless read-only the UI's own commands, which reach all nodes.
/// </summary>
/// <remarks>Credentials and session ids are not shown, payloads only with <see cref="AdminDetail.Events"/>. Of a socket's data only the names and types are.</remarks>
internal sealed partial class AdminNamespace : SocketObserver, IDisposable
{
    private const int MaxSessions = 1000;
    private static readonly string[] WritingFeatures = ["EMIT", "JOIN", "LEAVE", "DISCONNECT", "MJOIN", "MLEAVE", "MDISCONNECT"];

    private readonly AdminOptions _options;
    private readonly string _name;
    private readonly SocketIOServer _server;
    private readonly AdminCounters _counters;
    private readonly ITimer _timer;
    private readonly long _started;
    private readonly ConcurrentQueue<string> _sessions = new();
    private readonly ConcurrentDictionary<string, string> _polling = new(StringComparer.Ordinal);

    public AdminNamespace(string name, AdminOptions options, SocketIOServer server)
    {
        _name = name;
        _started = server.Clock.GetTimestamp();
        _options = options;
        _server = server;
        _counters = new AdminCounters(server.Root.GetRequiredService<IMeterFactory>());
        _timer = server.Clock.CreateTimer(_ => Tick(), null, options.Interval, options.Interval);
    }

    /// <summary>Puts the handlers on the namespace.</summary>
    public void Map(SocketNamespaceBuilder io)
    {
        io.Use(SignInAsync);
        io.OnConnection(ShowAsync);
        if (_options.IsReadOnly)
            return;
        io.On("emit", (happened, _) => EmitAsync(happened));
        io.On("join", (happened, _) => Target(happened, 2).SocketsJoinAsync(Text(happened, 1)).AsTask());
        io.On("leave", (happened, _) => Target(happened, 2).SocketsLeaveAsync(Text(happened, 1)).AsTask());
        io.On("_disconnect", (happened, _) => Target(happened, 2).DisconnectSocketsAsync(happened.Args.At(1).As<bool>()).AsTask());
    }

    public void Dispose()
    {
        _timer.Dispose();
        _counters.Dispose();
    }

    private async Task SignInAsync(Socket socket, Func<Task> next, CancellationToken cancellation)
    {
        var auth = socket.Handshake.Auth;
        if (Member(auth, "sessionId") is { } session && _sessions.Contains(session, StringComparer.Ordinal))
        {
            await next();
            return;
        }

        if (Member(auth, "username") is not { } name || Member(auth, "password") is not { } password || !await _options.Authenticate!(name, password, cancellation))
            throw new SocketRefusedException("invalid credentials");

        var made = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        _sessions.Enqueue(made);
        while (_sessions.Count > MaxSessions)
            _sessions.TryDequeue(out _);
        await socket.EmitAsync("session", made);
        await next();
    }

    private async Task ShowAsync(Socket socket, CancellationToken cancellation)
    {
        string[] told = IsToldOfSockets ? ["AGGREGATED_EVENTS", "ALL_EVENTS"] : ["AGGREGATED_EVENTS"];
        await socket.EmitAsync("config", new AdminConfig(_options.IsReadOnly ? told : [.. told, .. WritingFeatures]));
        await socket.EmitAsync("server_stats", Stats([]));
        if (!IsToldOfSockets)
            return;
        var shown = new List<AdminSocket>();
        foreach (var space in _server.Namespaces.Where(_ => shown.Count < _options.MaxSocketsShown))
        {
            var there = await space.FetchSocketsAsync(cancellation);
            shown.AddRange(there.Take(_options.MaxSocketsShown - shown.Count).Select(s => AdminSocket.Of(space, s)));
        }

        await socket.EmitAsync("all_sockets", (object)shown);
    }

    private async Task EmitAsync(SocketEvent happened)
    {
        var arguments = happened.Args.Skip(3).Select(static a => (object?)a).ToArray();
        await Target(happened, 1).EmitArgsAsync(Text(happened, 2), arguments);
    }

    /// <summary>Everybody in the namespace named first, or those in the room named at the given place.</summary>
    private BroadcastTarget Target(SocketEvent happened, int filterAt)
    {
        var space = _server.Of(Text(happened, 0));
        return happened.Args.At(filterAt).As<string>() is { Length: > 0 } room ? space.In(room) : space;
    }

    private static string Text(SocketEvent happened, int at) => happened.Args.At(at).As<string>() ?? throw new JsonException("An argument is missing.");

    private static string? Member(JsonElement auth, string name) =>
        auth.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private void Tick()
    {
        var counts = _counters.Take(_server.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        if (Watched() is not { } space)
            return;
        foreach (var (id, name) in _polling)
        {
            if (_server.Find(name)?.FindLocal(id) is not { } socket || AdminSocket.TransportOf(socket) == "polling" || !_polling.TryRemove(id, out _))
                continue;
            _ = space.EmitAsync("socket_updated", new AdminSocketUpdate(id, name, "websocket")).AsTask();
        }

        _ = space.EmitAsync("server_stats", Stats(counts)).AsTask();
    }

    private AdminServerStats Stats(IReadOnlyList<AdminCount> counts) => new(
        _options.ServerId,
        Environment.MachineName,
        Environment.ProcessId,
        _server.Clock.GetElapsedTime(_started).TotalSeconds,
        _server.ConnectionCount,
        _polling.Count,
        counts,
        [.. _server.Namespaces.Select(static space => new AdminNamespaceStats(space.Name, space.LocalCount))]);
}
