using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Conversations;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>A name that somebody chose for a conversation never decides where words of others go.</summary>
public sealed class ConversationNameTests
{
    [Theory, EachDatabase]
    public async Task Nobody_puts_himself_in_the_place_of_the_support_desk(Database database)
    {
        var stoa = StoaServer.For(database);
        var (vera, eve) = (await stoa.RegisterAsync("vera"), await stoa.RegisterAsync("eve"));
        var root = await stoa.SuperuserAsync();

        foreach (var name in (string[])[$"admin_{vera.Id}", "admin", $"ADMIN_{vera.Id}", $" admin_{vera.Id} ", $"admin_{vera.Id}\u200B",
            $"ａｄｍｉｎ_{vera.Id}", $"admin_{eve.Id}"])
        {
            (await eve.PostAsync("/messages",
                new { recipient_id = vera.Id, conversation_id = name, content = "This is Support" })).IsRefusal(422,
                "conversation.name_reserved");
            (await eve.PostAsync($"/auth/conversations/{Uri.EscapeDataString(name)}/messages",
                new { recipient_id = vera.Id, content = "This is Support" })).IsRefusal(422, "conversation.name_reserved");
        }

        Assert.Empty(await ContentsAsync(vera, "/api/conversations/admin/messages"));
        (await vera.PostAsync("/api/conversations/admin/messages", new { content = "for the desk" })).Is(201);
        await using var socket = await LiveSocket.ConnectAsync(vera);
        await socket.AskAsync("dm:send_message", new { recipientId = "admin", content = "for the desk too" });
        Assert.Equal(["for the desk", "for the desk too"], await ContentsAsync(root, $"/api/admin/conversations/{vera.Id}/messages"));
        Assert.Equal(0, (await eve.GetAsync("/messages/received")).Is(200).Body.GetArrayLength());
        (await eve.GetAsync($"/api/conversations/admin_{vera.Id}")).IsRefusal(404, "conversation.not_found");
    }

    [Theory, EachDatabase]
    public async Task Nobody_puts_himself_between_two_others(Database database)
    {
        var stoa = StoaServer.For(database);
        var (vera, bob, eve) = (await stoa.RegisterAsync("vera"), await stoa.RegisterAsync("bob"), await stoa.RegisterAsync("eve"));
        var name = Conversation.DirectAlias(vera.Id, bob.Id);
        await bob.WriteToAsync(vera, "from Bob");

        (await eve.PostAsync("/messages", new { recipient_id = vera.Id, conversation_id = name, content = "I am Bob" })).IsRefusal(422,
            "conversation.name_reserved");
        (await eve.PostAsync($"/auth/conversations/{name}/messages", new { recipient_id = vera.Id, content = "I am Bob" })).IsRefusal(422,
            "conversation.name_reserved");
        (await eve.PostAsync("/messages",
            new { recipient_id = vera.Id, conversation_id = $"conv_{bob.Id}_{vera.Id}", content = "I am Bob" })).IsRefusal(422,
            "conversation.name_reserved");

        (await vera.PostAsync($"/api/conversations/{name}/messages", new { content = "dear Bob, only for you" })).Is(201);
        Assert.Equal(["from Bob", "dear Bob, only for you"], await ContentsAsync(bob, $"/api/conversations/{name}/messages"));
        Assert.Equal(0, (await eve.GetAsync("/messages/received")).Is(200).Body.GetArrayLength());

        // The two themselves send their own name along, as clients do.
        (await vera.PostAsync("/messages", new { recipient_id = bob.Id, conversation_id = name, content = "by name" })).Is(201);
        (await vera.PostAsync($"/auth/conversations/{name}/messages", new { recipient_id = bob.Id, content = "by path" })).Is(200);
        Assert.Equal(4, (await bob.GetAsync($"/auth/conversations/{name}/messages")).Is(200).Body.GetArrayLength());
        Assert.Equal(1, (await bob.GetAsync("/auth/conversations")).Is(200).Body.GetArrayLength());
    }

