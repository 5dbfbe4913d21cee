using System.Text.Json;
using Stoa.SocketIO.Packets;

namespace Stoa.SocketIO.Namespaces;

/// <summary>Says what happens to the sockets of a namespace. Used while the application is being built; nothing can be added once it serves.</summary>
/// <remarks>
/// Handlers of one socket never overlap. The token they get is cancelled when the server stops, not when the client goes: an event that arrived is
/// handled to its end. Work that is useless without the client uses <see cref="Socket.Disconnected"/>.
/// </remarks>
public partial class SocketNamespaceBuilder
{
    private bool _closed;

    internal SocketNamespaceBuilder()
    {
    }

    internal List<Func<Socket, Func<Task>, CancellationToken, Task>> Middleware { get; } = [];

    internal List<Func<Socket, CancellationToken, Task>> Connected { get; } = [];

    internal List<Func<Socket, DisconnectReason, Task>> Disconnected { get; } = [];

    internal Dictionary<string, Func<SocketEvent, CancellationToken, Task>> Events { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, Func<SocketArguments, CancellationToken, Task<object?>>> ServerSide { get; } = new(StringComparer.Ordinal);

    internal List<Func<SocketEvent, CancellationToken, Task>> Any { get; } = [];

    internal List<Func<SocketEvent, Func<Task>, CancellationToken, Task>> Filters { get; } = [];

    internal Func<SocketEvent, Exception, CancellationToken, Task>? Error { get; private set; }

    internal Func<SocketEvent, JsonException, CancellationToken, Task>? BadPayload { get; private set; }

    /// <summary>
    /// Connection middleware, run in the order of adding before the client is let in. Throw <see cref="SocketRefusedException"/> to refuse; any other
    /// exception, and not calling next, refuses without telling why.
    /// </summary>
    public SocketNamespaceBuilder Use(Func<Socket, Func<Task>, CancellationToken, Task> middleware) => Add(Middleware, middleware);

    /// <summary>Called when a client was let in, before its first event. Several are called in the order of adding.</summary>
    public SocketNamespaceBuilder OnConnection(Func<Socket, CancellationToken, Task> handler) => Add(Connected, handler);

    /// <summary>Called once for each socket that had connected, after its last event. The socket has left its rooms; <see cref="Socket.Rooms"/> still names them.</summary>
    public SocketNamespaceBuilder OnDisconnect(Func<Socket, DisconnectReason, Task> handler) => Add(Disconnected, handler);

    /// <summary>Handles an event with its arguments as they came.</summary>
    /// <exception cref="ArgumentException">The name is reserved or has a handler already.</exception>
    public SocketNamespaceBuilder On(string eventName, Func<SocketEvent, CancellationToken, Task> handler)
    {
        Open();
        if (PacketReader.IsReserved(eventName))
            throw new ArgumentException($"'{eventName}' is a reserved event name.", nameof(eventName));
        if (!Events.TryAdd(eventName, handler))
            throw new ArgumentException($"'{eventName}' has a handler already.", nameof(eventName));
        return this;
    }

    /// <summary>Handles an event by its first argument. A client that asked for an acknowledgement gets none.</summary>
    /// <remarks>An argument that is missing, null or does not fit goes to <see cref="OnBadPayload"/> instead; ask for <see cref="JsonElement"/> to get null.</remarks>
    public SocketNamespaceBuilder On<TPayload>(string eventName, Func<Socket, TPayload, CancellationToken, Task> handler) =>
        On(eventName, (happened, cancellation) => handler(happened.Socket, Payload<TPayload>(happened), cancellation));

    /// <summary>Handles an event by its first argument and acknowledges it with the result, when the client asked for that.</summary>
    /// <remarks>An argument that is missing, null or does not fit goes to <see cref="OnBadPayload"/> instead; ask for <see cref="JsonElement"/> to get null.</remarks>
    public SocketNamespaceBuilder On<TPayload, TAck>(string eventName, Func<Socket, TPayload, CancellationToken, Task<TAck>> handler) =>
        On(eventName, async (happened, cancellation) => happened.Ack(await handler(happened.Socket, Payload<TPayload>(happened), cancellation)));

    /// <summary>
    /// The same, for handlers that want to know how the event came: whether its client waits for the acknowledgement, for one.
    /// </summary>
    public SocketNamespaceBuilder OnEvent<TPayload, TAck>(string eventName, Func<SocketEvent, TPayload, CancellationToken, Task<TAck>> handler) =>
        On(eventName, async (happened, cancellation) => happened.Ack(await handler(happened, Payload<TPayload>(happened), cancellation)));

    /// <summary>Called for every event, before the handler of its name, if any.</summary>
    public SocketNamespaceBuilder OnAny(Func<SocketEvent, CancellationToken, Task> handler) => Add(Any, handler);

    /// <summary>A filter around the handling of every event, in the order of adding. Not calling next drops the event; what it throws counts as the handler's.</summary>
    public SocketNamespaceBuilder UseEvents(Func<SocketEvent, Func<Task>, CancellationToken, Task> filter) => Add(Filters, filter);

    /// <summary>Called when a handler threw, after it was logged: to acknowledge or tell the client. The connection stays in any case. Replaces an earlier hook.</summary>
    public SocketNamespaceBuilder OnError(Func<SocketEvent, Exception, CancellationToken, Task> hook)
    {
        Open();
        Error = hook;
        return this;
    }

    /// <summary>
    /// Called when an argument does not fit what the handler reads of it, wherever it reads it. Without a hook such an event is logged and
    /// ignored. Replaces an earlier hook.
    /// </summary>
    public SocketNamespaceBuilder OnBadPayload(Func<SocketEvent, JsonException, CancellationToken, Task> hook)
    {
        Open();
        BadPayload = hook;
        return this;
    }

    /// <summary>Handles an event that another node sent with <see cref="SocketNamespace.ServerSideEmitAsync"/>. The result answers it, when an answer is wanted.</summary>
    /// <exception cref="ArgumentException">The name has a handler already.</exception>
    public SocketNamespaceBuilder OnServerSide(string eventName, Func<SocketArguments, CancellationToken, Task<object?>> handler)
    {
        Open();
        if (!ServerSide.TryAdd(eventName, handler))
            throw new ArgumentException($"'{eventName}' has a handler already.", nameof(eventName));
        return this;
    }

    internal virtual void Close() => _closed = true;

    private protected void Open()
    {
        if (_closed)
            throw new InvalidOperationException("The Socket.IO server serves already; handlers are added while the application is being built.");
    }

    private static TPayload Payload<TPayload>(SocketEvent happened)
    {
        var argument = happened.Args.At(0);
        if (typeof(TPayload) == typeof(SocketValue))
            return (TPayload)(object)argument;
        return argument.As<TPayload>() ?? throw new UnfitPayloadException("An argument is missing or null.");
    }

    private SocketNamespaceBuilder Add<T>(List<T> list, T item)
    {
        Open();
        list.Add(item);
        return this;
    }
}
