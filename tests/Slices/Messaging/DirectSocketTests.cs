using System.Globalization;
using System.Text.Json;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>The <c>dm:*</c> events, played by npm's socket.io-client.</summary>
public sealed class DirectSocketTests
{
    [Theory, EachDatabase]
    [Requirement("S3-58")]
    public async Task Without_a_good_token_there_is_no_connection(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync();
        using var gone = await stoa.RegisterAsync();
        (await gone.PostAsync("/auth/logout", null)).Is(200);

        var answers = await PlayAsync(stoa,
            new { @do = "connect", @as = "nobody" },
            new { @do = "connect", @as = "empty", token = "" },
            new { @do = "connect", @as = "forged", token = ana.Token + "x" },
            new { @do = "connect", @as = "gone", token = gone.Token },
            new { @do = "connect", @as = "header", options = new { extraHeaders = new { authorization = $"Bearer {ana.Token}" } } },
            new { @do = "connect", @as = "query", options = new { query = new { token = ana.Token } } });

        Assert.Equal(["auth.required", "auth.required", "auth.token_invalid", "auth.session_ended"], answers[..4].Select(static a =>
        {
            Assert.Equal("connect_error", a.GetProperty("event").GetString());
            return a.GetProperty("payload").GetProperty("data").GetProperty("code").GetString()!;
        }));
        Assert.All(answers[4..], static a => Assert.Equal("connect", a.GetProperty("event").GetString()));
    }

    [Theory, EachDatabase]
    public async Task An_expired_token_is_told_as_such(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var ana = await stoa.RegisterAsync();
        clock.Advance(TimeSpan.FromMinutes(31));

        var answers = await PlayAsync(stoa, new { @do = "connect", @as = "ana", token = ana.Token, options = new { transports = new[] { "websocket" } } });

        Assert.Equal("auth.token_expired", answers[0].GetProperty("payload").GetProperty("data").GetProperty("code").GetString());
    }

    [Theory, EachDatabase]
    public async Task Sockets_that_are_not_let_go_of_serve_as_well(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("SocketIO:LetGo", "false"));
        var (ana, ben, id) = await TwoInAConversationAsync(stoa);

