using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>Contact details in threads, and what moderators see of them.</summary>
public sealed class RedactionTests
{
    private const string Bullets = "\u2022\u2022\u2022";

    [Theory, EachDatabase]
    [Requirement("S0-21", "S0-22", "S0-23")]
    public async Task Every_reader_sees_bullets_where_a_contact_stood(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        var id = await ThreadTests.OpenAsync(ana, "LISTING", StoaServer.Unique("l"), ben);
        var path = $"/api/messages/threads/{id}/messages";

        Assert.True((await ana.PostAsync(path, new { body = "mail ana@example.org or call +1 555 123 4567 today" })).Is(200).Body.GetProperty("redacted").GetBoolean());
        Assert.False((await ana.PostAsync(path, new { body = "it costs 1,250.00 EUR" })).Is(200).Body.GetProperty("redacted").GetBoolean());

        var clean = $"mail {Bullets} or call {Bullets} today";
        Assert.Equal(["it costs 1,250.00 EUR", clean], await ThreadTests.BodiesAsync(ben, path));
        Assert.Equal(["it costs 1,250.00 EUR", clean], await ThreadTests.BodiesAsync(ana, path));
        Assert.Equal(clean, (await ben.GetAsync("/messages/received")).Body[0].GetProperty("content").GetString());
        Assert.Equal(clean, (await ben.GetAsync("/api/notifications")).Body.GetProperty("notifications")[1].GetProperty("payload").GetProperty("preview").GetString());
        Assert.Contains(Bullets, (await ben.GetAsync($"/api/conversations/{id}/messages")).Is(200).Text, StringComparison.Ordinal);
    }

    [Theory, EachDatabase]
    public async Task Two_messages_an_edit_and_a_file_name_do_not_get_round_it(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        var id = await ThreadTests.OpenAsync(ana, "LISTING", StoaServer.Unique("l"), ben);
        var path = $"/api/messages/threads/{id}/messages";
        (await ana.PostAsync(path, new { body = "my number is 0151 23" })).Is(200);
        Assert.True((await ana.PostAsync(path, new { body = "45678 99, call me" })).Is(200).Body.GetProperty("redacted").GetBoolean());
        var harmless = (await ana.PostAsync(path, new { body = "see you" })).Is(200).Body.GetProperty("id").GetString();
        (await ana.PutAsync($"/messages/{harmless}", new { content = "write to ana at gmail dot com" })).Is(200);
        var files = new object[] { new { url = "https://cdn.example.org/1.png", name = "call 0151 2345678.png" }, new { url = "https://wa.me/4915112345678" }, new { url = "https://cdn.example.org/2.png", thumbnail_url = "https://t.me/ana" } };
        Assert.True((await ana.PostAsync(path, new { attachments = files })).Is(200).Body.GetProperty("redacted").GetBoolean());

        var messages = (await ben.GetAsync(path)).Is(200).Body.GetProperty("messages");
        var left = messages[0].GetProperty("attachments");
        Assert.Equal(2, left.GetArrayLength());
        Assert.Equal($"call {Bullets}.png", left[0].GetProperty("name").GetString());
        Assert.DoesNotContain("t.me", left.GetRawText(), StringComparison.Ordinal);
        Assert.Equal($"write to {Bullets}", messages[1].GetProperty("body").GetString());
        Assert.True(messages[1].GetProperty("redacted").GetBoolean());
        Assert.StartsWith(Bullets, messages[2].GetProperty("body").GetString(), StringComparison.Ordinal);
    }

    [Theory, EachDatabase]
    public async Task Between_two_people_nothing_is_taken_out(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        await ana.WriteToAsync(ben, "mail ana@example.org");
        Assert.Equal("mail ana@example.org", (await ben.GetAsync("/messages/received")).Body[0].GetProperty("content").GetString());
    }

    [Theory, EachDatabase]
    [Requirement("S0-45", "S0-46")]
    public async Task Moderators_see_what_was_taken_out_and_why(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var root = await stoa.SuperuserAsync();
        var about = StoaServer.Unique("listing");
        var id = await ThreadTests.OpenAsync(ana, "LISTING", about, ben);
        (await ana.PostAsync($"/api/messages/threads/{id}/messages", new { body = "mail ana@example.org" })).Is(200);
        (await ana.PostAsync($"/api/messages/threads/{id}/messages", new { body = "or not" })).Is(200);

        var flagged = (await root.GetAsync("/api/admin/messages/moderation")).Is(200).Body.GetProperty("flagged_messages").EnumerateArray()
            .Single(m => m.GetProperty("thread_id").GetString() == id);
        Assert.Equal($"mail {Bullets}", flagged.GetProperty("body").GetString());
        Assert.Equal("mail ana@example.org", flagged.GetProperty("original").GetString());
        var hit = Assert.Single(flagged.GetProperty("hits").EnumerateArray());
        Assert.Equal("Email", hit.GetProperty("rule").GetString());
        Assert.Equal((5, 15), (hit.GetProperty("start").GetInt32(), hit.GetProperty("length").GetInt32()));
        Assert.Equal($"{ana.Name}@example.org", flagged.GetProperty("sender_email").GetString());
        Assert.Contains((await root.GetAsync("/api/admin/messages/all?limit=200")).Is(200).Body.GetProperty("messages").EnumerateArray(), static m => m.GetProperty("body").GetString() == "or not");
        Assert.Contains((await root.GetAsync("/api/admin/messages/threads?context_type=listing")).Is(200).Body.GetProperty("threads").EnumerateArray(), t => t.GetProperty("context_id").GetString() == about);
        Assert.Equal(1, (await root.GetAsync("/api/admin/messages/threads?limit=1")).Body.GetProperty("threads").GetArrayLength());
        foreach (var path in (string[])["threads", "moderation", "flagged", "all"])
        {
            (await ben.GetAsync($"/api/admin/messages/{path}")).Is(403);
            (await stoa.Stranger().GetAsync($"/api/admin/messages/{path}")).Is(401);
        }
    }

    [Theory, EachDatabase]
    [Requirement("S0-47", "S0-48")]
    public async Task A_messaging_ban_bites_at_every_door_until_it_is_lifted(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var root = await stoa.SuperuserAsync();
        var id = await ThreadTests.OpenAsync(ana, "LISTING", StoaServer.Unique("l"), ben);
        await ana.WriteToAsync(ben, "before");

        (await root.PostAsync($"/api/admin/users/{ana.Id}/messaging-ban", new { reason = "spam" })).Is(200);
        (await ana.PostAsync($"/api/messages/threads/{id}/messages", new { body = "x" })).IsRefusal(403, "messaging.banned");
        (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = "x" })).IsRefusal(403, "messaging.banned");
        (await ana.PostAsync("/messages", new { recipient_id = root.Id, content = "a first message" })).IsRefusal(403, "messaging.banned");
        (await ana.PostAsync($"/api/conversations/{id}/messages", new { content = "x" })).IsRefusal(403, "messaging.banned");
        (await ana.GetAsync("/messages")).Is(200);
        (await root.PostAsync($"/api/admin/users/{ana.Id}/messaging/unban", new { reason = "sorry" })).Is(200);
        await ana.WriteToAsync(ben, "after");
    }
}
