using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>One gate before everything that makes another person read something, whatever the door.</summary>
public sealed class WritingGateTests
{
    [Theory, EachDatabase]
    public async Task A_messaging_ban_bites_on_edits_openings_and_typing(Database database)
    {
        var stoa = StoaServer.For(database);
        var (root, bad, vera) = (await stoa.SuperuserAsync(), await stoa.RegisterAsync("bad"), await stoa.RegisterAsync("vera"));
        var astra = await SupportTests.AstrologerAsync(stoa, root);
        var old = (await bad.WriteToAsync(vera, "harmless")).Body.GetProperty("id").GetInt64();
        var conversation = Text(await bad.ConversationWithAsync(vera));
        await using var socket = await LiveSocket.ConnectAsync(bad);
        await socket.AskAsync("dm:join_conversation", new { conversationId = conversation });
        (await root.PostAsync($"/api/admin/users/{bad.Id}/messaging-ban", new { reason = "spam" })).Is(200);

        (await bad.PutAsync($"/messages/{old}", new { content = "INSULT" })).IsRefusal(403, "messaging.banned");
        (await bad.PostAsync("/api/messages/threads",
            new { context_type = "LISTING", context_id = "you are a …", participants = new[] { new { user_id = Text(vera.Id) } } }))
            .IsRefusal(403, "messaging.banned");
        (await bad.PostAsync("/api/conversations",
            new { title = "INSULT", participantIds = new[] { Text(vera.Id), Text(root.Id) } })).IsRefusal(403, "messaging.banned");
        (await bad.PostAsync("/api/conversations", new { participantId = Text(root.Id) })).IsRefusal(403, "messaging.banned");
        (await bad.PostAsync("/api/consultations", new { astrologerId = Text(astra.Id) })).IsRefusal(403, "messaging.banned");
        Assert.Equal("messaging.banned",
            (await socket.EmitAsync("dm:typing_start", new { conversationId = conversation })).GetProperty("code").GetString());
        Assert.Equal("harmless", (await vera.GetAsync($"/messages/{old}")).Is(200).Body.GetProperty("content").GetString());
        Assert.DoesNotContain("INSULT", (await vera.GetAsync("/api/conversations")).Is(200).Text, StringComparison.Ordinal);

        // The operator is always reached, and after the ban everything works.
        (await bad.PostAsync("/reports", new { title = "why", content = "am I banned?" })).Is(201);
        (await root.PostAsync($"/api/admin/users/{bad.Id}/messaging/unban", new { reason = "sorry" })).Is(200);
        (await bad.PutAsync($"/messages/{old}", new { content = "mended" })).Is(200);
        Assert.True((await socket.EmitAsync("dm:typing_start", new { conversationId = conversation })).GetProperty("success").GetBoolean());
    }

    [Theory, EachDatabase]
    [Requirement("S3-61", "S3-62")]
    public async Task The_rule_of_consultations_holds_at_every_door(Database database)
    {
        var stoa = StoaServer.For(database);
        var root = await stoa.SuperuserAsync();
        var (ana, eve) = (await stoa.RegisterAsync("ana"), await stoa.RegisterAsync("eve"));
        var (astra, stella) = (await SupportTests.AstrologerAsync(stoa, root), await SupportTests.AstrologerAsync(stoa, root));
        var consultation = (await ana.PostAsync("/api/consultations",
            new { astrologerId = Text(astra.Id) })).Is(201).Body.GetProperty("data").GetProperty("id").GetString();
        (await astra.PostAsync($"/api/consultations/{consultation}/accept", null)).Is(200);

        (await eve.PostAsync("/messages", new { recipient_id = astra.Id, content = "hi" })).IsRefusal(403, "messaging.not_permitted");
        (await OpenThreadAsync(eve, astra)).IsRefusal(403, "messaging.not_permitted");
        (await OpenThreadAsync(astra, stella)).IsRefusal(403, "messaging.not_permitted");
        (await OpenThreadAsync(astra, eve)).IsRefusal(403, "messaging.not_permitted");
        (await OpenGroupAsync(eve, ana, astra)).IsRefusal(403, "messaging.not_permitted");

        // Opened by one who may, with one who may not: each writes as far as the rule lets him.
        var group = (await OpenGroupAsync(ana, astra, eve)).Is(200).Body.GetProperty("data").GetProperty("id").GetString();
        (await ana.PostAsync($"/api/conversations/{group}/messages", new { content = "hello both" })).Is(201);
        (await eve.PostAsync($"/api/conversations/{group}/messages", new { content = "hello astra" })).IsRefusal(403,
            "messaging.not_permitted");
        (await astra.PostAsync($"/api/conversations/{group}/messages", new { content = "hello eve" })).IsRefusal(403,
            "messaging.not_permitted");
        await using var socket = await LiveSocket.ConnectAsync(eve);
        await socket.AskAsync("dm:join_conversation", new { conversationId = group });
        Assert.Equal("messaging.not_permitted",
            (await socket.EmitAsync("dm:send_message", new { conversationId = group, content = "hi" })).GetProperty("code").GetString());
        Assert.Equal("messaging.not_permitted",
            (await socket.EmitAsync("dm:typing_start", new { conversationId = group })).GetProperty("code").GetString());

        // The two who agreed, and administrators, write everywhere.
        var thread = (await OpenThreadAsync(ana, astra)).Is(200).Body.GetProperty("id").GetString();
        (await astra.PostAsync($"/api/messages/threads/{thread}/messages", new { body = "welcome" })).Is(200);
        (await OpenThreadAsync(root, stella)).Is(200);
        (await eve.PostAsync("/api/conversations/admin/messages", new { content = "to the desk" })).Is(201);
        (await astra.PostAsync("/api/conversations/admin/messages", new { content = "to the desk" })).Is(201);
    }

