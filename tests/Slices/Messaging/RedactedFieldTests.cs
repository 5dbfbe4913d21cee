using System.Globalization;
using System.Text;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>Where contact details are taken out, they are taken out of every field that the other side is shown.</summary>
public sealed class RedactedFieldTests
{
    private const string Bullets = "\u2022\u2022\u2022";

    [Theory, EachDatabase]
    [Requirement("S0-21", "S0-22")]
    public async Task No_field_of_an_attachment_carries_a_contact(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        var path = $"/api/messages/threads/{await ThreadTests.OpenAsync(ana, "LISTING", StoaServer.Unique("l"), ben)}/messages";
        const string Picture = "https://cdn.example.org/2026/12/3f2b6c1e8d5e4a7b.png";

        foreach (var attachment in new object[]
        {
            new { url = "https://my-own-shop.example/call/+4915123456789?mail=ana@mail.org" },
            new { url = "https://my-own-shop.example/?mail=ana%40mail.org" },
            new { url = "https://my-own-shop.example/?u=%2Fx%3Fmail%3Dana%2540mail.org" },
            new { url = "https://ana:0151@my-own-shop.example/1.png" },
            new { url = Picture, thumbnail_url = "https://my-own-shop.example/call/+4915123456789" },
            new { url = Picture, mime = "application/vnd.4915123456789" },
            new { url = Picture, name = "x.+4915123456789" },
            new { url = Picture, name = "mail ana@mail.org.png" },
        })
        {
            Assert.True((await ana.PostAsync(path,
                new { body = "see", attachments = new[] { attachment } })).Is(200).Body.GetProperty("redacted").GetBoolean(),
                attachment.ToString());
        }

        // The client's own id is the sender's business.
        var thread = path.Split('/')[4];
        await using var socket = await LiveSocket.ConnectAsync(ben);
        await socket.AskAsync("dm:join_conversation", new { conversationId = thread });
        var mine = (await ana.PostAsync($"/api/conversations/{thread}/messages",
            new { content = "hi", clientMessageId = "call 4915123456789" })).Is(201).Body.GetProperty("data");
        Assert.Equal("call 4915123456789", mine.GetProperty("clientMessageId").GetString());
        var told = await socket.TakeAsync("dm:message_received", static e => e.GetProperty("content").GetString() == "hi");
        Assert.Equal(System.Text.Json.JsonValueKind.Null, told.GetProperty("clientMessageId").ValueKind);

        foreach (var mime in (string[])["call +49 151 23456789, ana@mail.org", "image", "call/4915123456789",
            "image/png; name=\"ana@mail.org\"", new string('x', 101)])
            (await ana.PostAsync(path, new { body = "see", attachments = new[] { new { url = Picture, mime } } })).Is(400);
        foreach (var size in (long[])[-1, 4915123456789])
            (await ana.PostAsync(path, new { body = "see", attachments = new[] { new { url = Picture, size } } })).IsRefusal(400,
                "attachment.invalid");
        var seen = (await ben.GetAsync(path)).Is(200).Text + (await ben.GetAsync("/messages/received")).Text + (await ben.GetAsync("/api/conversations")).Text
            + (await ben.GetAsync($"/api/conversations/{thread}/messages?limit=200")).Is(200).Text;
        foreach (var contact in (string[])["4915123456789", "mail.org", "my-own-shop", "0151@"])
            Assert.DoesNotContain(contact, seen, StringComparison.Ordinal);

        // What files are called and where they lie is no contact.
        foreach (var url in (string[])[Picture, "https://images.example.net/u/5f2c/1600x900/photo.jpg?w=1200&h=800",
            "https://bucket.s3.eu-central-1.amazonaws.com/listing/42/front.webp"])
        {
            var posted = await ana.PostAsync(path,
                new { body = "a picture", attachments = new[] { new { url, mime = "image/webp", name = "front.webp", size = 120_000 } } });
            Assert.False(posted.Is(200).Body.GetProperty("redacted").GetBoolean(), url);
        }

        Assert.False((await ana.PostAsync(path,
            new { body = "a film", attachments = new[] { new { url = Picture, mime = "video/mp4; codecs=\"avc1.42E01E\"",
            duration = 12.5 } } })).Is(200)
            .Body.GetProperty("redacted").GetBoolean());
    }

    [Theory, EachDatabase]
    [Requirement("S0-27")]
    public async Task The_senders_name_gives_no_contact_away(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        (await ana.PutAsync("/auth/me", new { full_name = "Ana +49 151 23456789" })).Is(200);
        var id = await ThreadTests.OpenAsync(ana, "LISTING", StoaServer.Unique("l"), ben);
        (await ana.PostAsync($"/api/messages/threads/{id}/messages", new { body = "hello" })).Is(200);
        await using var socket = await LiveSocket.ConnectAsync(ben);
        await socket.AskAsync("dm:join_conversation", new { conversationId = id });
        await using var typing = await LiveSocket.ConnectAsync(ana);
        await typing.AskAsync("dm:join_conversation", new { conversationId = id });
        await typing.EmitAsync("dm:typing_start", new { conversationId = id });

        Assert.Equal($"Ana {Bullets}", (await ben.GetAsync($"/api/messages/threads/{id}/messages")).Is(200).Body.GetProperty("messages")[0].GetProperty("sender_name").GetString());
        Assert.Equal($"Ana {Bullets}", (await socket.TakeAsync("dm:user_typing")).GetProperty("userName").GetString());
        foreach (var path in (string[])["/api/notifications", $"/api/messages/threads/{id}", "/api/messages/threads", "/api/conversations",
            "/auth/conversations", $"/api/conversations/{id}/messages"])
        {
            var text = (await ben.GetAsync(path)).Is(200).Text;
            Assert.Contains("Ana", text, StringComparison.Ordinal);
            Assert.DoesNotContain("23456789", text, StringComparison.Ordinal);
        }

        // Where nothing is taken out, a name is shown as it is.
        await ana.WriteToAsync(ben, "hello");
        Assert.Contains("Ana +49 151 23456789", (await ben.GetAsync("/auth/conversations")).Is(200).Text, StringComparison.Ordinal);
    }

