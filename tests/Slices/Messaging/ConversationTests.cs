using System.Text.Json;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

public sealed class ConversationTests
{
    [Theory, EachDatabase]
    public async Task A_client_that_holds_numbers_which_never_were_is_told_to_begin_anew(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        await ana.WriteToAsync(ben, "one");
        var id = await ana.ConversationWithAsync(ben);
        async Task<System.Text.Json.JsonElement> AfterAsync(long seq) => (await ana.GetAsync($"/api/conversations/{id}/messages?after={seq}")).Is(200).Body.GetProperty("data");

        // As after a restore of an older record: the client is ahead of it.
        var ahead = await AfterAsync(7);
        await using var socket = await LiveSocket.ConnectAsync(ana);
        var overSocket = await socket.AskAsync("dm:history", new { conversationId = id.ToString(System.Globalization.CultureInfo.InvariantCulture), after = 7 });

        foreach (var page in new[] { ahead, overSocket })
            Assert.Equal((true, 1, 0), (page.GetProperty("beginAnew").GetBoolean(), page.GetProperty("lastSeq").GetInt32(), page.GetProperty("messages").GetArrayLength()));
        Assert.False((await AfterAsync(1)).GetProperty("beginAnew").GetBoolean());
        Assert.False((await AfterAsync(0)).GetProperty("beginAnew").GetBoolean());
    }

    [Theory, EachDatabase]
    [Requirement("S3-28")]
    [Requirement("S3-3")]
    [Requirement("S3-5")]
    public async Task What_is_written_through_the_mailbox_is_a_conversation_to_the_other_clients(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        await ana.WriteToAsync(ben, "hello");

        var list = (await ben.GetAsync("/api/conversations")).Is(200);

        Assert.True(list.Body.GetProperty("success").GetBoolean());
        var only = Assert.Single(list.Body.GetProperty("data").GetProperty("conversations").EnumerateArray());
        Assert.Equal(JsonValueKind.String, only.GetProperty("id").ValueKind);
        Assert.Equal(only.GetProperty("id").GetString(), only.GetProperty("_id").GetString());
        Assert.Equal("hello", only.GetProperty("lastMessage").GetProperty("content").GetString());
        Assert.Equal(1, only.GetProperty("unreadCount").GetInt32());
        var one = (await ben.GetAsync($"/api/conversations/{only.GetProperty("id").GetString()}")).Is(200);
        Assert.Equal(only.GetRawText(), one.Body.GetProperty("data").GetRawText());
    }

    [Theory, EachDatabase]
    [Requirement("S3-29")]
    [Requirement("S3-30")]
    public async Task Participants_write_and_page_through_a_conversation(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        await ana.WriteToAsync(ben, "m1");
        var path = $"/api/conversations/{await ana.ConversationWithAsync(ben)}/messages";
        for (var i = 2; i <= 7; i++)
        {
            var posted = (await (i % 2 == 0 ? ben : ana).PostAsync(path, new { content = $"m{i}", messageType = "text" })).Is(201);
            Assert.Equal(i, posted.Body.GetProperty("data").GetProperty("seq").GetInt64());
        }

        Assert.Equal(["m5", "m6", "m7"], Contents(await ana.GetAsync($"{path}?limit=3")));
        Assert.Equal(["m2", "m3", "m4"], Contents(await ana.GetAsync($"{path}?limit=3&page=2")));
        Assert.Equal(["m1"], Contents(await ana.GetAsync($"{path}?limit=3&page=3")));
        Assert.Empty(Contents(await ana.GetAsync($"{path}?limit=3&page=4")));
        Assert.Equal(["m3", "m4"], Contents(await ana.GetAsync($"{path}?after=2&limit=2")));
        Assert.Equal(["m1", "m2"], Contents(await ana.GetAsync($"{path}?before=3")));
        Assert.Empty(Contents(await ana.GetAsync($"{path}?after=7")));
        Assert.Equal(7, Contents(await ana.GetAsync($"{path}?after=-1&limit=99999")).Count);
        Assert.Single(Contents(await ana.GetAsync($"{path}?after=0&limit=-3")));
        Assert.True((await ana.GetAsync($"{path}?after=2&limit=2")).Body.GetProperty("data").GetProperty("hasMore").GetBoolean());
        Assert.False((await ana.GetAsync($"{path}?after=5&limit=2")).Body.GetProperty("data").GetProperty("hasMore").GetBoolean());
    }

