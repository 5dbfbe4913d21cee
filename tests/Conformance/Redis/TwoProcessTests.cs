using System.Text.Json;

namespace Stoa.Conformance.Redis;

/// <summary>Nodes in processes of their own, stopped and killed.</summary>
public sealed class TwoProcessTests
{
    private const string Say = """42["say",{"room":"r","data":"DATA"}]""";

    private static async Task JoinAsync(WireSocket client)
    {
        await client.SendAsync("""420["join","r"]""");
        Assert.Equal("430[true]", await client.TextAsync());
    }

    private static async Task<string> SaidAsync(WireSocket client, string data)
    {
        var text = await client.TextAsync();
        Assert.StartsWith($"42[\"said\",\"{data}\",\"", text);
        return JsonElement.Parse(text[2..])[2].GetString()!;
    }

    [Fact]
    public async Task Rooms_span_processes_and_a_client_of_a_stopped_one_is_recovered_on_the_other()
    {
        var prefix = RedisNodes.NewPrefix();
        await using var first = await HostProcess.StartAsync(RedisServer.Shared(), prefix);
        await using var second = await HostProcess.StartAsync(RedisServer.Shared(), prefix);
        await using var ana = await first.ConnectAsync();
        await using var ben = await second.ConnectAsync();
        await JoinAsync(ana);
        await JoinAsync(ben);
        await ana.SendAsync(Say.Replace("DATA", "hello", StringComparison.Ordinal));
        var offset = await SaidAsync(ana, "hello");
        Assert.Equal(offset, await SaidAsync(ben, "hello"));

        await first.StopAsync();
        await ben.SendAsync(Say.Replace("DATA", "missed", StringComparison.Ordinal));
        await SaidAsync(ben, "missed");
        await using var back = await second.OpenAsync();
        await back.SendAsync("40" + JsonSerializer.Serialize(new { pid = ana.Handshake.GetProperty("pid").GetString(), offset }));
        await SaidAsync(back, "missed");
        Assert.Equal("40" + ana.Handshake.GetRawText(), await back.TextAsync());
        await back.SendAsync(Say.Replace("DATA", "in the room again", StringComparison.Ordinal));
        await SaidAsync(back, "in the room again");
        await SaidAsync(ben, "in the room again");
    }

    [Fact]
    public async Task A_client_of_a_killed_process_is_told_that_it_begins_anew_and_the_other_process_goes_on()
    {
        var prefix = RedisNodes.NewPrefix();
        await using var first = await HostProcess.StartAsync(RedisServer.Shared(), prefix);
        await using var second = await HostProcess.StartAsync(RedisServer.Shared(), prefix);
        await using var ana = await first.ConnectAsync();
        await using var ben = await second.ConnectAsync();
        await JoinAsync(ana);
        await JoinAsync(ben);
        await ana.SendAsync(Say.Replace("DATA", "hello", StringComparison.Ordinal));
        var offset = await SaidAsync(ana, "hello");
        await SaidAsync(ben, "hello");

        await first.KillAsync();
        await using var back = await second.ConnectAsync(JsonSerializer.Serialize(new { pid = ana.Handshake.GetProperty("pid").GetString(), offset }));
        Assert.NotEqual(ana.Sid, back.Sid);
        Assert.NotEqual(ana.Handshake.GetProperty("pid").GetString(), back.Handshake.GetProperty("pid").GetString());
        await ben.SendAsync(Say.Replace("DATA", "still here", StringComparison.Ordinal));
        await SaidAsync(ben, "still here");
    }
}
