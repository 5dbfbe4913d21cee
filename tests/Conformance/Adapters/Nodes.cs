using System.Text.Json;
using Stoa.SocketIO;

namespace Stoa.Conformance.Adapters;

/// <summary>The servers of one test: the same one twice when the adapter knows only one.</summary>
public sealed class Nodes(TestServer here, TestServer there, bool recovers) : IAsyncDisposable
{
    private int _fences;

    public TestServer Here => here;

    public TestServer There => there;

    public bool AreTwo => here != there;

    /// <summary>A client on each node.</summary>
    public async Task<(WireSocket Here, WireSocket There)> ClientsAsync(string space = "/") => (await here.ConnectAsync(space), await there.ConnectAsync(space));

    /// <summary>The next packet must be this event; with recovery the offset is left out.</summary>
    public async Task ExpectAsync(WireSocket client, string json, bool recoverable = true)
    {
        var text = await client.TextAsync();
        Assert.StartsWith("42", text);
        var space = text[2] == '/' ? text.IndexOf(',', StringComparison.Ordinal) - 1 : 0;
        var array = JsonElement.Parse(text[(2 + space)..]).EnumerateArray().ToList();
        if (recovers && recoverable)
            array.RemoveAt(array.Count - 1);
        Assert.Equal(JsonSerializer.Serialize(JsonElement.Parse(json)), JsonSerializer.Serialize(array));
    }

    /// <summary>Proves that nothing else comes: an event to everybody is the next one.</summary>
    public async Task NothingElseAsync(params WireSocket[] clients)
    {
        var fence = ++_fences;
        await here.IO.EmitAsync("fence", fence);
        foreach (var client in clients)
            await ExpectAsync(client, $"""["fence",{fence}]""");
    }

    public async ValueTask DisposeAsync()
    {
        await here.DisposeAsync();
        if (AreTwo)
            await there.DisposeAsync();
    }
}
