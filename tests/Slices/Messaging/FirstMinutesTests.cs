using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>The first minutes of S3's app and of its dashboard as they really go: fresh accounts, the socket alone, and exactly the names that each listens to.</summary>
public sealed class FirstMinutesTests
{
    private const string DeskKey = "the-key-of-the-desk-0123456789";

    // What the app and the dashboard read of a message, wherever it comes from.
    private static readonly string[] ReadOfMessages =
    [
        "_id", "id", "conversationId", "senderId", "senderType", "senderName", "senderAvatar", "recipientId", "recipientType", "content", "messageType", "timestamp", "status",
    ];

    [Theory, EachDatabase]
    [Requirement("S3-36", "S3-37", "S3-39")]
    public async Task An_astrologer_opens_the_chat_with_the_desk_before_anybody_has_written(Database database)
    {
        var stoa = StoaServer.For(database);
        var (root, astra) = (await stoa.SuperuserAsync(), await stoa.RegisterAsync("astra"));
        await stoa.GiveRoleAsync(root, astra, "astrologer");
        var inbox = $"admin_{astra.Id}";

        var played = await PlayAsync(stoa,
            new { @do = "connect", @as = "astra", token = astra.Token },
            new { @do = "await", @as = "astra", @event = "connected" },
            new { @do = "send", @as = "astra", @event = "get_stats" },
            new { @do = "await", @as = "astra", @event = "stats" },
            new { @do = "send", @as = "astra", @event = "dm:join_conversation", payload = new { conversationId = inbox, userId = Text(astra), userType = "astrologer" } },
            new { @do = "await", @as = "astra", @event = "dm:joined" },
            new { @do = "send", @as = "astra", @event = "dm:history", payload = new { conversationId = inbox, page = 1, limit = 50 } },
            new { @do = "await", @as = "astra", @event = "dm:history" },
            new
            {
                @do = "send", @as = "astra", @event = "dm:send_message",
                payload = new { conversationId = inbox, recipientId = "admin", recipientType = "admin", content = "Is anybody there?", messageType = "text" },
            },
            new { @do = "await", @as = "astra", @event = "dm:message_sent" },
            new { @do = "await", @as = "astra", @event = "dm:message_received" },
            new { @do = "send", @as = "astra", @event = "ping" },
            new { @do = "await", @as = "astra", @event = "pong" },
            new { @do = "events", @as = "astra" });

        Assert.False(played[1].GetProperty("user").GetProperty("isAnonymous").GetBoolean());
        Assert.Equal((Text(astra), "astrologer"), (played[1].GetProperty("user").GetProperty("id").GetString(), played[1].GetProperty("user").GetProperty("role").GetString()));
        Assert.Equal(JsonValueKind.Null, played[3].GetProperty("sockets").ValueKind);
        Assert.Equal(inbox, played[5].GetProperty("conversationId").GetString());
        Assert.Equal((inbox, 0, 0, false), (played[7].GetProperty("conversationId").GetString(), played[7].GetProperty("total").GetInt32(),
            played[7].GetProperty("messages").GetArrayLength(), played[7].GetProperty("hasMore").GetBoolean()));
        Assert.All(played[9..11], m =>
        {
            Assert.Empty(ReadOfMessages.Except(m.EnumerateObject().Select(static p => p.Name)));
            Assert.Equal((inbox, "admin", "Is anybody there?"), (m.GetProperty("conversationId").GetString(), m.GetProperty("recipientId").GetString(), m.GetProperty("content").GetString()));
        });
        Assert.DoesNotContain(played[13].EnumerateArray().Select(static e => e.GetString()), static e => e is "error" or "dm:error");
    }

    [Theory, EachDatabase]
    [Requirement("S3-59", "S3-60")]
    public async Task The_dashboard_connects_with_the_shared_key_and_writes_first(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("Accounts:AdminSecretKey", DeskKey));
        var (root, astra) = (await stoa.SuperuserAsync(), await stoa.RegisterAsync("astra"));
        await stoa.GiveRoleAsync(root, astra, "astrologer");
        var inbox = $"admin_{astra.Id}";

