using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Stoa.SocketIO.Adapters;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Rooms;

namespace Stoa.SocketIO.Sql;

/// <summary>The adapter over a log in a SQLite file or a PostgreSQL database. Made by <c>AddSocketIOSql</c>.</summary>
/// <remarks>
/// <para>With recovery, an event is delivered when it is durable, on every node in the order of the log: an emit ends one (shared) commit later, and
/// what a client has seen can be recovered after the process was killed. Without, it is delivered at once and written behind for other nodes.</para>
/// <para>Delivery to other nodes is at most once; from one node to another in order. While the database is away this node serves its own clients
/// as if it were alone: nothing throws, events have no offset, and who may have missed one is not recovered.</para>
/// </remarks>
public sealed partial class SqlAdapter : Adapter
{
    private readonly ConcurrentDictionary<string, Action<SqlMessage>> _requests = new(StringComparer.Ordinal);
    private readonly SqlNode _node;
    private readonly JsonSerializerOptions _json;
    private readonly ILogger _log;

    internal SqlAdapter(SocketNamespace space, IServiceProvider services)
        : base(space)
    {
        _node = services.GetRequiredService<SqlNode>();
        _log = _node.Log;
        var server = services.GetRequiredService<IOptions<SocketIOOptions>>().Value;
        _json = new JsonSerializerOptions(server.Json);
        // A source-generated context names the application's records; texts and numbers work without being named.
        _json.TypeInfoResolverChain.Add(new DefaultJsonTypeInfoResolver());
        if (server.Recovery is { } recovery)
            _sessions = new SessionStore(_node, space.Name, recovery, _json);
    }

    /// <inheritdoc/>
    public override async ValueTask StartAsync(CancellationToken cancellation) => await _node.StartAsync(this, Namespace.Name, cancellation);

    /// <inheritdoc/>
    public override async ValueTask StopAsync()
    {
        await CloseAsync();
        await _node.StopAsync(this, Namespace.Name);
        GiveUpAll();
    }

