using System.Globalization;
using System.Text.Json;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Realtime;

/// <summary>With <c>SocketIO:RecoverFor</c> a lost socket belongs to the session it was opened with.</summary>
public sealed class ReturnTests
{
    [Theory]
    [EachDatabase(true)]
    [EachDatabase(false)]
    public async Task Who_signs_in_on_the_page_of_somebody_who_was_lost_gets_nothing_of_theirs(Database database, bool isAnother)
    {
        await using var stoa = StoaServer.Start(database, null, ("SocketIO:RecoverFor", "00:01:00"));
        var (ana, ben) = await stoa.TwoPeopleAsync();
        using var eve = await stoa.RegisterAsync("eve");
        await ben.WriteToAsync(ana, "the first");
        var id = await ana.ConversationWithAsync(ben);

        var played = await PlayAsync(stoa,
            new { @do = "connect", @as = "page", token = ana.Token, options = new { transports = new[] { "websocket" } } },
            new { @do = "emit", @as = "page", @event = "dm:join_conversation", payload = new { conversationId = Text(id) } },
            Says("heard"),
            new { @do = "await", @as = "page", @event = "dm:message_received" },
            new { @do = "lose", @as = "page" },
            Says("missed"),
            new { @do = "reopen", @as = "page", token = isAnother ? eve.Token : ana.Token },
            Says("live"),
            new { @do = "http", method = "POST", path = "/messages", token = ben.Token, body = new { recipient_id = eve.Id, content = "for eve" } },
            isAnother
                ? (object)new { @do = "await", @as = "page", @event = "dm:new_message", with = new { preview = "for eve" } }
                : new { @do = "await", @as = "page", @event = "dm:message_received", with = new { content = "live" } },
            new { @do = "events", @as = "page" });

        Assert.Equal(!isAnother, played[6].GetProperty("recovered").GetBoolean());
        Assert.Equal(isAnother ? 1 : 3, played[10].EnumerateArray().Count(static e => e.GetString() == "dm:message_received"));

        object Says(string text) => new { @do = "http", method = "POST", path = $"/api/conversations/{id}/messages", token = ben.Token, body = new { content = text } };
    }

    private static async Task<JsonElement[]> PlayAsync(StoaServer stoa, params object[] steps) =>
        [.. (await NodeScript.RunAsync("tests/Slices/node/socket-events.mjs", stoa.Address.ToString(), JsonSerializer.Serialize(steps))).EnumerateArray()];

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
