using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Stoa.TestSupport;

/// <summary>A socket of somebody, by hand over WebSocket: for tests that need hundreds of events a second. What real clients do is played by npm's client.</summary>
public sealed class LiveSocket : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = null };
    private readonly ClientWebSocket socket = new();
    private readonly SemaphoreSlim sending = new(1);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> acks = new();
    private readonly Lock guard = new();
    private readonly List<(string Name, JsonElement Payload)> events = [];
    private readonly TaskCompletionSource connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task reading = Task.CompletedTask;
    private int lastAck;

    private LiveSocket()
    {
    }

    /// <summary>Connects to the default namespace with the person's token, at their server or another one.</summary>
    public static Task<LiveSocket> ConnectAsync(Person person, StoaServer? server = null) => ConnectAsync(server ?? person.Server, new { token = person.Token });

    /// <summary>Connects with whatever is shown.</summary>
    /// <param name="auth">What goes along with <c>CONNECT</c>.</param>
    /// <param name="query">More for the address.</param>
    /// <exception cref="InvalidOperationException">Refused; its message has the packet.</exception>
    public static async Task<LiveSocket> ConnectAsync(StoaServer server, object auth, string query = "", params (string Name, string Value)[] headers)
    {
        var live = new LiveSocket();
        var address = new UriBuilder(server.Address) { Scheme = "ws", Path = "/socket.io/", Query = $"EIO=4&transport=websocket{query}" };
        foreach (var (name, value) in headers)
            live.socket.Options.SetRequestHeader(name, value);
        await live.socket.ConnectAsync(address.Uri, TestContext.Current.CancellationToken);
        live.reading = Task.Run(live.ReadAsync);
        await live.SendAsync($"40{JsonSerializer.Serialize(auth, Json)}");
        await live.connected.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        return live;
    }

    /// <summary>Emits an event and returns its acknowledgement.</summary>
    public async Task<JsonElement> EmitAsync(string name, object payload)
    {
        var id = Interlocked.Increment(ref lastAck);
        var answer = acks[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await SendAsync(string.Create(CultureInfo.InvariantCulture, $"42{id}{JsonSerializer.Serialize<object[]>([name, payload], Json)}"));
        return await answer.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    /// <summary>Emits an event and asks for no acknowledgement.</summary>
    public Task TellAsync(string name, object payload) => SendAsync($"42{JsonSerializer.Serialize<object[]>([name, payload], Json)}");

    /// <summary>The <c>data</c> of an acknowledgement that must be a success.</summary>
    public async Task<JsonElement> AskAsync(string name, object payload)
    {
        var answer = await EmitAsync(name, payload);
        Assert.True(answer.GetProperty("success").GetBoolean(), $"{name}: {answer}");
        return answer.GetProperty("data");
    }

    /// <summary>The first event of that name that fits and was not taken yet; waits for it.</summary>
    public async Task<JsonElement> TakeAsync(string name, Func<JsonElement, bool>? fits = null)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        while (true)
        {
            Task next;
            lock (guard)
            {
                var at = events.FindIndex(e => e.Name == name && (fits is null || fits(e.Payload)));
                if (at >= 0)
                {
                    var found = events[at].Payload;
                    events.RemoveAt(at);
                    return found;
                }

                next = changed.Task;
            }

            try
            {
                await next.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"waited in vain for {name}; seen: {string.Join(", ", Seen())}");
            }
        }
    }

    /// <summary>Takes all events of that name which came until now; false when there was none.</summary>
    public bool Took(string name)
    {
        lock (guard)
            return events.RemoveAll(e => e.Name == name) > 0;
    }

    /// <summary>Names of events that came and were not taken.</summary>
    public IReadOnlyList<string> Seen()
    {
        lock (guard)
            return events.ConvertAll(static e => e.Name);
    }

    /// <summary>Whether an event that came and was not taken says this somewhere.</summary>
    public bool Heard(string text)
    {
        lock (guard)
            return events.Exists(e => e.Payload.ToString().Contains(text, StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (socket.State == WebSocketState.Open)
                await SendAsync("41");
            socket.Abort();
            await reading;
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The server had closed it already.
        }

        socket.Dispose();
        sending.Dispose();
    }

    private async Task SendAsync(string packet)
    {
        await sending.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(packet), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);
        }
        finally
        {
            sending.Release();
        }
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[1 << 16];
        using var packet = new MemoryStream();
        try
        {
            while (socket.State == WebSocketState.Open)
            {
                var part = await socket.ReceiveAsync(buffer, CancellationToken.None);
                packet.Write(buffer, 0, part.Count);
                if (!part.EndOfMessage)
                    continue;
                await TakeInAsync(Encoding.UTF8.GetString(packet.GetBuffer(), 0, (int)packet.Length));
                packet.SetLength(0);
            }
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The end of the connection.
        }

        connected.TrySetException(new InvalidOperationException("The connection ended before it was let in."));
        foreach (var answer in acks.Values)
            answer.TrySetException(new InvalidOperationException("The connection ended before the acknowledgement."));
        Note("disconnect", default);
    }

    private async Task TakeInAsync(string packet)
    {
        if (packet == "2")
            await SendAsync("3");
        else if (packet.StartsWith("40", StringComparison.Ordinal))
            connected.TrySetResult();
        else if (packet.StartsWith("44", StringComparison.Ordinal))
            connected.TrySetException(new InvalidOperationException($"refused: {packet[2..]}"));
        else if (packet.StartsWith("42", StringComparison.Ordinal) && ArrayOf(packet) is var happened)
            Note(happened[0].GetString()!, happened.GetArrayLength() > 1 ? happened[1] : default);
        else if (packet.StartsWith("43", StringComparison.Ordinal) && acks.TryRemove(AckOf(packet), out var answer))
            answer.TrySetResult(ArrayOf(packet)[0]);
        else if (packet.StartsWith("41", StringComparison.Ordinal))
            Note("disconnect", default);
    }

    private void Note(string name, JsonElement payload)
    {
        TaskCompletionSource waiting;
        lock (guard)
        {
            events.Add((name, payload));
            (waiting, changed) = (changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        waiting.TrySetResult();
    }

    private static int AckOf(string packet) => int.Parse(packet.AsSpan(2, packet.IndexOf('[', StringComparison.Ordinal) - 2), CultureInfo.InvariantCulture);

    private static JsonElement ArrayOf(string packet) => JsonDocument.Parse(packet[packet.IndexOf('[', StringComparison.Ordinal)..]).RootElement;
}
