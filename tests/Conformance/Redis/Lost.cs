using System.Text.Json;
using Stoa.Conformance.Adapters;

namespace Stoa.Conformance.Redis;

/// <summary>A client that lost its connection, and what it needs to come back.</summary>
public sealed record Lost(string Sid, string Pid, string Offset)
{
    /// <summary>A client that got one event, and whose session is kept since.</summary>
    public static async Task<Lost> OnAsync(TestServer server, params string[] rooms)
    {
        await using var client = await server.ConnectAsync();
        if (rooms.Length > 0)
            await server.IO.To(client.Sid).SocketsJoinAsync(rooms);
        await server.IO.To(client.Sid).EmitAsync("first");
        var offset = JsonElement.Parse((await client.TextAsync())[2..])[1].GetString()!;
        return await OfAsync(server, client, offset);
    }

    /// <summary>Cuts this client off; ends when its session is kept.</summary>
    public static async Task<Lost> OfAsync(TestServer server, WireSocket client, string offset)
    {
        var lost = new Lost(client.Sid, client.Handshake.GetProperty("pid").GetString()!, offset);
        await server.LoseAsync(client);
        // Commands are answered in their order: the session has been saved when this is answered.
        await server.IO.Of("/").Adapter.CountServersAsync();
        return lost;
    }

    /// <summary>Comes back; returns the client and the events before the answer.</summary>
    public async Task<(WireSocket Client, List<JsonElement> Missed, bool IsRecovered)> ReturnAsync(TestServer server, string? pid = null, string? offset = null)
    {
        var client = await server.OpenAsync();
        await client.SendAsync("40" + JsonSerializer.Serialize(new { pid = pid ?? Pid, offset = offset ?? Offset }));
        var missed = new List<JsonElement>();
        while (true)
        {
            var text = await client.TextAsync();
            if (text.StartsWith("40", StringComparison.Ordinal))
            {
                var answer = JsonElement.Parse(text[2..]);
                Assert.Equal(answer.GetProperty("sid").GetString() == Sid, answer.GetProperty("pid").GetString() == Pid);
                return (client, missed, answer.GetProperty("sid").GetString() == Sid);
            }

            missed.Add(JsonElement.Parse(text[2..]));
        }
    }

    /// <summary>Comes back and must find everything as it was; returns the names of the events it missed.</summary>
    public async Task<string[]> RecoverAsync(TestServer server)
    {
        var (client, missed, isRecovered) = await ReturnAsync(server);
        Assert.True(isRecovered, string.Join('\n', server.Log.Entries.Where(static e => e.Event is not null && e.Event.StartsWith("Redis", StringComparison.Ordinal)).Select(static e => e.Text)));
        await client.DisposeAsync();
        return [.. missed.Select(e => e[0].GetString()!)];
    }

    /// <summary>Comes back and must be told that it starts anew, without any event.</summary>
    public async Task BeginAnewAsync(TestServer server, string? pid = null, string? offset = null)
    {
        var (client, missed, isRecovered) = await ReturnAsync(server, pid, offset);
        Assert.False(isRecovered);
        Assert.Empty(missed);
        await client.DisposeAsync();
    }
}
