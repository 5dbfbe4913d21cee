using System.Text.Json;
using Stoa.Conformance.Redis;
using Stoa.SocketIO;

namespace Stoa.Conformance.Adapters;

/// <summary>The nodes of one test: the same one twice when the adapter knows only one.</summary>
public sealed class Nodes : IAsyncDisposable
{
    private readonly List<WireSocket> _clients = [];
    private readonly TestServer? _there;
    private readonly HostProcess? _process;
    private readonly bool _recovers;
    private int _fences;

    public Nodes(TestServer here, TestServer there, bool recovers) => (Here, _there, _recovers) = (here, there, recovers);

    /// <summary>The second node is a process, which many tests share with the first one: of each test only its clients end with it.</summary>
    public Nodes(TestServer here, HostProcess there, bool recovers) => (Here, _process, _recovers) = (here, there, recovers);

    public TestServer Here { get; }

    /// <summary>The second node, where a test can look inside.</summary>
    public TestServer There => _there ?? throw new InvalidOperationException("The second node is a process of its own.");

    public bool AreTwo => Here != _there;

    /// <summary>A client on each node.</summary>
    public async Task<(WireSocket Here, WireSocket There)> ClientsAsync(string space = "/")
    {
        _clients.Add(await Here.ConnectAsync(space));
        _clients.Add(_process is null ? await There.ConnectAsync(space) : await _process.ConnectAsync());
        return (_clients[^2], _clients[^1]);
    }

    /// <summary>The next packet must be this event; with recovery the offset is left out.</summary>
    public async Task ExpectAsync(WireSocket client, string json, bool recoverable = true)
    {
        var text = await client.TextAsync();
        Assert.StartsWith("42", text);
        var space = text[2] == '/' ? text.IndexOf(',', StringComparison.Ordinal) - 1 : 0;
        var array = JsonElement.Parse(text[(2 + space)..]).EnumerateArray().ToList();
        if (_recovers && recoverable)
            array.RemoveAt(array.Count - 1);
        Assert.Equal(JsonSerializer.Serialize(JsonElement.Parse(json)), JsonSerializer.Serialize(array));
    }

    /// <summary>Proves that nothing else comes: an event to everybody is the next one.</summary>
    public async Task NothingElseAsync(params WireSocket[] clients)
    {
        var fence = ++_fences;
        await Here.IO.EmitAsync("fence", fence);
        foreach (var client in clients)
            await ExpectAsync(client, $"""["fence",{fence}]""");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        if (_process is not null)
        {
            // The next test counts its own clients.
            while ((await Here.IO.FetchSocketsAsync(TestServer.Cancellation)).Count > 0)
                await Task.Delay(5, TestServer.Cancellation);
            return;
        }

        await Here.DisposeAsync();
        if (AreTwo)
            await There.DisposeAsync();
    }
}
