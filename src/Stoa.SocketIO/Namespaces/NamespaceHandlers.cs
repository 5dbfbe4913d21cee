using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Stoa.SocketIO.Packets;

namespace Stoa.SocketIO.Namespaces;

/// <summary>What an application does with the sockets of a namespace. Fixed once the server serves.</summary>
internal sealed partial class NamespaceHandlers
{
    private readonly SocketNamespaceBuilder _built;
    private readonly FrozenDictionary<string, Func<SocketEvent, CancellationToken, Task>> _events;
    private readonly FrozenDictionary<string, Func<SocketArguments, CancellationToken, Task<object?>>> _serverSide;
    private readonly Func<SocketEvent, CancellationToken, Task> _pipeline;
    private readonly ILogger _log;
    private readonly CancellationToken _stopping;

    public NamespaceHandlers(SocketNamespaceBuilder built, ILogger log, CancellationToken stopping)
    {
        _built = built;
        _log = log;
        _stopping = stopping;
        _events = built.Events.ToFrozenDictionary(StringComparer.Ordinal);
        _serverSide = built.ServerSide.ToFrozenDictionary(StringComparer.Ordinal);
        _pipeline = built.Filters.AsEnumerable().Reverse().Aggregate(
            (Func<SocketEvent, CancellationToken, Task>)DispatchAsync,
            (next, filter) => (happened, cancellation) => filter(happened, () => next(happened, cancellation), cancellation));
    }

    public IEnumerable<string> EventNames => _events.Keys;

    public bool HasMiddleware => _built.Middleware.Count > 0;

    /// <summary>Runs the connection middleware; throws what it throws. False when one of them neither went on nor threw: that refuses, too.</summary>
    public async Task<bool> AdmitAsync(Socket socket)
    {
        var admitted = false;
        Func<Task> chain = () =>
        {
            admitted = true;
            return Task.CompletedTask;
        };
        foreach (var middleware in _built.Middleware.AsEnumerable().Reverse())
        {
            var next = chain;
            chain = () => middleware(socket, next, _stopping);
        }

        await chain();
        return admitted;
    }

    public async ValueTask ConnectedAsync(Socket socket)
    {
        foreach (var handler in _built.Connected)
            await GuardAsync("connection", () => handler(socket, _stopping));
        await EndScopeAsync(socket);
    }

    public async ValueTask DisconnectedAsync(Socket socket, DisconnectReason reason)
    {
        foreach (var handler in _built.Disconnected)
            await GuardAsync("disconnection", () => handler(socket, reason));
        await EndScopeAsync(socket);
        socket.Namespace.Server.Finished();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask HandleAsync(SocketEvent happened)
    {
        try
        {
            happened.Socket.Namespace.Server.EventObserver?.Received(happened);
            await _pipeline(happened, _stopping);
        }
        catch (UnfitPayloadException e)
        {
            await BadPayloadAsync(happened, e);
        }
#pragma warning disable CA1031 // The edge: whatever a handler throws must not reach the connection.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await FaultAsync(happened, e);
        }

        await EndScopeAsync(happened.Socket);
    }

    public async Task<object?> ServerSideAsync(string name, SocketArguments arguments, CancellationToken cancellation) =>
        _serverSide.TryGetValue(name, out var handler) ? await handler(arguments, cancellation) : null;

    public bool HandlesServerSide(string name) => _serverSide.ContainsKey(name);

    private Task DispatchAsync(SocketEvent happened, CancellationToken cancellation)
    {
        var handler = _events.GetValueOrDefault(happened.Name);
        if (_built.Any.Count > 0)
            return DispatchToAllAsync(happened, handler, cancellation);
        if (handler is not null)
            return handler(happened, cancellation);
        SocketLog.EventUnknown(_log, happened.Socket.Namespace.Name);
        return Task.CompletedTask;
    }

    private async Task DispatchToAllAsync(SocketEvent happened, Func<SocketEvent, CancellationToken, Task>? handler, CancellationToken cancellation)
    {
        foreach (var any in _built.Any)
            await any(happened, cancellation);
        if (handler is not null)
            await handler(happened, cancellation);
    }

    private async Task FaultAsync(SocketEvent happened, Exception fault)
    {
        // Logged once, here; a hook adds an answer, not a second line.
        SocketLog.HandlerFailed(_log, fault, happened.Socket.Namespace.Name, "event", Known(happened.Name));
        if (_built.Error is { } hook)
            await GuardAsync("error hook", () => hook(happened, fault, _stopping));
    }

    private async Task BadPayloadAsync(SocketEvent happened, UnfitPayloadException bad)
    {
        if (_built.BadPayload is { } hook)
            await GuardAsync("bad payload hook", () => hook(happened, bad, _stopping));
        else
            SocketLog.BadPayload(_log, happened.Socket.Namespace.Name, Known(happened.Name));
    }

    // A client chooses the names it sends; only those the application knows go to the log.
    private string Known(string name) => _events.ContainsKey(name) ? name : "(unknown)";

    private async Task GuardAsync(string what, Func<Task> handler)
    {
        try
        {
            await handler();
        }
        catch (UnfitPayloadException)
        {
            // E.g. what a client answered to a question.
            SocketLog.BadPayload(_log, "", what);
        }
#pragma warning disable CA1031 // The edge: whatever a handler throws must not reach the connection.
        catch (Exception e)
#pragma warning restore CA1031
        {
            SocketLog.HandlerFailed(_log, e, "", what, "");
        }
    }

    private ValueTask EndScopeAsync(Socket socket) => socket.HasScope ? new ValueTask(GuardAsync("scope", () => socket.EndScopeAsync().AsTask())) : default;
}