        var played = await PlayAsync(stoa,
            new { @do = "connect", @as = "desk", token = DeskKey },
            new { @do = "await", @as = "desk", @event = "connected" },
            new { @do = "send", @as = "desk", @event = "get_stats" },
            new { @do = "await", @as = "desk", @event = "stats" },
            new { @do = "connect", @as = "astra", token = astra.Token },
            new { @do = "send", @as = "desk", @event = "dm:join_conversation", payload = new { conversationId = inbox, userId = "admin", userType = "admin" } },
            new { @do = "await", @as = "desk", @event = "dm:joined" },
            new { @do = "send", @as = "desk", @event = "dm:history", payload = new { conversationId = inbox, page = 1, limit = 50 } },
            new { @do = "await", @as = "desk", @event = "dm:history_response" },
            new
            {
                @do = "send", @as = "desk", @event = "dm:send_message",
                payload = new { conversationId = inbox, recipientId = Text(astra), recipientType = "astrologer", content = new string('w', 120), messageType = "text" },
            },
            new { @do = "await", @as = "desk", @event = "dm:message_received" },
            new { @do = "await", @as = "astra", @event = "dm:new_message" },
            new { @do = "emit", @as = "astra", @event = "dm:send_message", payload = new { recipientId = "admin", content = "thank you" } },
            new { @do = "await", @as = "desk", @event = "dm:new_message" },
            new { @do = "emit", @as = "desk", @event = "dm:send_message", payload = new { recipientId = Text(astra), content = "to the inbox" } },
            new { @do = "emit", @as = "desk", @event = "dm:mark_read", payload = new { conversationId = inbox } });

        Assert.Equal(("admin", false), (played[1].GetProperty("user").GetProperty("role").GetString(), played[1].GetProperty("user").GetProperty("isAnonymous").GetBoolean()));
        Assert.Equal(1, played[3].GetProperty("sockets").GetInt32());
        Assert.Equal("admin", played[10].GetProperty("senderId").GetString());
        Assert.Empty(ReadOfMessages.Except(played[11].EnumerateObject().Select(static p => p.Name)));
        Assert.Equal((new string('w', 100), inbox, "admin"),
            (played[11].GetProperty("content").GetString(), played[11].GetProperty("conversationId").GetString(), played[11].GetProperty("senderId").GetString()));
        Assert.Equal(inbox, played[13].GetProperty("conversationId").GetString());
        Assert.Equal(inbox, played[14].GetProperty("data").GetProperty("conversationId").GetString());
        Assert.Equal(0, played[15].GetProperty("data").GetProperty("unreadCount").GetInt32());

