using System.Collections.Concurrent;
using Stoa.SocketIO.Adapters;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Rooms;

namespace Stoa.Conformance.Adapters;

/// <summary>Connects the servers of one test: the proof that the adapter seam is enough for several nodes. Everything crosses as bytes or plain values.</summary>
public sealed class Bus
{
    public ConcurrentDictionary<string, List<BusAdapter>> Spaces { get; } = new();

    public List<BusAdapter> In(string space) => Spaces.GetOrAdd(space, _ => []);
}

public sealed class BusAdapter(Bus bus, SocketNamespace space) : Adapter(space)
{
    private IEnumerable<BusAdapter> Others => bus.In(Namespace.Name).Where(a => a != this);

    public override ValueTask StartAsync(CancellationToken cancellation)
    {
        bus.In(Namespace.Name).Add(this);
        return ValueTask.CompletedTask;
    }

    public override ValueTask StopAsync()
    {
        bus.In(Namespace.Name).Remove(this);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<int> CountServersAsync() => new(bus.In(Namespace.Name).Count);

    public override ValueTask BroadcastAsync(SocketPacket packet, BroadcastOptions options)
    {
        DeliverLocally(packet, options);
        foreach (var other in options.Local ? [] : Others)
            other.DeliverLocally(Copy(packet), options);
        return ValueTask.CompletedTask;
    }

    public override ValueTask BroadcastWithAckAsync(SocketPacket packet, BroadcastOptions options, AckCollector answers)
    {
        BusAdapter[] others = options.Local ? [] : [.. Others];
        answers.ExpectServers(others.Length + 1);
        answers.AddReceivers(DeliverLocallyWithAck(packet, options, answers.Add));
        foreach (var other in others)
        {
            answers.AddReceivers(other.DeliverLocallyWithAck(
                Copy(packet), options, answer => answers.Add(Namespace.Arguments(answer.Utf8Json.ToArray(), answer.Attachments, isEvent: false))));
        }

        return ValueTask.CompletedTask;
    }

    public override ValueTask<IReadOnlyList<SocketDetails>> FetchSocketsAsync(BroadcastOptions options, CancellationToken cancellation) =>
        new([.. FetchLocally(options), .. options.Local ? [] : Others.SelectMany(o => o.FetchLocally(options))]);

    public override ValueTask JoinAsync(BroadcastOptions options, IReadOnlyList<string> rooms) => Everywhere(options, a => a.JoinLocally(options, rooms));

    public override ValueTask LeaveAsync(BroadcastOptions options, IReadOnlyList<string> rooms) => Everywhere(options, a => a.LeaveLocally(options, rooms));

    public override ValueTask DisconnectAsync(BroadcastOptions options, bool close) => Everywhere(options, a => a.DisconnectLocally(options, close));

    public override async ValueTask ServerSideEmitAsync(SocketPacket packet, AckCollector? answers)
    {
        BusAdapter[] others = [.. Others];
        answers?.ExpectServers(others.Length);
        foreach (var other in others)
        {
            answers?.AddReceivers(1);
            SocketArguments? answer = null;
            try
            {
                answer = await other.HandleServerSideEmitAsync(packet.Utf8Json.ToArray(), packet.Attachments, default);
            }
            catch (InvalidOperationException)
            {
                // A handler of the other node failed: no answer comes from there.
            }

            if (answer is not null)
                answers?.Add(Namespace.Arguments(answer.Utf8Json.ToArray(), answer.Attachments, isEvent: false));
        }
    }

    private static SocketPacket Copy(SocketPacket packet) =>
        SocketPacket.Event(packet.Namespace, packet.Utf8Json.ToArray(), [.. packet.Attachments.Select(a => (ReadOnlyMemory<byte>)a.ToArray())]);

    private ValueTask Everywhere(BroadcastOptions options, Action<BusAdapter> act)
    {
        act(this);
        foreach (var other in options.Local ? [] : Others.ToArray())
            act(other);
        return ValueTask.CompletedTask;
    }
}