    [Theory, EachDatabase]
    public async Task A_foreign_conversation_and_an_absent_one_are_the_same_to_a_stranger(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        using var eve = await stoa.RegisterAsync("eve");
        await ana.WriteToAsync(ben, "private");
        var foreign = await ana.ConversationWithAsync(ben);

        foreach (var id in (long[])[foreign, 999_999_999])
        {
            (await eve.GetAsync($"/api/conversations/{id}")).IsRefusal(404, "conversation.not_found");
            (await eve.GetAsync($"/api/conversations/{id}/messages")).IsRefusal(404, "conversation.not_found");
            (await eve.PostAsync($"/api/conversations/{id}/messages", new { content = "let me in" })).IsRefusal(404, "conversation.not_found");
        }

        Assert.Equal(["private"], Contents(await ben.GetAsync($"/api/conversations/{foreign}/messages")));
    }

    [Theory, EachDatabase]
    [Requirement("S3-66")]
    public async Task What_cannot_be_written_is_refused(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        await ana.WriteToAsync(ben, "m1");
        var path = $"/api/conversations/{await ana.ConversationWithAsync(ben)}/messages";

        (await ana.PostAsync(path, new { })).IsRefusal(400, "message.empty");
        (await ana.PostAsync(path, new { content = "\t" })).IsRefusal(400, "message.empty");
        (await ana.PostAsync(path, new { content = new string('x', 10_001) })).IsRefusal(400, "validation.failed");
        (await ana.PostAsync(path, new { content = "x", messageType = "virus" })).IsRefusal(400, "message.type_unknown");
        (await ana.PostAsync(path, new { content = "x", replyTo = "999999999" })).IsRefusal(400, "message.parent_not_found");
        (await ana.PostAsync(path, new { content = "x", replyTo = "not-an-id" })).IsRefusal(400, "validation.failed");
        (await ana.PostRawAsync(path, "{\"content\":")).IsRefusal(400, "request.malformed");
        Assert.Equal(["m1"], Contents(await ana.GetAsync(path)));
    }

    [Theory, EachDatabase]
    public async Task A_repeated_client_id_is_the_first_message_and_counts_once(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        using var cid = await stoa.RegisterAsync("cid");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ana.WriteToAsync(ben, "once", "client-1")));
        var path = $"/api/conversations/{await ana.ConversationWithAsync(ben)}/messages";
        var again = (await ana.PostAsync(path, new { content = "once", clientMessageId = "client-1" })).Is(201);

        Assert.Single(answers.Select(static a => a.Body.GetProperty("id").GetInt64()).Distinct());
        Assert.Equal(answers[0].Body.GetProperty("id").GetInt64().ToString(), again.Body.GetProperty("data").GetProperty("id").GetString());
        Assert.Equal(["once"], Contents(await ben.GetAsync(path)));
        Assert.Equal(1, (await ben.GetAsync("/messages/unread/count")).Body.GetProperty("unread_count").GetInt32());
        (await ana.PostAsync("/messages", new { recipient_id = cid.Id, content = "other", client_message_id = "client-1" })).IsRefusal(409, "message.client_id_taken");
        (await ben.PostAsync(path, new { content = "mine", clientMessageId = "client-1" })).Is(201);
    }

    [Theory, EachDatabase]
    public async Task The_idempotency_key_header_is_a_client_id_too(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        ana.UseHeader("Idempotency-Key", "header-1");

        var first = await ana.WriteToAsync(ben, "once");
        var again = await ana.WriteToAsync(ben, "once");

        Assert.Equal(first.Text, again.Text);
        ana.UseHeader("Idempotency-Key", new string('k', 65));
        (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = "x" })).IsRefusal(422, "validation.failed");
    }

    [Theory, EachDatabase]
    public async Task Forty_first_messages_at_once_open_one_conversation_numbered_without_gaps(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? ana.WriteToAsync(ben, $"a{i}") : ben.WriteToAsync(ana, $"b{i}")));

        var history = await ana.GetAsync($"/api/conversations/{await ana.ConversationWithAsync(ben)}/messages?limit=200");
        Assert.Equal(
            Enumerable.Range(1, 40),
            history.Body.GetProperty("data").GetProperty("messages").EnumerateArray().Select(static m => m.GetProperty("seq").GetInt32()));
        Assert.Equal(20, (await ana.GetAsync("/messages/unread/count")).Body.GetProperty("unread_count").GetInt32());
    }

    private static List<string> Contents(Answer answer) =>
        [.. answer.Is(200).Body.GetProperty("data").GetProperty("messages").EnumerateArray().Select(static m => m.GetProperty("content").GetString()!)];
}