    [Theory]
    [EachDatabase("deleted")]
    [EachDatabase("disabled")]
    public async Task Nobody_writes_to_an_account_that_is_gone_also_where_they_wrote_before(Database database, string how)
    {
        var stoa = StoaServer.For(database);
        var (root, ana, gone, cleo) = (await stoa.SuperuserAsync(), await stoa.RegisterAsync("ana"), await stoa.RegisterAsync("gone"),
            await stoa.RegisterAsync("cleo"));
        var id = (await ana.WriteToAsync(gone, "before")).Body.GetProperty("id").GetInt64();
        var conversation = Text(await ana.ConversationWithAsync(gone));
        var thread = await ThreadTests.OpenAsync(ana, "LISTING", StoaServer.Unique("l"), gone);
        var group = (await OpenGroupAsync(ana, gone, cleo)).Is(200).Body.GetProperty("data").GetProperty("id").GetString();
        (await root.PostAsync($"/api/admin/conversations/{gone.Id}/messages", new { content = "welcome" })).Is(201);
        (await (how == "deleted" ? root.DeleteAsync($"/auth/users/{gone.Id}") : root.PutAsync($"/auth/users/{gone.Id}/disable"))).Is(200);

        (await ana.PostAsync("/messages", new { recipient_id = gone.Id, content = "x" })).IsRefusal(404, "recipient.not_found");
        (await ana.PostAsync("/messages",
            new { recipient_id = gone.Id, content = "x", conversation_id = StoaServer.Unique("new") })).IsRefusal(404,
            "recipient.not_found");
        (await ana.PostAsync($"/api/conversations/{conversation}/messages", new { content = "x" })).IsRefusal(404, "recipient.not_found");
        (await ana.PostAsync($"/api/messages/threads/{thread}/messages", new { body = "x" })).IsRefusal(404, "recipient.not_found");
        (await ana.PutAsync($"/messages/{id}", new { content = "x" })).IsRefusal(404, "recipient.not_found");
        (await root.PostAsync($"/api/admin/conversations/{gone.Id}/messages", new { content = "x" })).Is(404);
        await using var socket = await LiveSocket.ConnectAsync(ana);
        Assert.Equal("recipient.not_found",
            (await socket.EmitAsync("dm:send_message",
            new { recipientId = Text(gone.Id), content = "x" })).GetProperty("code").GetString());
        Assert.Equal("recipient.not_found",
            (await socket.EmitAsync("dm:send_message",
            new { conversationId = conversation, content = "x" })).GetProperty("code").GetString());
        (await OpenThreadAsync(ana, gone)).IsRefusal(404, "participant.not_found");
        (await OpenGroupAsync(ana, gone)).IsRefusal(404, "participant.not_found");

        // Somebody is left in the group, and what was written stays readable.
        (await ana.PostAsync($"/api/conversations/{group}/messages", new { content = "still here" })).Is(201);
        (await ana.GetAsync($"/api/conversations/{conversation}/messages")).Is(200);
    }