    [Theory, EachDatabase]
    public async Task What_could_never_be_opened_again_is_no_name(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();

        foreach (var name in (string[])["a/b", "..", ".", "a\\b", "\u0001x", "x\u202Ey", "\u200B", new string('x', 101)])
            Assert.Equal(422, (await ana.PostAsync("/messages",
                new { recipient_id = ben.Id, conversation_id = name, content = "x" })).Status);
        foreach (var name in (string[])["123", "0", "007", "-5", "+5", "٥", "search"])
            (await ana.PostAsync("/messages", new { recipient_id = ben.Id, conversation_id = name, content = "x" })).IsRefusal(422,
                "conversation.name_reserved");
        foreach (var name in (string[])["%00", new string('x', 300), "a%5Cb", "%2E%2E"])
        {
            Assert.InRange((await ana.GetAsync($"/auth/conversations/{name}/messages")).Status, 400, 499);
            Assert.InRange((await ana.PostAsync($"/auth/conversations/{name}/messages",
                new { recipient_id = ben.Id, content = "x" })).Status, 400, 499);
        }

        foreach (var name in (string[])["our-plans", "Größe 1", "3f2b6c1e-8d5e", "conv_plans", "admins", "a:b@c"])
        {
            (await ana.PostAsync("/messages", new { recipient_id = ben.Id, conversation_id = name, content = "hi" })).Is(201);
            foreach (var person in (Person[])[ana, ben])
                Assert.Equal(1, (await person.GetAsync($"/auth/conversations/{Uri.EscapeDataString(name)}/messages")).Is(200).Body.GetArrayLength());
        }
    }

    [Theory, EachDatabase]
    public async Task A_chosen_name_stays_with_whom_chose_it_and_two_others_under_it_are_a_refusal(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben, cleo, eve) = (await stoa.RegisterAsync("ana"), await stoa.RegisterAsync("ben"), await stoa.RegisterAsync("cleo"),
            await stoa.RegisterAsync("eve"));
        var name = StoaServer.Unique("plan");
        (await ana.PostAsync("/messages", new { recipient_id = ben.Id, conversation_id = name, content = "ours" })).Is(201);

        (await eve.PostAsync("/messages", new { recipient_id = ana.Id, conversation_id = name, content = "mine" })).Is(201);
        Assert.Equal(["ours"], await ContentsAsync(ana, $"/api/conversations/{name}/messages"));
        Assert.Equal(["ours"], await ContentsAsync(ben, $"/api/conversations/{name}/messages"));

        // Two that somebody else named so: nothing says which is meant, and the newest is not taken for it.
        (await eve.PostAsync("/messages", new { recipient_id = ben.Id, conversation_id = name, content = "mine" })).Is(201);
        (await ben.GetAsync($"/auth/conversations/{name}/messages")).IsRefusal(409, "conversation.name_ambiguous");
        (await ben.PutAsync($"/auth/conversations/{name}/read")).IsRefusal(409, "conversation.name_ambiguous");
        (await ben.PostAsync($"/api/conversations/{name}/messages", new { content = "to whom?" })).IsRefusal(409,
            "conversation.name_ambiguous");
        (await ana.PostAsync("/messages", new { recipient_id = cleo.Id, conversation_id = name, content = "again" })).Is(201);
        (await ana.GetAsync($"/api/conversations/{name}")).IsRefusal(409, "conversation.name_ambiguous");

