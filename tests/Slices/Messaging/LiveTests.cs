using System.Globalization;
using System.Text.Json;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>Conversations over npm's socket.io-client, as the existing products' clients use it.</summary>
public sealed class LiveTests
{
    [Theory, EachDatabase]
    public Task A_thousand_messages_survive_ten_cuts_of_each_connection_over_polling_with_upgrade(Database database) =>
        AThousandMessages(database, "polling,websocket");

    [Theory, EachDatabase]
    public Task A_thousand_messages_survive_ten_cuts_of_each_connection_over_websocket(Database database) =>
        AThousandMessages(database, "websocket");

    [Theory, EachDatabase]
    public async Task The_example_of_the_readme_plays_to_its_end(Database database)
    {
        var output = await NodeScript.RunExampleAsync("two-people.mjs", StoaServer.For(database).Address.ToString().TrimEnd('/'));

        Assert.Contains("Both hold 6 messages, numbered without gaps", output, StringComparison.Ordinal);
        Assert.Contains("Ana sees: Ben is typing", output, StringComparison.Ordinal);
        Assert.Contains("Ana sees: Ben has read 1 message", output, StringComparison.Ordinal);
    }

    private static async Task AThousandMessages(Database database, string transports)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        await ana.WriteToAsync(ben, "the first");
        var id = await ana.ConversationWithAsync(ben);

        var people = await NodeScript.RunAsync(
            "tests/Slices/node/thousand-messages.mjs", stoa.Address.ToString(), ana.Token, ben.Token, id.ToString(CultureInfo.InvariantCulture), transports);

        foreach (var person in people.EnumerateArray())
        {
            Assert.Equal(10, person.GetProperty("cuts").GetInt32());
            Assert.Equal(Enumerable.Range(1, 1001), person.GetProperty("seqs").EnumerateArray().Select(static s => s.GetInt32()));
            var contents = person.GetProperty("contents").EnumerateArray().Select(static c => c.GetString()!).ToHashSet(StringComparer.Ordinal);
            Assert.Equal(1001, contents.Count);
            Assert.Equal(transports.Split(',').Order(), person.GetProperty("transports").EnumerateArray().Select(static t => t.GetString()!).Order());
            Assert.True(person.GetProperty("catchUps").GetInt32() >= 10);
        }

        var last = (await ana.GetAsync($"/api/conversations/{id}")).Is(200).Body.GetProperty("data");
        Assert.Equal(1001, last.GetProperty("lastSeq").GetInt64());
        Assert.Equal(JsonValueKind.Number, last.GetProperty("unreadCount").ValueKind);
    }
}