        // Reading others' words leaves a trace whoever reads them, and by whichever door.
        Assert.Equal(1, await stoa.AskAsync(static db => db.Audit.CountAsync(static a => a.Action == "read.inbox" && a.TargetType == "conversation", TestContext.Current.CancellationToken)));
    }

    [Theory, EachDatabase]
    public async Task A_key_opens_nothing_where_it_is_wrong_or_not_set_and_the_desk_has_its_inboxes_alone(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("Accounts:AdminSecretKey", DeskKey));
        var (ana, ben) = await stoa.TwoPeopleAsync();
        await ana.WriteToAsync(ben, "between us");
        var theirs = await ana.ConversationWithAsync(ben);
        var without = StoaServer.For(database);

        var played = await PlayAsync(stoa,
            new { @do = "connect", @as = "wrong", token = DeskKey + "x" },
            new { @do = "connect", @as = "header", options = new { extraHeaders = new Dictionary<string, string> { ["x-admin-key"] = "wrong" } } },
            new { @do = "connect", @as = "unset", url = without.Address, token = DeskKey },
            new { @do = "connect", @as = "desk", options = new { extraHeaders = new Dictionary<string, string> { ["x-admin-key"] = DeskKey } } },
            new { @do = "emit", @as = "desk", @event = "dm:history", payload = new { conversationId = Text(theirs) } },
            new { @do = "emit", @as = "desk", @event = "dm:join_conversation", payload = new { conversationId = $"conv_{Math.Min(ana.Id, ben.Id)}_{Math.Max(ana.Id, ben.Id)}" } },
            new { @do = "emit", @as = "desk", @event = "dm:history", payload = new { conversationId = "admin_999999" } });

        Assert.Equal(["auth.token_invalid", "auth.key_wrong", "auth.token_invalid"],
            played[..3].Select(static a => a.GetProperty("payload").GetProperty("data").GetProperty("code").GetString()!));
        Assert.Equal("connect", played[3].GetProperty("event").GetString());
        Assert.All(played[4..], static a => Assert.Equal("conversation.not_found", a.GetProperty("code").GetString()));
        Assert.NotEqual(0, await stoa.AskAsync(static db => db.Audit.CountAsync(static a => a.Action == "support_key.wrong", TestContext.Current.CancellationToken)));
    }

    [Theory, EachDatabase]
    [Requirement("S3-41")]
    public async Task A_refusal_is_told_under_both_names_and_a_named_recipient_counts_where_the_conversation_is_not_there(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var name = StoaServer.Unique("chat");

        var played = await PlayAsync(stoa,
            new { @do = "connect", @as = "ana", token = ana.Token },
            new { @do = "connect", @as = "ben", token = ben.Token },
            new { @do = "send", @as = "ana", @event = "dm:send_message", payload = new { conversationId = name, content = "to nobody" } },
            new { @do = "await", @as = "ana", @event = "dm:error" },
            new { @do = "await", @as = "ana", @event = "error" },
            new { @do = "emit", @as = "ana", @event = "dm:send_message", payload = new { conversationId = name, recipientId = Text(ben), recipientType = "user", content = "first" } },
            new { @do = "await", @as = "ben", @event = "dm:new_message" },
            new { @do = "emit", @as = "ana", @event = "dm:history", payload = new { conversationId = name } },
            new { @do = "emit", @as = "ben", @event = "dm:history", payload = new { conversationId = name } },
            new { @do = "emit", @as = "ana", @event = "dm:send_message", payload = new { conversationId = "999999", recipientId = Text(ben), content = "by id" } },
            new { @do = "emit", @as = "ana", @event = "dm:send_message", payload = new { conversationId = $"admin_{ben.Id}", recipientId = Text(ben), content = "not into his inbox" } });

        Assert.All(played[3..5], static e =>
        {
            Assert.Equal(("conversation.not_found", "dm:send_message"), (e.GetProperty("code").GetString(), e.GetProperty("event").GetString()));
            Assert.False(string.IsNullOrEmpty(e.GetProperty("message").GetString()));
        });
        Assert.True(played[5].GetProperty("success").GetBoolean());
        Assert.Equal("first", played[6].GetProperty("content").GetString());
        Assert.All(played[7..9], static h => Assert.Equal(1, h.GetProperty("data").GetProperty("total").GetInt32()));
        Assert.True(played[9].GetProperty("success").GetBoolean());
        Assert.Equal("conversation.not_found", played[10].GetProperty("code").GetString());
    }

    [Theory, EachDatabase]
    public async Task Who_has_the_conversation_open_sees_what_is_changed_and_what_is_deleted_for_both(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var (edited, deleted) = (IdOf(await ana.WriteToAsync(ben, "mistake")), IdOf(await ana.WriteToAsync(ben, "regret")));
        var id = Text(await ana.ConversationWithAsync(ben));

        var played = await PlayAsync(stoa,
            new { @do = "connect", @as = "ben", token = ben.Token },
            new { @do = "emit", @as = "ben", @event = "dm:join_conversation", payload = new { conversationId = id } },
            new { @do = "http", method = "PUT", path = $"/messages/{edited}", token = ana.Token, body = new { content = "mended" } },
            new { @do = "await", @as = "ben", @event = "dm:message_edited" },
            new { @do = "http", method = "DELETE", path = $"/messages/{deleted}", token = ana.Token },
            new { @do = "http", method = "PUT", path = $"/messages/{edited}", token = ana.Token, body = new { content = "mended twice" } },
            new { @do = "await", @as = "ben", @event = "dm:message_edited", with = new { content = "mended twice" } },
            new { @do = "events", @as = "ben" },
            new { @do = "http", method = "DELETE", path = $"/messages/{deleted}", token = ben.Token },
            new { @do = "await", @as = "ben", @event = "dm:message_deleted" });

        Assert.Equal(200, played[2].GetProperty("status").GetInt32());
        Assert.Equal((Text(edited), "mended", true, 1), (played[3].GetProperty("id").GetString(), played[3].GetProperty("content").GetString(),
            played[3].GetProperty("isEdited").GetBoolean(), played[3].GetProperty("seq").GetInt32()));
        Assert.Empty(ReadOfMessages.Except(played[3].EnumerateObject().Select(static p => p.Name)));

        // What she deletes at her side alone is no news to him.
        Assert.DoesNotContain("dm:message_deleted", played[7].EnumerateArray().Select(static e => e.GetString()));
        Assert.Equal((Text(deleted), 2), (played[9].GetProperty("id").GetString(), played[9].GetProperty("seq").GetInt32()));
    }

    private static async Task<JsonElement[]> PlayAsync(StoaServer stoa, params object[] steps) =>
        [.. (await NodeScript.RunAsync("tests/Slices/node/socket-events.mjs", stoa.Address.ToString(), JsonSerializer.Serialize(steps))).EnumerateArray()];

    private static long IdOf(Answer sent) => sent.Body.GetProperty("id").GetInt64();

    private static string Text(Person person) => Text(person.Id);

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
