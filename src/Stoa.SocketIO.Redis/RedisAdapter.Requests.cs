using System.Text.Json;
using Stoa.SocketIO.Adapters;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Redis.Wire;
using Stoa.SocketIO.Rooms;

namespace Stoa.SocketIO.Redis;

/// <summary>What nodes ask each other, and the answers.</summary>
public sealed partial class RedisAdapter
{
    private void OnRequest(byte[] message)
    {
        var request = ClusterMessage.Read(message);
        if (request.Uid == _uid)
            return;
        var options = request.Options() ?? (request.Text("sid") is { } sid ? new BroadcastOptions { Rooms = [sid] } : null);
        switch (request.Type)
        {
            case RequestType.Sockets:
                var meant = new BroadcastOptions { Rooms = request.Names("rooms") };
                Answer(request, json => ClusterMessage.WriteNames(json, "sockets", FetchLocally(meant).Select(s => s.Id)));
                break;
            case RequestType.AllRooms:
                Answer(request, json => ClusterMessage.WriteNames(json, "rooms", LocalRooms.Concat(FetchLocally(new BroadcastOptions()).Select(s => s.Id))));
                break;
            case RequestType.Fetch when options is not null:
                Answer(request, json => WriteSockets(json, options));
                break;
            case RequestType.Join or RequestType.Leave or RequestType.Disconnect when options is not null:
                OnVerb(request, options);
                break;
            case RequestType.ServerSideEmit:
                _ = OnServerSideEmitAsync(request);
                break;
            case RequestType.Broadcast when options is not null:
                OnBroadcastWithAck(request, options);
                break;
            default:
                // A type of a later version, as in the reference.
                break;
        }
    }

    private void WriteSockets(Utf8JsonWriter json, BroadcastOptions options)
    {
        json.WriteStartArray("sockets");
        foreach (var socket in FetchLocally(options))
            SocketDetailsJson.Write(json, socket, _json);
        json.WriteEndArray();
    }

    // Older nodes name one socket and one room, and wait for an answer.
    private void OnVerb(ClusterMessage request, BroadcastOptions options)
    {
        var known = request.Text("sid") is not { } sid || HasLocalMembers(sid);
        if (!known)
            return;
        var rooms = request.Text("room") is { } room ? [room] : request.Names("rooms");
        if (request.Type == RequestType.Join)
            JoinLocally(options, rooms);
        else if (request.Type == RequestType.Leave)
            LeaveLocally(options, rooms);
        else
            DisconnectLocally(options, request.Flag("close"));
        if (request.RequestId is not null)
            Answer(request, _ => { });
    }

    private async Task OnServerSideEmitAsync(ClusterMessage request)
    {
        try
        {
            var answer = await HandleServerSideEmitAsync(request.Raw("data"), request.Attachments, CancellationToken.None);
            if (request.RequestId is null || answer is null)
                return;
            var value = answer.At(0);
            Answer(request, json => WriteValue(json, RequestType.ServerSideEmit, "data", value), value.Attachments);
        }
        catch (FormatException e)
        {
            Refused(e.Message);
        }
#pragma warning disable CA1031 // The handler's fault; nobody waits for this. The other node gets no answer, as in the reference.
        catch (Exception e)
#pragma warning restore CA1031
        {
            RedisLog.MessageFailed(_log, e, Namespace.Name);
        }
    }

    private void OnBroadcastWithAck(ClusterMessage request, BroadcastOptions options)
    {
        if (request.Element("packet") is not { ValueKind: JsonValueKind.Object } told || !told.TryGetProperty("data", out var data)
            || data.ValueKind != JsonValueKind.Array || data.GetArrayLength() == 0)
            throw new FormatException("An event is an array with its name first.");
        var packet = SocketPacket.Event(Namespace.Name, System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(data).ToArray(), request.Attachments);
        var waiting = options with { Timeout = options.Timeout ?? _options.RequestsTimeout };
        // The count must be there before the answers, which may come while the event is still being delivered.
        var counted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var receivers = DeliverLocallyWithAck(packet, waiting, answer => _ = AnswerAsync(answer));
        Answer(request, json =>
        {
            json.WriteNumber("type", (int)RequestType.BroadcastClientCount);
            json.WriteNumber("clientCount", receivers);
        });
        counted.TrySetResult();

        async Task AnswerAsync(SocketArguments answer)
        {
            await counted.Task;
            // The reference knows one argument.
            var value = answer.At(0);
            Answer(request, json => WriteValue(json, RequestType.BroadcastAck, "packet", value), value.Attachments, packed: true);
        }
    }