    [Theory, EachDatabase]
    public async Task A_contact_is_found_in_two_edits_and_with_other_lines_between_its_halves(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        var path = $"/api/messages/threads/{await ThreadTests.OpenAsync(ana, "LISTING", StoaServer.Unique("l"), ben)}/messages";
        var first = await PostAsync(ana, path, "first");
        var second = await PostAsync(ana, path, "second");
        (await ana.PutAsync($"/messages/{first}", new { content = "0151 23" })).Is(200);
        (await ana.PutAsync($"/messages/{second}", new { content = "45 6789" })).Is(200);
        Assert.DoesNotContain("45 6789", await ThreadTests.BodiesAsync(ben, path));

        // The same the other way round: the beginning is written last.
        var third = await PostAsync(ana, path, "third");
        await PostAsync(ana, path, "77 6655");
        (await ana.PutAsync($"/messages/{third}", new { content = "0171 98" })).Is(200);
        Assert.DoesNotContain("0171 98", await ThreadTests.BodiesAsync(ben, path));

        await PostAsync(ana, path, "0160 11");
        foreach (var line in (string[])["hello", "how are you", "fine", "nice day", "is it sold", "what colour", "I see", "thanks",
            "one moment", "here"])
            await PostAsync(ana, path, line);
        Assert.True((await ana.PostAsync(path, new { body = "22 3344" })).Is(200).Body.GetProperty("redacted").GetBoolean());

        // The other side's numbers are not the sender's.
        path = $"/api/messages/threads/{await ThreadTests.OpenAsync(ana, "LISTING", StoaServer.Unique("l"), ben)}/messages";
        await PostAsync(ben, path, "0172 55");
        Assert.False((await ana.PostAsync(path, new { body = "66 7788" })).Is(200).Body.GetProperty("redacted").GetBoolean());
    }

    [Theory, EachDatabase]
    public async Task Prices_and_mentions_of_members_are_left_alone(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        var path = $"/api/messages/threads/{await ThreadTests.OpenAsync(ana, "LISTING", StoaServer.Unique("l"), ben)}/messages";
        foreach (var body in (string[])["I offer 250", "it weighs 12 kg", "or 2 for 480", "size 42", "from 2019", "1250 then",
            "3 weeks old", "ok 1300", $"@{ben.Name} please call back"])
            Assert.False((await ana.PostAsync(path, new { body })).Is(200).Body.GetProperty("redacted").GetBoolean(), body);
    }

    [Theory, EachDatabase]
    public async Task A_threads_context_and_a_groups_title_are_looked_at_too(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("Redaction:Kinds", "Thread,Group"));
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var others = new[] { new { user_id = ben.Id.ToString(CultureInfo.InvariantCulture) } };

        (await ana.PostAsync("/api/messages/threads",
            new { context_type = "LISTING", context_id = "mail ana@mail.org", participants = others })).IsRefusal(400,
            "thread.context_contact");
        foreach (var id in (string[])["4711", "507f1f77bcf86cd799439011", "3f2b6c1e-8d5e-4a7b-9c1d-0a2b3c4d5e6f", "listing-12"])
            (await ana.PostAsync("/api/messages/threads",
                new { context_type = "LISTING", context_id = id, participants = others })).Is(200);
        var group = (await ana.PostAsync("/api/conversations",
            new { title = "mail ana@mail.org", participantIds = new[] { others[0].user_id } })).Is(200).Body.GetProperty("data");
        Assert.Equal($"mail {Bullets}", group.GetProperty("title").GetString());
    }

    [Theory, EachDatabase]
    public async Task Text_files_are_looked_through_where_the_settings_say_so(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        var (root, ana, ben) = (await stoa.SuperuserAsync(), await stoa.RegisterAsync("ana"), await stoa.RegisterAsync("ben"));
        var path = $"/api/messages/threads/{await ThreadTests.OpenAsync(ana, "LISTING", StoaServer.Unique("l"), ben)}/messages";
        async Task<bool> IsRedactedAsync(string text)
        {
            var id = await ana.UploadOneAsync("notes.txt", Encoding.UTF8.GetBytes(text));
            return (await ana.PostAsync(path,
                new { body = "see", attachments = new[] { new { id } } })).Is(200).Body.GetProperty("redacted").GetBoolean();
        }

        Assert.False(await IsRedactedAsync("mail ana@mail.org"));
        (await root.PutAsync("/api/admin/messaging/settings", new { text_files = true })).Is(200);
        Assert.True((await root.GetAsync("/api/admin/messaging/settings")).Is(200).Body.GetProperty("text_files").GetBoolean());
        Assert.True(await IsRedactedAsync("mail ana@mail.org"));
        Assert.True(await IsRedactedAsync(new string('x', 300_000)));
        Assert.False(await IsRedactedAsync("width 40 cm"));
        Assert.Empty((await ben.GetAsync(path)).Is(200).Body.GetProperty("messages")[2].GetProperty("attachments").EnumerateArray());
    }

    private static async Task<string> PostAsync(Person sender, string path, string body) =>
        (await sender.PostAsync(path, new { body })).Is(200).Body.GetProperty("id").GetString()!;
}