        await PlayAsync(stoa,
            new { @do = "connect", @as = "ben", token = ben.Token },
            new { @do = "connect", @as = "ana", token = ana.Token },
            new { @do = "emit", @as = "ana", @event = "dm:send_message", payload = new { conversationId = id, content = "within the request" } },
            new { @do = "await", @as = "ben", @event = "dm:new_message" });
    }

    [Theory, EachDatabase]
    [Requirement("S3-56")]
    [Requirement("S3-57")]
    public async Task Who_connects_is_greeted_by_name_and_reached_in_the_personal_room(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();

        var answers = await PlayAsync(stoa,
            new { @do = "connect", @as = "ben", token = ben.Token },
            new { @do = "await", @as = "ben", @event = "connected" },
            new { @do = "http", method = "POST", path = "/messages", token = ana.Token, body = new { recipient_id = ben.Id, content = new string('x', 150) } },
            new { @do = "await", @as = "ben", @event = "dm:new_message" });

        Assert.Equal(Text(ben.Id), answers[1].GetProperty("user").GetProperty("id").GetString());
        Assert.Equal(ben.Name, answers[1].GetProperty("user").GetProperty("name").GetString());
        Assert.False(answers[1].GetProperty("user").GetProperty("isAnonymous").GetBoolean());
        Assert.Equal(201, answers[2].GetProperty("status").GetInt32());
        Assert.Equal(100, answers[3].GetProperty("preview").GetString()!.Length);
        Assert.Equal(Text(ana.Id), answers[3].GetProperty("senderId").GetString());
    }

    [Theory, EachDatabase]
    [Requirement("S3-36")]
    [Requirement("S3-37")]
    [Requirement("S3-39")]
    public async Task A_message_reaches_everybody_in_the_room_the_sender_included(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben, id) = await TwoInAConversationAsync(stoa);

        var answers = await PlayAsync(stoa,
            new { @do = "connect", @as = "ana", token = ana.Token },
            new { @do = "connect", @as = "ben", token = ben.Token, options = new { transports = new[] { "polling" } } },
            new { @do = "emit", @as = "ana", @event = "dm:join_conversation", payload = new { conversationId = id, userId = "999", userType = "admin" } },
            new { @do = "emit", @as = "ben", @event = "dm:join_conversation", payload = new { conversationId = id } },
            new { @do = "await", @as = "ana", @event = "dm:joined" },
            new { @do = "emit", @as = "ana", @event = "dm:send_message", payload = new { conversationId = id, recipientId = "999", recipientType = "admin", content = "Grüße 😀" } },
            new { @do = "await", @as = "ana", @event = "dm:message_received" },
            new { @do = "await", @as = "ben", @event = "dm:message_received" });

        Assert.Equal(Text(id), answers[4].GetProperty("conversationId").GetString());
        Assert.True(answers[4].GetProperty("success").GetBoolean());
        var acknowledged = answers[5].GetProperty("data");
        Assert.Equal("Grüße 😀", acknowledged.GetProperty("content").GetString());
        Assert.Equal(Text(ana.Id), acknowledged.GetProperty("senderId").GetString());
        Assert.Equal(Text(ben.Id), acknowledged.GetProperty("recipientId").GetString());
        Assert.Equal("text", acknowledged.GetProperty("messageType").GetString());
        Assert.Equal("sent", acknowledged.GetProperty("status").GetString());
        Assert.Equal(acknowledged.GetRawText(), answers[6].GetRawText());
        Assert.Equal(acknowledged.GetRawText(), answers[7].GetRawText());
    }

    [Theory, EachDatabase]
    [Requirement("S3-41")]
    [Requirement("S3-59")]
    public async Task A_stranger_neither_joins_nor_writes_nor_types_nor_reads(Database database)
    {
        var stoa = StoaServer.For(database);
        var (_, ben, id) = await TwoInAConversationAsync(stoa);
        using var eve = await stoa.RegisterAsync("eve");

        var answers = await PlayAsync(stoa,
            new { @do = "connect", @as = "eve", token = eve.Token },
            new { @do = "connect", @as = "ben", token = ben.Token },
            new { @do = "emit", @as = "ben", @event = "dm:join_conversation", payload = new { conversationId = id } },
            new { @do = "emit", @as = "eve", @event = "dm:join_conversation", payload = new { conversationId = id, userId = Text(ben.Id), userType = "admin" } },
            new { @do = "emit", @as = "eve", @event = "dm:send_message", payload = new { conversationId = id, content = "let me in" } },
            new { @do = "emit", @as = "eve", @event = "dm:mark_read", payload = new { conversationId = id } },
            new { @do = "emit", @as = "eve", @event = "dm:typing_start", payload = new { conversationId = id, userId = Text(ben.Id) } },
            new { @do = "await", @as = "eve", @event = "dm:error" },
            new { @do = "emit", @as = "ben", @event = "dm:send_message", payload = new { conversationId = id, content = "private" } },
            new { @do = "await", @as = "ben", @event = "dm:message_received" },
            new { @do = "events", @as = "eve" },
            new { @do = "events", @as = "ben" });

        foreach (var refused in answers[3..7])
        {
            Assert.False(refused.GetProperty("success").GetBoolean());
            Assert.Equal("conversation.not_found", refused.GetProperty("code").GetString());
        }

        Assert.Equal("dm:join_conversation", answers[7].GetProperty("event").GetString());
        Assert.DoesNotContain("dm:message_received", Names(answers[10]));
        Assert.DoesNotContain("dm:typing_start", Names(answers[11]));
    }

    [Theory, EachDatabase]
    public async Task What_an_event_does_not_take_is_refused_and_the_socket_lives_on(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, _, id) = await TwoInAConversationAsync(stoa);

        var answers = await PlayAsync(stoa,
            new { @do = "connect", @as = "ana", token = ana.Token },
            new { @do = "emit", @as = "ana", @event = "dm:join_conversation", payload = (object)new { } },
            new { @do = "emit", @as = "ana", @event = "dm:join_conversation", payload = (object)"text" },
            new { @do = "emit", @as = "ana", @event = "dm:join_conversation", payload = (object)new { conversationId = "" } },
            new { @do = "emit", @as = "ana", @event = "dm:send_message", payload = (object)new { conversationId = id, content = "a\0b" } },
            new { @do = "emit", @as = "ana", @event = "dm:send_message",
                payload = (object)new { conversationId = id, content = new string('x', 10_001) } },
            new { @do = "emit", @as = "ana", @event = "dm:send_message", payload = (object)new { conversationId = id, content = " " } },
            new { @do = "emit", @as = "ana", @event = "dm:send_message", payload = (object)new { conversationId = id, content = "x", messageType = "virus" } },
            new { @do = "emit", @as = "ana", @event = "dm:send_message", payload = (object)new { content = "to nobody" } },
            new { @do = "emit", @as = "ana", @event = "dm:send_message", payload = (object)new { recipientId = Text(ana.Id), content = "to myself" } },
            new { @do = "emit", @as = "ana", @event = "dm:send_message", payload = (object)new { conversationId = id, content = "fine" } });

        Assert.Equal(
            ["event.invalid", "event.invalid", "event.invalid", "event.invalid", "event.invalid", "message.empty", "message.type_unknown", "conversation.not_found", "message.to_self"],
            answers[1..10].Select(static a => a.GetProperty("code").GetString()!));
        Assert.True(answers[10].GetProperty("success").GetBoolean());
    }

    [Theory]
    [EachDatabase("sends")]
    [EachDatabase("leaves")]
    [EachDatabase("closes")]
    [EachDatabase("is lost")]
    [Requirement("S3-42")]
    public async Task Nobody_is_shown_typing_who(Database database, string act)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben, id) = await TwoInAConversationAsync(stoa);
        object end = act switch
        {
            "sends" => new { @do = "emit", @as = "ana", @event = "dm:send_message", payload = new { conversationId = id, content = "there" } },
            "leaves" => new { @do = "emit", @as = "ana", @event = "dm:leave_conversation", payload = new { conversationId = id } },
            "closes" => new { @do = "close", @as = "ana" },
            _ => new { @do = "lose", @as = "ana" },
        };

        var answers = await PlayAsync(stoa,
            new { @do = "connect", @as = "ana", token = ana.Token },
            new { @do = "connect", @as = "ben", token = ben.Token },
            new { @do = "emit", @as = "ana", @event = "dm:join_conversation", payload = new { conversationId = id } },
            new { @do = "emit", @as = "ben", @event = "dm:join_conversation", payload = new { conversationId = id } },
            new { @do = "emit", @as = "ana", @event = "dm:typing_start", payload = new { conversationId = id } },
            new { @do = "await", @as = "ben", @event = "dm:user_typing" },
            end,
            new { @do = "await", @as = "ben", @event = "dm:typing_stop" },
            new { @do = "await", @as = "ben", @event = "dm:user_stopped_typing" });

        Assert.Equal((Text(id), Text(ana.Id)), (answers[8].GetProperty("conversationId").GetString(), answers[8].GetProperty("userId").GetString()));
    }

    [Theory, EachDatabase]
    [Requirement("S3-42")]
    [Requirement("S3-45")]
    public async Task Typing_reaches_the_others_until_they_leave(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben, id) = await TwoInAConversationAsync(stoa);

        var answers = await PlayAsync(stoa,
            new { @do = "connect", @as = "ana", token = ana.Token },
            new { @do = "connect", @as = "ben", token = ben.Token },
            new { @do = "emit", @as = "ana", @event = "dm:join_conversation", payload = new { conversationId = id } },
            new { @do = "emit", @as = "ben", @event = "dm:join_conversation", payload = new { conversationId = id } },
            new { @do = "emit", @as = "ana", @event = "dm:typing_start", payload = new { conversationId = id, userId = "999" } },
            new { @do = "await", @as = "ben", @event = "dm:typing_start" },
            new { @do = "await", @as = "ben", @event = "dm:user_typing" },
            new { @do = "emit", @as = "ana", @event = "dm:typing_stop", payload = new { conversationId = id } },
            new { @do = "await", @as = "ben", @event = "dm:user_stopped_typing" },
            new { @do = "emit", @as = "ben", @event = "dm:leave_conversation", payload = new { conversationId = id } },
            new { @do = "emit", @as = "ana", @event = "dm:send_message", payload = new { conversationId = id, content = "are you there?" } },
            new { @do = "await", @as = "ben", @event = "dm:new_message" },
            new { @do = "events", @as = "ana" },
            new { @do = "events", @as = "ben" });

        Assert.Equal(Text(ana.Id), answers[5].GetProperty("userId").GetString());
        Assert.Equal(ana.Name, answers[6].GetProperty("userName").GetString());
        Assert.DoesNotContain("dm:typing_start", Names(answers[12]));
        Assert.DoesNotContain("dm:message_received", Names(answers[13]));
    }

    [Theory, EachDatabase]
    [Requirement("S3-38")]
    [Requirement("S3-43")]
    [Requirement("S3-44")]
    public async Task Reading_marks_only_what_was_addressed_to_the_reader_and_tells_the_room(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben, id) = await TwoInAConversationAsync(stoa);
        var anas = (await ana.WriteToAsync(ben, "one")).Body.GetProperty("id").GetInt64();
        await ana.WriteToAsync(ben, "another");
        var bens = (await ben.WriteToAsync(ana, "two")).Body.GetProperty("id").GetInt64();

        var answers = await PlayAsync(stoa,
            new { @do = "connect", @as = "ana", token = ana.Token },
            new { @do = "connect", @as = "ben", token = ben.Token },
            new { @do = "emit", @as = "ana", @event = "dm:join_conversation", payload = new { conversationId = id } },
            new { @do = "emit", @as = "ben", @event = "dm:mark_read", payload = new { conversationId = id, messageIds = new[] { Text(anas), Text(bens), "999999999" } } },
            new { @do = "await", @as = "ana", @event = "dm:messages_read" },
            new { @do = "emit", @as = "ben", @event = "dm:mark_read", payload = new { conversationId = id } });

        Assert.Equal([Text(anas)], answers[4].GetProperty("messageIds").EnumerateArray().Select(static m => m.GetString()!));
        Assert.Equal(Text(ben.Id), answers[4].GetProperty("readBy").GetString());
        Assert.Equal(1, answers[3].GetProperty("data").GetProperty("unreadCount").GetInt32());
        Assert.Equal(0, answers[5].GetProperty("data").GetProperty("unreadCount").GetInt32());
        Assert.Equal(0, (await ben.GetAsync("/messages/unread/count")).Body.GetProperty("unread_count").GetInt32());
        Assert.Equal(1, (await ana.GetAsync("/messages/unread/count")).Body.GetProperty("unread_count").GetInt32());
        Assert.False((await ben.GetAsync($"/messages/{bens}")).Body.GetProperty("is_read").GetBoolean());
    }

    [Theory, EachDatabase]
    public async Task A_socket_ends_with_its_session(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync();

        var answers = await PlayAsync(stoa,
            new { @do = "connect", @as = "ana", token = ana.Token },
            new { @do = "await", @as = "ana", @event = "connected" },
            new { @do = "http", method = "POST", path = "/auth/logout", token = ana.Token },
            new { @do = "await", @as = "ana", @event = "disconnect" });

        Assert.Equal(200, answers[2].GetProperty("status").GetInt32());
        Assert.Equal("io server disconnect", answers[3].GetString());
    }

    [Theory, EachDatabase]
    public async Task Messages_of_one_socket_are_numbered_in_the_order_in_which_they_were_sent(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben, id) = await TwoInAConversationAsync(stoa);
        var steps = new List<object> { new { @do = "connect", @as = "ana", token = ana.Token } };
        steps.AddRange(Enumerable.Range(1, 100).Select(i => new { @do = "send", @as = "ana", @event = "dm:send_message", payload = new { conversationId = id, content = $"m{i}" } }));
        steps.Add(new { @do = "emit", @as = "ana", @event = "dm:send_message", payload = new { conversationId = id, content = "m101" } });

        await PlayAsync(stoa, [.. steps]);

        var history = await ben.GetAsync($"/api/conversations/{id}/messages?after=1&limit=200");
        Assert.Equal(
            Enumerable.Range(1, 101).Select(static i => $"m{i}"),
            history.Body.GetProperty("data").GetProperty("messages").EnumerateArray().Select(static m => m.GetProperty("content").GetString()!));
    }

    private static async Task<(Person Ana, Person Ben, long Id)> TwoInAConversationAsync(StoaServer stoa)
    {
        var (ana, ben) = await stoa.TwoPeopleAsync();
        await ana.WriteToAsync(ben, "the first");
        var id = await ana.ConversationWithAsync(ben);
        (await ben.PutAsync("/messages/read-all")).Is(200);
        return (ana, ben, id);
    }

    private static async Task<JsonElement[]> PlayAsync(StoaServer stoa, params object[] steps) =>
        [.. (await NodeScript.RunAsync("tests/Slices/node/socket-events.mjs", stoa.Address.ToString(), JsonSerializer.Serialize(steps))).EnumerateArray()];

    private static List<string> Names(JsonElement list) => [.. list.EnumerateArray().Select(static n => n.GetString()!)];

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
