using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Stoa.Conformance.Redis;

/// <summary>A Node.js server with the reference adapter, and an emitter, in a process of its own.</summary>
public sealed class NodePeer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _asked = new();
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _last;

    private NodePeer(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.BeginOutputReadLine();
    }

    /// <summary>The arguments of the server-side events it got.</summary>
    public Seen<string> Told { get; } = new();

    public static async Task<NodePeer> StartAsync(string redis, string prefix)
    {
        var folder = Node.Folder;
        Assert.SkipWhen(!Directory.Exists(Path.Combine(folder, "node_modules")), "npm ci has not run in tests/Conformance/node");
        var peer = new NodePeer(Process.Start(new ProcessStartInfo("node", ["redis-peer.mjs", redis, prefix])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!);
        await peer._port.Task.Soon();
        return peer;
    }

    public async Task<WireSocket> ConnectAsync()
    {
        var socket = await WireSocket.ConnectAsync(new Uri($"ws://127.0.0.1:{await _port.Task}/socket.io/?EIO=4&transport=websocket"));
        Assert.StartsWith("0{", await socket.TextAsync());
        await socket.EnterAsync();
        return socket;
    }

    /// <summary>Runs one operation of redis-peer.mjs; ends when it has been sent, or answered.</summary>
    /// <param name="command">Its properties.</param>
    public async Task<JsonElement> RunAsync(string operation, object? command = null)
    {
        var properties = JsonSerializer.SerializeToNode(command ?? new { }, JsonSerializerOptions.Web)!.AsObject();
        var id = Interlocked.Increment(ref _last);
        properties["id"] = id;
        properties["op"] = operation;
        var answer = _asked[id] = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _process.StandardInput.WriteLineAsync(properties.ToJsonString());
        await _process.StandardInput.FlushAsync();
        return await answer.Task.Soon();
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().Soon();
        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (string.IsNullOrEmpty(line))
            return;
        var message = JsonElement.Parse(line);
        if (message.TryGetProperty("port", out var port))
            _port.TrySetResult(port.GetInt32());
        else if (message.TryGetProperty("event", out _))
            Told.Add(message.GetProperty("args").GetRawText());
        else if (_asked.TryRemove(message.GetProperty("id").GetInt32(), out var answer))
            answer.TrySetResult(message.TryGetProperty("result", out var result) ? result : message);
    }
}