        // With a recipient it is clear.
        (await ben.PostAsync($"/auth/conversations/{name}/messages", new { recipient_id = ana.Id, content = "answer" })).Is(200);
        Assert.Equal(["again"], await ContentsAsync(cleo, $"/api/conversations/{name}/messages"));
    }

    [Theory, EachDatabase]
    public async Task A_conversation_that_took_such_a_name_before_is_not_found_by_it(Database database)
    {
        var stoa = StoaServer.For(database);
        var (vera, bob, eve) = (await stoa.RegisterAsync("vera"), await stoa.RegisterAsync("bob"), await stoa.RegisterAsync("eve"));
        string[] names = [$"admin_{vera.Id}", Conversation.DirectAlias(vera.Id, bob.Id), "admin", "a/b", "77"];
        var ids = new List<long>();
        foreach (var name in names)
        {
            ids.Add(await stoa.AskAsync(async db =>
            {
                var old = Conversation.Direct(eve.Id, vera.Id, name, DateTimeOffset.UnixEpoch);
                db.Conversations.Add(old);
                await db.SaveChangesAsync(TestContext.Current.CancellationToken);
                return old.Id;
            }));
            (await eve.PostAsync($"/api/conversations/{ids[^1]}/messages", new { content = $"under {name}" })).Is(201);
        }

        Assert.Empty(await ContentsAsync(vera, "/api/conversations/admin/messages"));
        Assert.Empty(await ContentsAsync(vera, $"/api/conversations/admin_{vera.Id}/messages"));
        (await vera.GetAsync($"/auth/conversations/{names[1]}/messages")).IsRefusal(404, "conversation.not_found");

        // They are still there, and are called by their ids.
        var texts = ids.ConvertAll(static id => id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var listed = (await vera.GetAsync("/auth/conversations")).Is(200).Body.EnumerateArray().Select(static c => c.GetProperty("conversation_id").GetString()!).ToList();
        Assert.Equal(texts.Order(), listed.Intersect(texts).Order());
        Assert.Equal(texts.Order(), (await vera.GetAsync("/messages/received")).Is(200).Body.EnumerateArray().Select(static m => m.GetProperty("conversation_id").GetString()!).Order());
        Assert.Equal(1, (await vera.GetAsync($"/auth/conversations/{texts[0]}/messages")).Is(200).Body.GetArrayLength());
        (await vera.PostAsync($"/auth/conversations/{texts[3]}/messages", new { recipient_id = eve.Id, content = "answer" })).Is(200);
        var shown = (await vera.GetAsync("/api/conversations")).Is(200).Body.GetProperty("data").GetProperty("conversations").EnumerateArray();
        Assert.All(shown.Where(c => texts.Contains(c.GetProperty("id").GetString()!)),
            static c => Assert.Equal(JsonValueKind.Null, c.GetProperty("alias").ValueKind));
    }

    [Theory, EachDatabase]
    public async Task A_client_id_used_again_for_something_else_is_refused(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var cleo = await stoa.RegisterAsync("cleo");
        var key = StoaServer.Unique("c");
        var first = await ana.WriteToAsync(ben, "one", key);

        Assert.Equal(first.Text, (await ana.WriteToAsync(ben, "one", key)).Text);
        (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = "two", client_message_id = key })).IsRefusal(409,
            "message.client_id_taken");
        (await ana.PostAsync("/messages", new { recipient_id = cleo.Id, content = "one", client_message_id = key })).IsRefusal(409,
            "message.client_id_taken");
        await cleo.WriteToAsync(ben, "three", key);
        (await ana.PutAsync($"/messages/{first.Body.GetProperty("id").GetInt64()}", new { content = "edited" })).Is(200);
        Assert.Equal("edited", (await ana.WriteToAsync(ben, "one", key)).Body.GetProperty("content").GetString());

        // Redacted words are compared as they were written.
        var thread = $"/api/messages/threads/{await ThreadTests.OpenAsync(ana, "LISTING", key, ben)}/messages";
        var posted = (await ana.PostAsync(thread, new { body = "mail ana@example.org", client_message_id = key + "t" })).Is(200);
        Assert.Equal(posted.Body.GetProperty("id").GetString(),
            (await ana.PostAsync(thread,
            new { body = "mail ana@example.org", client_message_id = key + "t" })).Is(200).Body.GetProperty("id").GetString());
        (await ana.PostAsync(thread, new { body = "mail ana@example.com", client_message_id = key + "t" })).IsRefusal(409,
            "message.client_id_taken");
    }

    [Theory, EachDatabase]
    public async Task Two_administrators_of_the_desk_do_not_get_each_others_message_for_the_same_client_id(Database database)
    {
        var stoa = StoaServer.For(database);
        var (one, other, vera) = (await stoa.SuperuserAsync(), await stoa.SuperuserAsync(), await stoa.RegisterAsync("vera"));
        var body = new { content = "hello", clientMessageId = StoaServer.Unique("desk") };

        (await one.PostAsync($"/api/admin/conversations/{vera.Id}/messages", body)).Is(201);
        (await one.PostAsync($"/api/admin/conversations/{vera.Id}/messages", body)).Is(201);
        (await other.PostAsync($"/api/admin/conversations/{vera.Id}/messages", body)).IsRefusal(409, "message.client_id_taken");
        Assert.Equal(["hello"], await ContentsAsync(vera, "/api/conversations/admin/messages"));
    }

    [Theory, EachDatabase]
    public async Task Who_takes_anothers_address_as_a_user_name_does_not_stand_between_him_and_his_account(Database database)
    {
        var stoa = StoaServer.For(database);
        var (root, address) = (await stoa.SuperuserAsync(), $"{StoaServer.Unique("vera")}@example.org");
        using var eve = stoa.Stranger();
        eve.SignIn((await eve.PostAsync("/auth/register",
            new { username = address, email = address, password = "another-horse" })).Is(201));
        (await root.PutAsync($"/auth/users/{eve.Id}", new { email = $"{StoaServer.Unique("eve")}@example.org" })).Is(200);
        using var vera = stoa.Stranger();
        vera.SignIn((await vera.PostAsync("/auth/register",
            new { username = StoaServer.Unique("vera"), email = address, password = "correct-horse" })).Is(201));

        var entered = (await stoa.Stranger().PostAsync("/auth/login", new { username = address, password = "correct-horse" })).Is(200);
        Assert.Equal(vera.Id, entered.Body.GetProperty("user").GetProperty("id").GetInt64());
    }

    private static async Task<List<string>> ContentsAsync(Person reader, string path) =>
        [.. (await reader.GetAsync(path)).Is(200).Body.GetProperty("data").GetProperty("messages").EnumerateArray().Select(static (JsonElement m) => m.GetProperty("content").GetString()!)];
}
