using Stoa.SocketIO.Adapters;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Rooms;

namespace Stoa.SocketIO.Namespaces;

/// <summary>A selection of a namespace's sockets, ready to be sent to. Immutable: it can be kept and used again; who is meant is decided at each use.</summary>
public sealed class BroadcastOperator : BroadcastTarget
{
    private readonly SocketNamespace _space;
    private readonly BroadcastOptions _options;

    internal BroadcastOperator(SocketNamespace space, BroadcastOptions options)
    {
        _space = space;
        _options = options;
    }

    internal BroadcastOperator WithRooms(ReadOnlySpan<string> rooms) => new(_space, _options with { Rooms = [.. _options.Rooms, .. rooms] });

    internal BroadcastOperator WithoutRooms(ReadOnlySpan<string> rooms) => new(_space, _options with { Except = [.. _options.Except, .. rooms] });

    internal BroadcastOperator AsVolatile() => new(_space, _options with { Volatile = true });

    internal BroadcastOperator AsLocal() => new(_space, _options with { Local = true });

    internal BroadcastOperator WithKey(string key) => new(_space, _options with { Once = key });

    internal ValueTask BroadcastAsync(string eventName, ReadOnlySpan<object?> arguments) =>
        _space.Adapter.BroadcastAsync(_space.Encode(eventName, arguments), _options);

    internal Task<BroadcastAnswers<T>> CollectAsync<T>(string eventName, TimeSpan timeout, ReadOnlySpan<object?> arguments)
    {
        var packet = _space.Encode(eventName, arguments);
        var collector = new AckCollector(_space.Server.Wheel, timeout);
        return WaitAsync(packet, _options with { Timeout = timeout }, collector);

        async Task<BroadcastAnswers<T>> WaitAsync(SocketPacket sent, BroadcastOptions options, AckCollector answers)
        {
            await _space.Adapter.BroadcastWithAckAsync(sent, options, answers);
            var complete = await answers.Completion;
            return Acknowledgement.ReadAll<T>(answers.Answers, complete);
        }
    }

    internal async ValueTask<IReadOnlyList<RemoteSocket>> FetchAsync(CancellationToken cancellation)
    {
        var details = await _space.Adapter.FetchSocketsAsync(_options, cancellation);
        return [.. details.Select(d => new RemoteSocket(_space, d))];
    }

    internal ValueTask JoinRoomsAsync(IReadOnlyList<string> rooms) => _space.Adapter.JoinAsync(_options, rooms);

    internal ValueTask LeaveRoomsAsync(IReadOnlyList<string> rooms) => _space.Adapter.LeaveAsync(_options, rooms);

    internal ValueTask DisconnectAllAsync(bool close) => _space.Adapter.DisconnectAsync(_options, close);

    private protected override BroadcastOperator Select() => this;
}
