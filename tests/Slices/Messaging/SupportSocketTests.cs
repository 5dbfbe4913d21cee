using System.Globalization;
using System.Text.Json;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>The support desk over sockets, played by npm's socket.io-client: every administrator is the desk, nobody else is.</summary>
public sealed class SupportSocketTests
{
    [Theory, EachDatabase]
    [Requirement("S3-36", "S3-60")]
    public async Task An_administrator_and_an_astrologer_write_type_and_read_in_their_inbox(Database database)
    {
        var stoa = StoaServer.For(database);
        var (root, other) = (await stoa.SuperuserAsync(), await stoa.SuperuserAsync());
        var astra = await SupportTests.AstrologerAsync(stoa, root);
        var id = $"admin_{astra.Id}";
        (await root.GetAsync($"/api/admin/conversations/{astra.Id}")).Is(200);

        var played = await PlayAsync(stoa,
            new { @do = "connect", @as = "root", token = root.Token },
            new { @do = "connect", @as = "other", token = other.Token },
            new { @do = "connect", @as = "astra", token = astra.Token },
            new { @do = "emit", @as = "root", @event = "dm:join_conversation", payload = new { conversationId = id, userId = Text(root), userType = "admin" } },
            new { @do = "emit", @as = "astra", @event = "dm:join_conversation", payload = new { conversationId = id, userId = Text(astra), userType = "astrologer" } },
            new { @do = "emit", @as = "root", @event = "dm:send_message", payload = new { conversationId = id, recipientId = Text(astra), recipientType = "astrologer", content = "welcome" } },
            new { @do = "await", @as = "astra", @event = "dm:message_received" },
            new { @do = "await", @as = "astra", @event = "dm:new_message" },
            new { @do = "emit", @as = "astra", @event = "dm:send_message", payload = new { conversationId = id, recipientId = "admin", recipientType = "admin", content = "thank you" } },
            new { @do = "await", @as = "other", @event = "dm:new_message", with = new { conversationId = id } },
            new { @do = "emit", @as = "astra", @event = "dm:typing_start", payload = new { conversationId = id, userId = Text(astra) } },
            new { @do = "await", @as = "root", @event = "dm:user_typing", with = new { conversationId = id } },
            new { @do = "emit", @as = "root", @event = "dm:mark_read", payload = new { conversationId = id } },
            new { @do = "await", @as = "astra", @event = "dm:messages_read" },
            new { @do = "emit", @as = "other", @event = "dm:history", payload = new { conversationId = id } },
            new { @do = "emit", @as = "astra", @event = "dm:history", payload = new { conversationId = "admin" } });

        Assert.Equal([id, id], played[3..5].Select(static a => a.GetProperty("data").GetProperty("conversationId").GetString()));
        Assert.Equal("admin", played[5].GetProperty("data").GetProperty("senderId").GetString());
        Assert.Equal((id, "admin", "admin", Text(astra)), Envelope(played[6]));
        Assert.Equal("welcome", played[7].GetProperty("preview").GetString());
        Assert.Equal((id, Text(astra), "astrologer", "admin"), Envelope(played[8].GetProperty("data")));
        Assert.Equal("thank you", played[9].GetProperty("preview").GetString());
        Assert.Equal(Text(astra), played[11].GetProperty("userId").GetString());
        Assert.Equal("admin", played[13].GetProperty("readBy").GetString());
        foreach (var history in played[14..16])
            Assert.Equal(["welcome", "thank you"], history.GetProperty("data").GetProperty("messages").EnumerateArray().Select(static m => m.GetProperty("content").GetString()));
        Assert.Equal(0, (await other.GetAsync($"/api/admin/conversations/{astra.Id}")).Is(200).Body.GetProperty("data").GetProperty("unreadCount").GetInt32());
    }

    [Theory, EachDatabase]
    [Requirement("S3-59")]
    public async Task Nobody_else_enters_an_inbox_or_hears_of_it(Database database)
    {
        var stoa = StoaServer.For(database);
        var root = await stoa.SuperuserAsync();
        var (astra, rival) = (await SupportTests.AstrologerAsync(stoa, root), await SupportTests.AstrologerAsync(stoa, root));
        var id = $"admin_{astra.Id}";
        (await root.PostAsync($"/api/admin/conversations/{astra.Id}/messages", new { content = "the first" })).Is(201);
        var payload = new { conversationId = id, recipientId = "admin", recipientType = "admin", userId = Text(astra), userType = "admin", content = "let me in" };
        string[] names = ["dm:join_conversation", "dm:send_message", "dm:typing_start", "dm:mark_read", "dm:delivered", "dm:history"];

        var played = await PlayAsync(stoa,
        [
            new { @do = "connect", @as = "root", token = root.Token },
            new { @do = "connect", @as = "rival", token = rival.Token },
            .. names.Select(name => new { @do = "emit", @as = "rival", @event = name, payload }),
            new { @do = "emit", @as = "rival", @event = "dm:send_message", payload = new { recipientId = Text(astra), content = "psst" } },
            new { @do = "emit", @as = "root", @event = "dm:join_conversation", payload = new { conversationId = id } },
            new { @do = "emit", @as = "root", @event = "dm:send_message", payload = new { conversationId = id, content = "private" } },
            new { @do = "await", @as = "root", @event = "dm:message_received", with = new { conversationId = id } },
            new { @do = "events", @as = "rival" },
        ]);

        Assert.All(played[2..8], static a => Assert.Equal("conversation.not_found", a.GetProperty("code").GetString()));
        Assert.Equal("messaging.not_permitted", played[8].GetProperty("code").GetString());
        Assert.DoesNotContain(played[12].EnumerateArray().Select(static e => e.GetString()), static e => e is "dm:message_received" or "dm:new_message" or "dm:joined" or "dm:history");
        Assert.Equal(2, (await astra.GetAsync("/api/conversations/admin")).Is(200).Body.GetProperty("data").GetProperty("lastSeq").GetInt32());
    }

    [Theory, EachDatabase]
    [Requirement("S3-60")]
    public async Task An_administrator_writes_to_any_astrologer_without_a_consultation(Database database)
    {
        var stoa = StoaServer.For(database);
        var root = await stoa.SuperuserAsync();
        var astra = await SupportTests.AstrologerAsync(stoa, root);

        var played = await PlayAsync(stoa,
            new { @do = "connect", @as = "root", token = root.Token },
            new { @do = "connect", @as = "astra", token = astra.Token },
            new { @do = "emit", @as = "root", @event = "dm:send_message", payload = new { recipientId = Text(astra), recipientType = "astrologer", content = "from me in person" } },
            new { @do = "await", @as = "astra", @event = "dm:new_message" });

        Assert.True(played[2].GetProperty("success").GetBoolean());
        Assert.Equal(Text(root), played[3].GetProperty("senderId").GetString());
        Assert.Equal("from me in person", played[3].GetProperty("preview").GetString());
    }

    private static (string?, string?, string?, string?) Envelope(JsonElement message) => (
        message.GetProperty("conversationId").GetString(), message.GetProperty("senderId").GetString(),
        message.GetProperty("senderType").GetString(), message.GetProperty("recipientId").GetString());

    private static async Task<JsonElement[]> PlayAsync(StoaServer stoa, params object[] steps) =>
        [.. (await NodeScript.RunAsync("tests/Slices/node/socket-events.mjs", stoa.Address.ToString(), JsonSerializer.Serialize(steps))).EnumerateArray()];

    private static string Text(Person person) => person.Id.ToString(CultureInfo.InvariantCulture);
}
