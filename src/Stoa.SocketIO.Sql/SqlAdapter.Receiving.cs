using Stoa.SocketIO.Adapters;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Rooms;

namespace Stoa.SocketIO.Sql;

/// <summary>What other nodes wrote, in the order of the log.</summary>
public sealed partial class SqlAdapter
{
    internal void Handle(SqlRow row)
    {
        if (row.Kind == RowKind.Event)
        {
            OnEvent(row);
            return;
        }

        if (row.Node == _node.Id || row.Kind is RowKind.Mark or RowKind.Hello or RowKind.Welcome)
            return;
        var message = SqlMessage.Read(row.Body);
        switch (row.Kind)
        {
            case RowKind.Plain:
                DeliverLocally(message.Packet(Namespace.Name), message.Options());
                break;
            case RowKind.Join:
                JoinLocally(message.Options(), message.Names("names"));
                break;
            case RowKind.Leave:
                LeaveLocally(message.Options(), message.Names("names"));
                break;
            case RowKind.Disconnect:
                DisconnectLocally(message.Options(), message.Flag("close"));
                break;
            case RowKind.Fetch:
                Answer(row, message, json =>
                {
                    json.WriteStartArray("sockets"u8);
                    foreach (var socket in FetchLocally(message.Options()))
                        SocketDetailsJson.Write(json, socket, _json);
                    json.WriteEndArray();
                });
                break;
            case RowKind.BroadcastWithAck:
                OnBroadcastWithAck(row, message);
                break;
            case RowKind.ServerSide:
                _ = OnServerSideAsync(row, message);
                break;
            case RowKind.Answer:
                if (message.RequestId is { } id && _requests.TryGetValue(id, out var hear))
                    hear(message);
                break;
            default:
                // Of a later version.
                break;
        }
    }

    private void OnBroadcastWithAck(SqlRow row, SqlMessage message)
    {
        var options = message.Options();
        // The number must be there before the answers, which may come while the event is still being delivered: both go through one queue.
        var counted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var receivers = DeliverLocallyWithAck(message.Packet(Namespace.Name), options with { Timeout = options.Timeout ?? _node.Options.RequestsTimeout }, answer => _ = AnswerAsync(answer));
        Answer(row, message, json => json.WriteNumber("receivers"u8, receivers));
        counted.TrySetResult();

        async Task AnswerAsync(SocketArguments answer)
        {
            await counted.Task;
            Answer(row, message, json => SqlMessage.WriteData(json, answer.Utf8Json, answer.Attachments));
        }
    }

    private async Task OnServerSideAsync(SqlRow row, SqlMessage message)
    {
        try
        {
            var answer = await HandleServerSideEmitAsync(message.Data(), message.Attachments(), CancellationToken.None);
            if (message.RequestId is not null && answer is not null)
                Answer(row, message, json => SqlMessage.WriteData(json, answer.Utf8Json, answer.Attachments));
        }
#pragma warning disable CA1031 // The handler's fault; nobody waits for this. The other node gets no answer.
        catch (Exception e)
#pragma warning restore CA1031
        {
            SqlLog.RowFailed(_log, e, Namespace.Name);
        }
    }

    private void Answer(SqlRow row, SqlMessage message, Action<System.Text.Json.Utf8JsonWriter> write) => Publish(RowKind.Answer, row.Node, json =>
    {
        json.WriteString("request"u8, message.RequestId);
        write(json);
    });
}