    [Theory, EachDatabase]
    public async Task An_edit_counts_as_a_message_and_does_not_reach_into_a_closed_conversation(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("RateLimit:MessagesPerMinute", "3"));
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var id = (await ana.WriteToAsync(ben, "1")).Body.GetProperty("id").GetInt64();
        (await ana.PutAsync($"/messages/{id}", new { content = "2" })).Is(200);
        (await ana.PutAsync($"/messages/{id}", new { content = "3" })).Is(200);
        (await ana.PutAsync($"/messages/{id}", new { content = "4" })).IsRefusal(429, "rate.messages");
        (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = "4" })).IsRefusal(429, "rate.messages");

        var answered = (await ben.WriteToAsync(ana, "5")).Body.GetProperty("id").GetInt64();
        await stoa.AskAsync(db => db.Conversations.ExecuteUpdateAsync(c => c.SetProperty(x => x.ClosedAt, DateTimeOffset.UnixEpoch)));
        (await ben.PutAsync($"/messages/{answered}", new { content = "6" })).IsRefusal(409, "conversation.closed");
    }

    [Theory, EachDatabase]
    public async Task Only_so_much_is_opened_in_an_hour_and_what_is_found_again_does_not_count(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("RateLimit:OpeningsPerHour", "3"));
        var (root, ana, ben) = (await stoa.SuperuserAsync(), await stoa.RegisterAsync("ana"), await stoa.RegisterAsync("ben"));
        var astra = await SupportTests.AstrologerAsync(stoa, root);
        await ThreadTests.OpenAsync(ana, "LISTING", "1", ben);
        for (var i = 0; i < 5; i++)
            await ThreadTests.OpenAsync(ana, "LISTING", "1", ben);
        (await OpenGroupAsync(ana, ben)).Is(200);
        (await ana.PostAsync("/reports", new { title = "t", content = "c" })).Is(201);

        (await OpenThreadAsync(ana, ben)).IsRefusal(429, "rate.openings");
        (await OpenGroupAsync(ana, ben)).IsRefusal(429, "rate.openings");
        (await ana.PostAsync("/reports", new { title = "t", content = "c" })).IsRefusal(429, "rate.openings");
        (await ana.PostAsync("/api/consultations", new { astrologerId = Text(astra.Id) })).IsRefusal(429, "rate.openings");
        (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = "a first message" })).IsRefusal(429, "rate.openings");
        Assert.True(int.Parse((await ana.PostAsync("/reports", new { title = "t", content = "c" })).Headers["Retry-After"],
            CultureInfo.InvariantCulture) > 0);
        await ben.WriteToAsync(ana, "another account has its own share");
        for (var i = 0; i < 5; i++)
            (await root.PostAsync("/reports", new { title = "t", content = "c" })).Is(201);
    }

    [Theory, EachDatabase]
    public async Task Without_participants_a_thread_is_the_newest_one_that_the_caller_made_about_it(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var about = StoaServer.Unique("listing");
        var made = await ThreadTests.OpenAsync(ana, "AUCTION", about, ben);

        Assert.Equal(made, await ThreadTests.OpenAsync(ana, "auction", about));
        var own = await ThreadTests.OpenAsync(ben, "AUCTION", about);
        Assert.NotEqual(made, own);
        (await ben.PostAsync($"/api/messages/threads/{own}/messages", new { body = "nobody is here yet" })).Is(200);
        (await ana.PostAsync("/api/messages/threads", new { context_type = "CALL_ME", context_id = "1" })).IsRefusal(400,
            "thread.context_invalid");
        (await ana.PostAsync("/api/messages/threads", new { context_type = "LISTING", context_id = "a\u202Eb" })).IsRefusal(400,
            "thread.context_invalid");

        await using var own2 = StoaServer.Start(database, null, ("Threads:ContextTypes", "TICKET"));
        var cleo = await own2.RegisterAsync("cleo");
        await ThreadTests.OpenAsync(cleo, "ticket", "1");
    }

    private static Task<Answer> OpenThreadAsync(Person opener, params Person[] others) => opener.PostAsync(
        "/api/messages/threads", new { context_type = "LISTING", context_id = StoaServer.Unique("l"),
            participants = others.Select(static o => new { user_id = Text(o.Id) }) });

    private static Task<Answer> OpenGroupAsync(Person opener, params Person[] others) =>
        opener.PostAsync("/api/conversations", new { participantIds = others.Select(static o => Text(o.Id)) });

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
