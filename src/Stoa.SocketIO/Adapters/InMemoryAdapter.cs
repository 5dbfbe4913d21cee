using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Recovery;
using Stoa.SocketIO.Rooms;

namespace Stoa.SocketIO.Adapters;

/// <summary>The adapter of a single node: every verb is its local half. With recovery on, sessions and events are kept in memory and end with the process.</summary>
public sealed class InMemoryAdapter : Adapter
{
    private readonly MemoryLog? _log;

    /// <summary>An adapter without, or with, connection state recovery.</summary>
    public InMemoryAdapter(SocketNamespace space, RecoveryOptions? recovery)
        : base(space) => _log = recovery is null ? null : new MemoryLog(recovery, space.Server.Clock);

    /// <inheritdoc/>
    public override bool Recovers => _log is not null;

    /// <inheritdoc/>
    public override ValueTask BroadcastAsync(SocketPacket packet, BroadcastOptions options)
    {
        if (_log is not null && packet.Id is null && !options.Volatile)
            _log.Append(packet, options, logged => DeliverLocally(logged, options));
        else
            DeliverLocally(packet, options);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask BroadcastWithAckAsync(SocketPacket packet, BroadcastOptions options, AckCollector answers)
    {
        answers.ExpectServers(1);
        answers.AddReceivers(DeliverLocallyWithAck(packet, options, answers.Add));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<SocketDetails>> FetchSocketsAsync(BroadcastOptions options, CancellationToken cancellation) => new(FetchLocally(options));

    /// <inheritdoc/>
    public override ValueTask JoinAsync(BroadcastOptions options, IReadOnlyList<string> rooms)
    {
        JoinLocally(options, rooms);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask LeaveAsync(BroadcastOptions options, IReadOnlyList<string> rooms)
    {
        LeaveLocally(options, rooms);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask DisconnectAsync(BroadcastOptions options, bool close)
    {
        DisconnectLocally(options, close);
        return ValueTask.CompletedTask;
    }

    /// <summary>There are no other nodes: nobody is told and nobody answers.</summary>
    public override ValueTask ServerSideEmitAsync(SocketPacket packet, AckCollector? answers)
    {
        answers?.ExpectServers(0);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask SaveSessionAsync(SavedSession session)
    {
        _log?.Save(session);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask<SavedSession?> TakeSessionAsync(string privateId) => new(_log?.Take(privateId));

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<SocketPacket>?> ReadMissedAsync(SavedSession session, string offset) => new(_log?.After(offset, session));
}
