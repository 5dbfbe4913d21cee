using System.Text.Json;
using Stoa.Conformance.Redis;

namespace Stoa.Conformance.Sql;

/// <summary>Nodes in processes of their own, stopped and killed.</summary>
public sealed class SqlProcessTests
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rooms_span_processes_and_a_client_of_a_stopped_one_is_recovered_on_the_other(bool postgres)
    {
        var store = Store.New(postgres);
        await using var first = await StartAsync(store);
        await using var second = await StartAsync(store);
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_of_a_killed_process_is_recovered_with_what_it_missed_on_the_other_and_on_the_restarted_one(bool postgres)
    {
        var store = Store.New(postgres);
        var first = await StartAsync(store);
        await using var second = await StartAsync(store);
        await using var ana = await first.ConnectAsync();
        await using var ben = await first.ConnectAsync();
        await JoinAsync(ana);
        await JoinAsync(ben);
        await ana.SendAsync(Say.Replace("DATA", "hello", StringComparison.Ordinal));
        var offset = await SaidAsync(ana, "hello");
        await SaidAsync(ben, "hello");
        // The log orders: what was joined before was written before.
        await first.KillAsync();
        await first.DisposeAsync();
        await using var cat = await second.ConnectAsync();
        await JoinAsync(cat);
        await cat.SendAsync(Say.Replace("DATA", "missed", StringComparison.Ordinal));
        await SaidAsync(cat, "missed");

        await using var restarted = await StartAsync(store);
        foreach (var (lost, node, missed) in new[] { (ana, second, new[] { "missed" }), (ben, restarted, ["missed", "again"]) })
        {
            await using var back = await node.OpenAsync();
            await back.SendAsync("40" + JsonSerializer.Serialize(new { pid = lost.Handshake.GetProperty("pid").GetString(), offset }));
            foreach (var said in missed)
                await SaidAsync(back, said);
            Assert.Equal("40" + lost.Handshake.GetRawText(), await back.TextAsync());
            await back.SendAsync(Say.Replace("DATA", "again", StringComparison.Ordinal));
            await SaidAsync(back, "again");
            await SaidAsync(cat, "again");
        }
    }

    private static Task<HostProcess> StartAsync(Store store) => HostProcess.StartWithAsync($"--sql={store.Connection}", $"--prefix={store.Prefix}");
}
