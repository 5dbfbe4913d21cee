using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

public sealed class MailboxTests
{
    [Theory, EachDatabase]
    [Requirement("S1-39")]
    public async Task A_sent_message_is_answered_as_both_sides_then_read_it(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();

        var sent = (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = "Grüße, Ben 😀 <b>" })).Is(201);

        var id = sent.Body.GetProperty("id").GetInt64();
        Assert.Equal("Grüße, Ben 😀 <b>", sent.Body.GetProperty("content").GetString());
        Assert.Equal($"conv_{Math.Min(ana.Id, ben.Id)}_{Math.Max(ana.Id, ben.Id)}", sent.Body.GetProperty("conversation_id").GetString());
        Assert.Equal(sent.Text, (await ana.GetAsync($"/messages/{id}")).Is(200).Text);
        Assert.Equal(sent.Text, (await ben.GetAsync($"/messages/{id}")).Is(200).Text);
    }

    [Theory, EachDatabase]
    public async Task What_cannot_be_sent_is_refused_and_nothing_is_stored(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();

        (await ana.PostAsync("/messages", new { recipient_id = 999_999_999, content = "hello" })).IsRefusal(404, "recipient.not_found");
        (await ana.PostAsync("/messages", new { recipient_id = ana.Id, content = "hello" })).IsRefusal(400, "message.to_self", says: "Cannot send message to yourself");
        (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = "" })).IsRefusal(422, "validation.failed");
        (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = " \n " })).IsRefusal(422, "validation.failed");
        (await ana.PostAsync("/messages", new { recipient_id = ben.Id })).IsRefusal(422, "validation.failed");
        (await ana.PostAsync("/messages", new { content = "hello" })).IsRefusal(422, "validation.failed");
        (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = new string('x', 10_001) })).IsRefusal(422,
            "validation.failed");
        (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = "hello", parent_id = 999_999_999 })).IsRefusal(400, "message.parent_not_found");
        (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = "hello", client_message_id = new string('x', 65) })).IsRefusal(422, "validation.failed");

        Assert.Equal(0, (await ben.GetAsync("/messages/received")).Is(200).Body.GetArrayLength());
        (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = new string('x', 10_000) })).Is(201);
    }

    [Theory, EachDatabase]
    [Requirement("S1-35")]
    [Requirement("S1-36")]
    [Requirement("S1-37")]
    public async Task The_boxes_show_the_latest_page_oldest_first(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        for (var i = 1; i <= 4; i++)
            await ana.WriteToAsync(ben, $"a{i}");
        await ben.WriteToAsync(ana, "b1");

        Assert.Equal(["a1", "a2", "a3", "a4", "b1"], Contents(await ana.GetAsync("/messages")));
        Assert.Equal(["a4", "b1"], Contents(await ana.GetAsync("/messages?limit=2")));
        Assert.Equal(["a2", "a3"], Contents(await ana.GetAsync("/messages?limit=2&skip=2")));
        Assert.Equal(["a1", "a2", "a3", "a4"], Contents(await ana.GetAsync("/messages/sent")));
        Assert.Equal(["b1"], Contents(await ana.GetAsync("/messages/received")));
        Assert.Equal(["a1", "a2", "a3", "a4"], Contents(await ben.GetAsync("/messages/received?unread_only=true")));
        Assert.Equal(["a1", "a2", "a3", "a4", "b1"], Contents(await ben.GetAsync("/messages?limit=100000&skip=-9")));
    }

    [Theory, EachDatabase]
    [Requirement("S1-38")]
    public async Task A_message_is_for_its_two_parties_only(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        using var eve = await stoa.RegisterAsync("eve");
        var id = (await ana.WriteToAsync(ben, "for Ben")).Body.GetProperty("id").GetInt64();

        (await eve.GetAsync($"/messages/{id}")).IsRefusal(403, "message.not_yours");
        (await eve.PutAsync($"/messages/{id}", new { content = "mine now" })).IsRefusal(403, "message.not_sender");
        (await eve.PutAsync($"/messages/{id}/read")).IsRefusal(403, "message.not_recipient");
        (await eve.DeleteAsync($"/messages/{id}")).IsRefusal(403, "message.not_yours", says: "don't have permission");
        (await eve.GetAsync("/messages/999999999")).IsRefusal(404, "message.not_found");
        Assert.Equal("for Ben", (await ben.GetAsync($"/messages/{id}")).Is(200).Body.GetProperty("content").GetString());
    }

    [Theory, EachDatabase]
    [Requirement("S1-40")]
    public async Task Only_the_sender_changes_a_message(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        var id = (await ana.WriteToAsync(ben, "frist")).Body.GetProperty("id").GetInt64();

        (await ben.PutAsync($"/messages/{id}", new { content = "no" })).IsRefusal(403, "message.not_sender");
        (await ana.PutAsync($"/messages/{id}", new { content = "first" })).Is(200);
        (await ana.PutAsync($"/messages/{id}", new { })).Is(200);
        (await ana.PutAsync($"/messages/{id}", new { content = "" })).IsRefusal(400, "message.empty");

        Assert.Equal("first", (await ben.GetAsync($"/messages/{id}")).Is(200).Body.GetProperty("content").GetString());
    }

    [Theory, EachDatabase]
    [Requirement("S1-41")]
    [Requirement("S1-43")]
    [Requirement("S1-44")]
    public async Task Reading_moves_the_unread_count_once(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        var id = (await ana.WriteToAsync(ben, "one")).Body.GetProperty("id").GetInt64();
        await ana.WriteToAsync(ben, "two");
        await ana.WriteToAsync(ben, "three");
        Assert.Equal(3, await UnreadAsync(ben));
        Assert.Equal(0, await UnreadAsync(ana));

        (await ana.PutAsync($"/messages/{id}/read")).IsRefusal(403, "message.not_recipient");
        (await ben.PutAsync($"/messages/{id}/read")).Is(200);
        (await ben.PutAsync($"/messages/{id}/read")).Is(200);
        Assert.Equal(2, await UnreadAsync(ben));
        Assert.True((await ana.GetAsync($"/messages/{id}")).Is(200).Body.GetProperty("is_read").GetBoolean());

        (await ben.PutAsync("/messages/read-all")).Is(200);
        Assert.Equal(0, await UnreadAsync(ben));
        Assert.Empty(Contents(await ben.GetAsync("/messages/received?unread_only=true")));
    }

    [Theory, EachDatabase]
    [Requirement("S1-42")]
    public async Task Deleting_is_for_one_side_until_both_have(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        var id = (await ana.WriteToAsync(ben, "secret")).Body.GetProperty("id").GetInt64();
        await ana.WriteToAsync(ben, "next");

        (await ben.DeleteAsync($"/messages/{id}")).Is(200);
        (await ben.GetAsync($"/messages/{id}")).IsRefusal(404, "message.not_found");
        (await ben.DeleteAsync($"/messages/{id}")).IsRefusal(404, "message.not_found");
        Assert.Equal(["next"], Contents(await ben.GetAsync("/messages")));
        Assert.Equal(1, await UnreadAsync(ben));
        Assert.Equal(["secret", "next"], Contents(await ana.GetAsync("/messages")));

        (await ana.DeleteAsync($"/messages/{id}")).Is(200);
        (await ana.GetAsync($"/messages/{id}")).IsRefusal(404, "message.not_found");
        var history = await ana.GetAsync($"/api/conversations/{await ana.ConversationWithAsync(ben)}/messages");
        Assert.Equal([1, 2], history.Body.GetProperty("data").GetProperty("messages").EnumerateArray().Select(static m => m.GetProperty("seq").GetInt32()));
        Assert.DoesNotContain("secret", history.Text, StringComparison.Ordinal);
    }

    [Theory, EachDatabase]
    [Requirement("S1-62")]
    public async Task A_reply_names_the_message_it_answers(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        var first = (await ana.WriteToAsync(ben, "question")).Body.GetProperty("id").GetInt64();

        var reply = (await ben.PostAsync("/messages", new { recipient_id = ana.Id, content = "answer", parent_id = first })).Is(201);

        Assert.Equal(first, reply.Body.GetProperty("parent_id").GetInt64());
    }

    [Theory, EachDatabase]
    public async Task A_name_for_a_conversation_means_something_only_among_its_two_members(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        using var eve = await stoa.RegisterAsync("eve");
        (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = "plan A", conversation_id = "our-plans" })).Is(201);

        var intruding = (await eve.PostAsync("/messages", new { recipient_id = ana.Id, content = "psst", conversation_id = "our-plans" })).Is(201);

        Assert.Equal(1, intruding.Body.GetProperty("seq").GetInt64());
        Assert.Equal(["plan A"], Contents(await ben.GetAsync("/messages")));
    }

    [Theory, EachDatabase]
    public async Task Without_a_token_nothing_of_the_mailbox_answers(Database database)
    {
        using var stranger = StoaServer.For(database).Stranger();

        foreach (var path in (string[])["/messages", "/messages/sent", "/messages/received", "/messages/1", "/messages/unread/count", "/api/conversations", "/api/conversations/1", "/api/conversations/1/messages"])
            (await stranger.GetAsync(path)).IsRefusal(401, "auth.required");
        (await stranger.PostAsync("/messages", new { recipient_id = 1, content = "x" })).IsRefusal(401, "auth.required");
    }

    private static List<string> Contents(Answer answer) =>
        [.. answer.Is(200).Body.EnumerateArray().Select(static m => m.GetProperty("content").GetString()!)];

    private static async Task<int> UnreadAsync(Person person) =>
        (await person.GetAsync("/messages/unread/count")).Is(200).Body.GetProperty("unread_count").GetInt32();
}
