using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Stoa.SocketIO.Adapters;

namespace Stoa.SocketIO.Namespaces;

/// <summary>The namespaces of a server: those configured, and dynamic ones for as long as they have clients here.</summary>
internal sealed class NamespaceTable
{
    private readonly ConcurrentDictionary<string, SocketNamespace> _spaces = new(StringComparer.Ordinal);
    private readonly List<(DynamicNamespace Rule, NamespaceHandlers Handlers)> _rules = [];
    private readonly Lock _gate = new();
    private readonly SocketIOServer _server;
    private readonly ILogger _log;
    private readonly CancellationToken _stopping;
    private readonly EmptiedNamespaces _emptied;

    /// <summary>Takes over what was configured; nothing can be added to the builder afterwards.</summary>
    public NamespaceTable(SocketIOServer server, SocketIOBuilder built, ILogger log, CancellationToken stopping)
    {
        (_server, _log, _stopping) = (server, log, stopping);
        _emptied = new EmptiedNamespaces(server, Remove);
        built.Close();
        var names = new HashSet<string>(StringComparer.Ordinal);
        Main = Add("/", built, names);
        foreach (var (name, space) in built.Static)
            Add(name, space, names);
        foreach (var rule in built.Dynamic)
            _rules.Add((rule, Handlers(rule.Builder, names)));
        server.Reader.Expect(names);
    }

    public SocketNamespace Main { get; }

    public IReadOnlyCollection<SocketNamespace> All => [.. _spaces.Values];

    public SocketNamespace? Find(string name) => _spaces.GetValueOrDefault(name);

    /// <summary>The namespace, kept until <see cref="Leave"/>; a dynamic one is made when its rule says so. Null when there is none.</summary>
    public async ValueTask<SocketNamespace?> EnterAsync(string name, SocketHandshake handshake)
    {
        if (_spaces.TryGetValue(name, out var known) && !known.IsDynamic && known.Enter())
            return known;
        // A rule is asked for every client, not only for the first of a namespace as in the reference: it may look at the auth.
        foreach (var (rule, handlers) in _rules)
        {
            if (await rule.Exists(name, handshake.Auth, _stopping))
                return EnterDynamic(name, handlers);
        }

        return null;
    }

    /// <summary>
    /// The counterpart of <see cref="EnterAsync"/>: removes a dynamic namespace that is empty. When what its clients may come back to is in its own memory, only once
    /// they cannot any more.
    /// </summary>
    public void Leave(SocketNamespace space)
    {
        if (!space.Exit())
            return;
        if (space.Adapter is InMemoryAdapter { Recovers: true })
            _emptied.Add(space);
        else
            Remove(space, space.Exits);
    }

    private void Remove(SocketNamespace space, long exits)
    {
        if (!space.Retire(exits))
            return;
        _spaces.TryRemove(new KeyValuePair<string, SocketNamespace>(space.Name, space));
        _ = StopAsync(space);
    }

    private SocketNamespace Add(string name, SocketNamespaceBuilder built, HashSet<string> names) =>
        _spaces[name] = new SocketNamespace(_server, name, Handlers(built, names), isDynamic: false);

    private NamespaceHandlers Handlers(SocketNamespaceBuilder built, HashSet<string> names)
    {
        var handlers = new NamespaceHandlers(built, _log, _stopping);
        names.UnionWith(handlers.EventNames);
        return handlers;
    }

    private SocketNamespace EnterDynamic(string name, NamespaceHandlers handlers)
    {
        lock (_gate)
        {
            if (_spaces.TryGetValue(name, out var known) && known.Enter())
                return known;
            var made = new SocketNamespace(_server, name, handlers, isDynamic: true);
            made.Enter();
            return _spaces[name] = made;
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
}