    /// <summary>How many living nodes serve this namespace; 1 while the database is away.</summary>
    public override async ValueTask<int> CountServersAsync()
    {
        try
        {
            return Math.Max(1, await _node.UseAsync((c, t) => _node.Tables.CountNodesAsync(c, Namespace.Name, _node.NodeLife, t)));
        }
        catch (Exception e) when (SqlNode.IsLoss(e))
        {
            return 1;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask BroadcastAsync(SocketPacket packet, BroadcastOptions options)
    {
        if (Recovers && packet.Id is null && !options.Volatile)
        {
            await AppendAsync(packet, options);
            return;
        }

        await SettleAsync();
        DeliverLocally(packet, options);
        Tell(RowKind.Plain, options, json => SqlMessage.WriteData(json, packet.Utf8Json, packet.Attachments));
    }

    /// <inheritdoc/>
    public override async ValueTask BroadcastWithAckAsync(SocketPacket packet, BroadcastOptions options, AckCollector answers)
    {
        await SettleAsync();
        var servers = options.Local ? 1 : await CountServersAsync();
        if (servers > 1)
        {
            Ask(RowKind.BroadcastWithAck, options, answers, json => SqlMessage.WriteData(json, packet.Utf8Json, packet.Attachments), answer =>
            {
                if (answer.Number("receivers") is { } receivers)
                    answers.AddReceivers((int)receivers);
                else
                    answers.Add(Namespace.Arguments(answer.Data(), answer.Attachments(), isEvent: false));
            });
        }

        answers.AddReceivers(DeliverLocallyWithAck(packet, options, answers.Add));
        answers.ExpectServers(servers);
    }

    /// <inheritdoc/>
    /// <remarks>While the database is away: the sockets of this node.</remarks>
    public override async ValueTask<IReadOnlyList<SocketDetails>> FetchSocketsAsync(BroadcastOptions options, CancellationToken cancellation)
    {
        await SettleAsync();
        var found = new ConcurrentQueue<SocketDetails>(FetchLocally(options));
        var others = options.Local ? 0 : await CountServersAsync() - 1;
        if (others == 0)
            return [.. found];
        var id = NewRequest();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests[id] = answer =>
        {
            foreach (var socket in answer.Element("sockets")?.EnumerateArray().Select(SocketDetailsJson.Read) ?? [])
            {
                if (socket is not null)
                    found.Enqueue(socket);
            }

            if (Interlocked.Decrement(ref others) == 0)
                all.TrySetResult();
        };
        try
        {
            Publish(RowKind.Fetch, null, json =>
            {
                json.WriteString("request"u8, id);
                SqlMessage.WriteOptions(json, options);
            });
            await all.Task.WaitAsync(_node.Options.RequestsTimeout, _node.Clock, cancellation);
            return [.. found];
        }
        finally
        {
            _requests.TryRemove(id, out _);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask JoinAsync(BroadcastOptions options, IReadOnlyList<string> rooms)
    {
        await SettleAsync();
        JoinLocally(options, rooms);
        Tell(RowKind.Join, options, json => SqlMessage.WriteNames(json, "names", rooms));
    }

    /// <inheritdoc/>
    public override async ValueTask LeaveAsync(BroadcastOptions options, IReadOnlyList<string> rooms)
    {
        await SettleAsync();
        LeaveLocally(options, rooms);
        Tell(RowKind.Leave, options, json => SqlMessage.WriteNames(json, "names", rooms));
    }

    /// <inheritdoc/>
    public override async ValueTask DisconnectAsync(BroadcastOptions options, bool close)
    {
        await SettleAsync();
        DisconnectLocally(options, close);
        Tell(RowKind.Disconnect, options, json => json.WriteBoolean("close"u8, close));
    }

    /// <inheritdoc/>
    public override async ValueTask ServerSideEmitAsync(SocketPacket packet, AckCollector? answers)
    {
        void Write(Utf8JsonWriter json) => SqlMessage.WriteData(json, packet.Utf8Json, packet.Attachments);
        if (answers is null)
        {
            Tell(RowKind.ServerSide, new BroadcastOptions(), Write);
            return;
        }

        var others = await CountServersAsync() - 1;
        if (others > 0)
        {
            Ask(RowKind.ServerSide, new BroadcastOptions(), answers, Write, answer =>
            {
                answers.AddReceivers(1);
                answers.Add(Namespace.Arguments(answer.Data(), answer.Attachments(), isEvent: false));
            });
        }

        answers.ExpectServers(others);
    }

    /// <summary>A verb for the other nodes, if there are any.</summary>
    private void Tell(RowKind kind, BroadcastOptions options, Action<Utf8JsonWriter> write)
    {
        if (options.Local || _node.IsAlone)
            return;
        Publish(kind, null, json =>
        {
            SqlMessage.WriteOptions(json, options);
            write(json);
        });
    }

    /// <summary>A verb whose answers are heard until the collector is complete, which its time-out sees to.</summary>
    private void Ask(RowKind kind, BroadcastOptions options, AckCollector answers, Action<Utf8JsonWriter> write, Action<SqlMessage> hear)
    {
        var id = NewRequest();
        _requests[id] = hear;
        _ = answers.Completion.ContinueWith(
            (_, _) => _requests.TryRemove(id, out var _), null, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        Publish(kind, null, json =>
        {
            json.WriteString("request"u8, id);
            SqlMessage.WriteOptions(json, options);
            write(json);
        });
    }

    private void Publish(RowKind kind, string? target, Action<Utf8JsonWriter> write)
    {
        var row = new SqlRow(0, Namespace.Name, _node.Id, target, kind, 0, SqlMessage.Write(write));
        if (!_node.Writer.TryAdd(new LogWrite(row, null, null)))
            _node.Metrics.Dropped(1);
    }

    private static string NewRequest() => Guid.NewGuid().ToString("N");
}