    private static void WriteValue(Utf8JsonWriter json, RequestType type, string property, SocketValue value)
    {
        json.WriteNumber("type", (int)type);
        json.WritePropertyName(property);
        json.WriteRawValue(value.Utf8Json.Span, skipInputValidation: true);
    }

    private void Answer(ClusterMessage request, Action<Utf8JsonWriter> write, IReadOnlyList<ReadOnlyMemory<byte>>? attachments = null, bool packed = false)
    {
        var answer = ClusterMessage.Write(json =>
        {
            json.WriteString("requestId", request.RequestId);
            write(json);
        });
        if (packed || attachments is { Count: > 0 })
            answer = ClusterMessage.Pack(answer, attachments ?? []);
        // Node.js servers listen to channels of their own only from some version on; the common one always works.
        _redis.Publish(request.Uid is [OwnKind, ..] and { } uid ? _channels.ResponseFor(uid) : _channels.Response, answer);
    }

    private void OnAnswer(byte[] message)
    {
        var answer = ClusterMessage.Read(message);
        if (answer.RequestId is { } id && _requests.TryGetValue(id, out var handle))
            handle(answer);
    }

    private void OnBroadcastAnswer(ClusterMessage answer, AckCollector answers)
    {
        if (answer.Type == RequestType.BroadcastClientCount)
            answers.AddReceivers((int)Math.Clamp(answer.Number("clientCount") ?? 0, 0, int.MaxValue));
        else if (answer.Type == RequestType.BroadcastAck)
            answers.Add(One(answer, "packet"));
    }

    private void OnServerSideAnswer(ClusterMessage answer, AckCollector answers)
    {
        answers.AddReceivers(1);
        answers.Add(One(answer, "data"));
    }

    private SocketArguments One(ClusterMessage answer, string property)
    {
        byte[] array = [(byte)'[', .. answer.Raw(property).Span, (byte)']'];
        return Namespace.Arguments(array, answer.Attachments, isEvent: false);
    }

    /// <summary>Hears the answers until the collector is complete, which its time-out sees to.</summary>
    private void Await(string requestId, AckCollector answers, Action<ClusterMessage> handle)
    {
        _requests[requestId] = handle;
        _ = answers.Completion.ContinueWith(
            (_, _) => _requests.TryRemove(requestId, out var _), null, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Tell(RequestType type, BroadcastOptions options, Action<Utf8JsonWriter> write)
    {
        if (options.Local)
            return;
        Request(type, null, json =>
        {
            ClusterMessage.WriteOptions(json, options);
            write(json);
        });
    }

    private void Request(RequestType type, string? requestId, Action<Utf8JsonWriter> write) =>
        _redis.Publish(_channels.Request, ClusterMessage.Write(json =>
        {
            WriteHead(json, type, requestId);
            write(json);
        }));

    private void WriteHead(Utf8JsonWriter json, RequestType type, string? requestId)
    {
        json.WriteString("uid", _uid);
        if (requestId is not null)
            json.WriteString("requestId", requestId);
        json.WriteNumber("type", (int)type);
    }

    private byte[] BroadcastRequest(string requestId, SocketPacket packet, BroadcastOptions options)
    {
        var request = ClusterMessage.Write(json =>
        {
            WriteHead(json, RequestType.Broadcast, requestId);
            json.WriteStartObject("packet");
            json.WriteNumber("type", 2);
            json.WritePropertyName("data");
            json.WriteRawValue(packet.Utf8Json.Span, skipInputValidation: true);
            json.WriteString("nsp", Namespace.Name);
            json.WriteEndObject();
            ClusterMessage.WriteOptions(json, options);
        });
        return ClusterMessage.Pack(request, packet.Attachments);
    }
}
