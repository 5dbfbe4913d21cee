using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>Uploads in messages: claimed once, seen by who takes part, fetched by links that end, gone with their message.</summary>
public sealed class AttachmentTests
{
    [Theory, EachDatabase]
    [Requirement("S0-9")]
    public async Task A_thread_carries_uploads_by_id_and_by_address(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var path = await ThreadAsync(ana, ben);
        var sent = (await ana.UploadAsync(new SentFile("cat.png", PersonFiles.Png), new SentFile("terms.txt", "As agreed."u8.ToArray()), new SentFile("dog.png", PersonFiles.Png))).Is(201).Body.GetProperty("uploads");
        object[] files =
        [
            new { id = sent[0].GetProperty("id").GetString(), name = "lies.exe", mime = "text/html", size = 7 },
            new { url = sent[1].GetProperty("url").GetString(), mime = "text/plain", name = "terms.txt", size = 10 },
            new { url = new Uri(stoa.Address, sent[2].GetProperty("url").GetString()).ToString() },
            new { url = "https://example.org/a.png", name = "a.png" },
        ];
        (await ana.PostAsync(path, new { attachments = files })).Is(200);
        (await ana.PostAsync(path, new { body = "without" })).Is(200);

        var messages = (await ben.GetAsync(path)).Is(200).Body.GetProperty("messages");
        Assert.Equal(0, messages[0].GetProperty("attachments").GetArrayLength());
        Assert.Equal("", messages[1].GetProperty("body").GetString());
        var read = messages[1].GetProperty("attachments");
        Assert.Equal(["cat.png", "terms.txt", "dog.png", "a.png"], read.EnumerateArray().Select(static a => a.GetProperty("name").GetString()));
        Assert.Equal(["image/png", "text/plain", "image/png"], read.EnumerateArray().Take(3).Select(static a => a.GetProperty("mime").GetString()));
        Assert.Equal(PersonFiles.Png.Length, read[0].GetProperty("size").GetInt32());
        Assert.Equal("https://example.org/a.png", read[3].GetProperty("url").GetString());

        using var anybody = stoa.Stranger();
        var page = await anybody.FetchAsync(read[1].GetProperty("url").GetString()!);
        Assert.Equal((200, "As agreed."), (page.Status, Encoding.UTF8.GetString(page.Bytes)));
        Assert.Equal("attachment", page.Content.ContentDisposition?.DispositionType);
        Assert.Equal("text/plain; charset=utf-8", page.Content.ContentType?.ToString());
        Assert.Equal("nosniff", Assert.Single(page.Headers.GetValues("X-Content-Type-Options")));
        var picture = await anybody.FetchAsync(read[0].GetProperty("url").GetString()!);
        Assert.Equal(("inline", "cat.png"), (picture.Content.ContentDisposition?.DispositionType, picture.Content.ContentDisposition?.FileName?.Trim('"')));
        Assert.Equal((true, false), (picture.Headers.CacheControl?.Private, picture.Headers.CacheControl?.Public));
        Assert.True(picture.Headers.CacheControl?.MaxAge <= TimeSpan.FromMinutes(11));
    }

    [Theory, EachDatabase]
    public async Task The_mailbox_and_the_direct_doors_carry_them_too(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var mailed = await ana.UploadOneAsync();
        (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = "look", attachments = new object[] { new { id = mailed } } })).Is(201);
        var conversation = await ana.ConversationWithAsync(ben);
        var flat = (await ana.UploadAsync(new SentFile("dog.png", PersonFiles.Png), new SentFile("small.png", PersonFiles.Png))).Is(201).Body.GetProperty("uploads");
        var view = (await ana.PostAsync($"/api/conversations/{conversation}/messages", new
        {
            messageType = "image", mediaUrl = flat[0].GetProperty("url").GetString(), thumbnailUrl = flat[1].GetProperty("url").GetString(),
        })).Is(201).Body.GetProperty("data");
        var others = new[] { await ana.UploadOneAsync(), await ana.UploadOneAsync() };
        (await ana.PostAsync($"/api/conversations/{conversation}/messages", new { messageType = "image", attachmentId = others[0], attachments = new object[] { new { id = others[1] } } })).Is(201);

        Assert.Equal("dog.png", view.GetProperty("attachments")[0].GetProperty("name").GetString());
        var read = (await ben.GetAsync("/messages/received")).Is(200).Body;
        Assert.Equal([1, 1, 2], read.EnumerateArray().Select(static m => m.GetProperty("attachments").GetArrayLength()));
        Assert.Equal(200, (await ben.FetchAsync(read[0].GetProperty("attachments")[0].GetProperty("url").GetString()!)).Status);
        var media = (await ben.GetAsync($"/api/conversations/{conversation}/messages")).Is(200).Body.GetProperty("data").GetProperty("messages")[1];
        foreach (var member in (string[])["mediaUrl", "thumbnailUrl"])
            Assert.Equal(PersonFiles.Png, (await ben.FetchAsync(media.GetProperty(member).GetString()!)).Bytes);
        foreach (var id in (string[])[mailed, others[0], others[1], flat[1].GetProperty("id").GetString()!])
            Assert.Equal(200, (await ben.FetchAsync($"/api/uploads/{id}")).Status);
    }

    [Theory, EachDatabase]
    public async Task An_upload_goes_into_one_message_however_many_are_sent_at_once(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var paths = new List<string>();
        for (var i = 0; i < 5; i++)
            paths.Add(await ThreadAsync(ana, ben));
        var uploads = (await ana.UploadAsync(new SentFile("a.png", PersonFiles.Png), new SentFile("b.png", PersonFiles.Png))).Is(201).Body.GetProperty("uploads");
        var ids = uploads.EnumerateArray().Select(static u => u.GetProperty("id").GetString()!).ToArray();

        // Half of them name the two in the other order: no circle of waiting may come of it.
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => ana.PostAsync(
            paths[i % paths.Count], new { body = $"try {i}", attachments = (i % 2 == 0 ? ids : ids.Reverse()).Select(static id => new { id }) })));

        Assert.Single(answers, static a => a.Status == 200);
        Assert.All(answers.Where(static a => a.Status != 200), static a => a.IsRefusal(409, "attachment.taken"));
        var written = 0;
        foreach (var path in paths)
            written += (await ben.GetAsync(path)).Is(200).Body.GetProperty("messages").EnumerateArray().Count();
        Assert.Equal(1, written);
        (await ana.PostAsync(paths[0], new { body = "later", attachments = new object[] { new { id = ids[1] } } })).IsRefusal(409, "attachment.taken");
    }

    [Theory, EachDatabase]
    public async Task A_repeated_send_finds_its_message_and_a_stranger_finds_nothing(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        var path = await ThreadAsync(ana, ben);
        var id = await ana.UploadOneAsync();
        var body = new { client_message_id = "once", attachments = new object[] { new { id } } };
        var url = (await ben.UploadAsync(new SentFile("ben.png", PersonFiles.Png))).Is(201).Body.GetProperty("uploads")[0].GetProperty("url").GetString();
        (await ben.PostAsync(path, body)).IsRefusal(404, "attachment.not_found");
        (await ana.PostAsync(path, new { attachments = new object[] { new { url } } })).IsRefusal(404, "attachment.not_found");
        (await ana.PostAsync(path, new { attachments = new object[] { new { id = "999999999" } } })).IsRefusal(404, "attachment.not_found");
        (await ana.PostAsync(path, new { attachments = Enumerable.Repeat(new { id }, 11) })).Is(400);

        var first = (await ana.PostAsync(path, body)).Is(200).Body.GetProperty("id").GetString();
        Assert.Equal(first, (await ana.PostAsync(path, body)).Is(200).Body.GetProperty("id").GetString());
    }

    [Theory, EachDatabase]
    public async Task Only_who_takes_part_may_fetch_and_before_that_only_the_owner(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var eve = await stoa.RegisterAsync("eve");
        var root = await stoa.SuperuserAsync();
        using var nobody = stoa.Stranger();
        var path = await ThreadAsync(ana, ben);
        var id = await ana.UploadOneAsync();
        Assert.Equal(200, (await ana.FetchAsync($"/api/uploads/{id}")).Status);
        (await ben.GetAsync($"/api/uploads/{id}")).IsRefusal(404, "attachment.not_found");

        (await ana.PostAsync(path, new { attachments = new object[] { new { id } } })).Is(200);

        Assert.Equal(PersonFiles.Png, (await ben.FetchAsync($"/api/uploads/{id}")).Bytes);
        Assert.Equal(200, (await ana.FetchAsync($"/api/uploads/{id}")).Status);
        (await eve.GetAsync($"/api/uploads/{id}")).IsRefusal(404, "attachment.not_found");
        (await root.GetAsync($"/api/uploads/{id}")).IsRefusal(404, "attachment.not_found");
        (await nobody.GetAsync($"/api/uploads/{id}")).IsRefusal(401, "auth.required");
        (await ana.GetAsync("/api/uploads/999999999")).IsRefusal(404, "attachment.not_found");
    }

    [Theory, EachDatabase]
    public async Task A_link_ends_and_cannot_be_made_up(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var ana = await stoa.RegisterAsync("ana");
        var link = (await ana.UploadAsync(new SentFile("a.png", PersonFiles.Png))).Is(201).Body.GetProperty("uploads")[0].GetProperty("url").GetString()!;
        var other = (await ana.UploadAsync(new SentFile("b.png", PersonFiles.Png))).Is(201).Body.GetProperty("uploads")[0].GetProperty("id").GetString()!;
        using var anybody = stoa.Stranger();
        Assert.Equal(200, (await anybody.FetchAsync(link)).Status);

        var (path, query) = (link.Split('?')[0], link.Split('?')[1]);
        var (expires, signature) = (query.Split('&')[0]["expires=".Length..], query.Split('&')[1]["sig=".Length..]);
        string[] forged =
        [
            path, $"{path}?expires={expires}", $"{path}?sig={signature}", $"/api/files/{other}?{query}", $"{path}?expires={expires}&sig={signature[..^1]}{(signature[^1] == 'a' ? 'b' : 'a')}",
            $"{path}?expires={long.Parse(expires, CultureInfo.InvariantCulture) + 60}&sig={signature}", $"{path}?expires={expires}&sig={new string('é', 64)}", $"{path}?expires=x&sig={signature}",
        ];
        foreach (var url in forged)
            (await anybody.GetAsync(url)).IsRefusal(403, "file.link_invalid");

        clock.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(200, (await anybody.FetchAsync(link)).Status);
        clock.Advance(TimeSpan.FromMinutes(2));
        (await anybody.GetAsync(link)).IsRefusal(403, "file.link_expired");
        Assert.Equal(200, (await anybody.FetchAsync((await ana.UploadAsync(new SentFile("c.png", PersonFiles.Png))).Body.GetProperty("uploads")[0].GetProperty("url").GetString()!)).Status);
    }

    [Theory, EachDatabase]
    public async Task Parts_of_a_file_can_be_fetched(Database database)
    {
        using var ana = await StoaServer.For(database).RegisterAsync("ana");
        var bytes = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(static i => (i % 10).ToString(CultureInfo.InvariantCulture))));
        var url = (await ana.UploadAsync(new SentFile("digits.txt", bytes))).Is(201).Body.GetProperty("uploads")[0].GetProperty("url").GetString()!;

        var part = await ana.FetchAsync(url, null, ("Range", "bytes=10001-10010"));
        Assert.Equal((206, "1234567890", new ContentRangeHeaderValue(10001, 10010, 20_000)), (part.Status, Encoding.ASCII.GetString(part.Bytes), part.Content.ContentRange));
        Assert.Equal("789", Encoding.ASCII.GetString((await ana.FetchAsync(url, null, ("Range", "bytes=-3"))).Bytes));
        Assert.Equal(416, (await ana.FetchAsync(url, null, ("Range", "bytes=20000-"))).Status);
        var head = await ana.FetchAsync(url, HttpMethod.Head);
        Assert.Equal((200, 20_000L, 0), (head.Status, head.Content.ContentLength, head.Bytes.Length));
        Assert.Equal(304, (await ana.FetchAsync(url, null, ("If-None-Match", head.Headers.ETag!.ToString()))).Status);
    }

    [Theory, EachDatabase]
    public async Task A_file_is_called_what_redaction_left_of_its_name(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        var path = await ThreadAsync(ana, ben);
        var id = await ana.UploadOneAsync("call 0151 2345678.png");
        Assert.True((await ana.PostAsync(path, new { attachments = new object[] { new { id } } })).Is(200).Body.GetProperty("redacted").GetBoolean());

        var read = (await ben.GetAsync(path)).Is(200).Body.GetProperty("messages")[0].GetProperty("attachments")[0];
        Assert.Equal("call \u2022\u2022\u2022.png", read.GetProperty("name").GetString());
        Assert.Equal("call \u2022\u2022\u2022.png", (await ben.FetchAsync($"/api/uploads/{id}")).Content.ContentDisposition?.FileNameStar);
    }

    [Theory, EachDatabase]
    public async Task Who_wants_no_longer_takes_back_what_no_message_has(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var (sent, waiting) = (await ana.UploadOneAsync(), await ana.UploadOneAsync());
        (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = "look", attachments = new object[] { new { id = sent } } })).Is(201);

        (await ben.DeleteAsync($"/api/uploads/{waiting}")).IsRefusal(404, "attachment.not_found");
        (await ana.DeleteAsync($"/api/uploads/{sent}")).IsRefusal(404, "attachment.not_found");
        (await ana.DeleteAsync($"/api/uploads/{waiting}")).Is(204);
        (await ana.DeleteAsync($"/api/uploads/{waiting}")).IsRefusal(404, "attachment.not_found");
        (await ana.GetAsync($"/api/uploads/{waiting}")).IsRefusal(404, "attachment.not_found");
        Assert.Equal((1, 1), await UploadTests.RemainingAsync(stoa));
    }

    [Theory, EachDatabase]
    public async Task The_desk_sends_files_and_every_administrator_may_see_what_came_in(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync("ana");
        var eve = await stoa.RegisterAsync("eve");
        var (one, two) = (await stoa.SuperuserAsync(), await stoa.SuperuserAsync());
        var (asked, answered) = (await ana.UploadOneAsync("bill.png"), await one.UploadOneAsync("help.png"));
        (await ana.PostAsync("/api/conversations/admin/messages", new { attachmentId = asked, messageType = "image" })).Is(201);
        (await one.PostAsync($"/api/admin/conversations/{ana.Id}/messages", new { content = "here", attachments = new object[] { new { id = answered } } })).Is(201);

        Assert.Equal((200, 200), ((await ana.FetchAsync($"/api/uploads/{answered}")).Status, (await two.FetchAsync($"/api/uploads/{asked}")).Status));
        Assert.Equal(404, (await eve.FetchAsync($"/api/uploads/{asked}")).Status);
        var inbox = (await two.GetAsync($"/api/admin/conversations/{ana.Id}/messages")).Is(200).Body.GetProperty("data").GetProperty("messages");
        Assert.Equal(["bill.png", "help.png"], inbox.EnumerateArray().Select(static m => m.GetProperty("attachments")[0].GetProperty("name").GetString()));
        Assert.Equal(200, (await two.FetchAsync(inbox[0].GetProperty("mediaUrl").GetString()!)).Status);
    }

    [Theory, EachDatabase]
    public async Task The_socket_carries_them_to_the_other_side(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        await ana.WriteToAsync(ben, "first");
        var conversation = (await ana.ConversationWithAsync(ben)).ToString(CultureInfo.InvariantCulture);
        var (flat, listed) = (await ana.UploadOneAsync(), await ana.UploadOneAsync("dog.png"));
        object[] steps =
        [
            new { @do = "connect", @as = "ana", token = ana.Token },
            new { @do = "connect", @as = "ben", token = ben.Token },
            new { @do = "emit", @as = "ben", @event = "dm:join_conversation", payload = new { conversationId = conversation } },
            new
            {
                @do = "emit", @as = "ana", @event = "dm:send_message",
                payload = new { conversationId = conversation, messageType = "image", attachmentId = flat, attachments = new[] { new { id = listed } } },
            },
            new { @do = "await", @as = "ben", @event = "dm:message_received" },
            new { @do = "emit", @as = "ana", @event = "dm:send_message", payload = new { conversationId = conversation, messageType = "image", attachmentId = flat } },
        ];
        var answers = await NodeScript.RunAsync("tests/Slices/node/socket-events.mjs", stoa.Address.ToString(), System.Text.Json.JsonSerializer.Serialize(steps));

        var received = answers[4].GetProperty("attachments");
        Assert.Equal(["cat.png", "dog.png"], received.EnumerateArray().Select(static a => a.GetProperty("name").GetString()));
        Assert.Equal(PersonFiles.Png, (await ben.FetchAsync(answers[4].GetProperty("mediaUrl").GetString()!)).Bytes);
        Assert.Equal("attachment.taken", answers[5].GetProperty("code").GetString());
    }

    [Theory, EachDatabase]
    public async Task Files_nobody_sent_and_those_of_erased_messages_are_swept(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock, ("Tokens:AccessLifetime", "7.00:00:00"));
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var (waiting, kept, erased) = (await ana.UploadOneAsync(), await ana.UploadOneAsync(), await ana.UploadOneAsync());
        foreach (var id in (string[])[kept, erased])
            (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = id, attachments = new object[] { new { id } } })).Is(201);
        var message = (await ben.GetAsync("/messages/received")).Is(200).Body[1];
        var link = message.GetProperty("attachments")[0].GetProperty("url").GetString()!;

        (await ana.DeleteAsync($"/messages/{message.GetProperty("id").GetInt64()}")).Is(200);
        Assert.Equal((404, 200), ((await ana.FetchAsync($"/api/uploads/{erased}")).Status, (await ben.FetchAsync($"/api/uploads/{erased}")).Status));
        (await ben.DeleteAsync($"/messages/{message.GetProperty("id").GetInt64()}")).Is(200);
        Assert.Equal((404, 404), ((await ben.FetchAsync($"/api/uploads/{erased}")).Status, (await ben.FetchAsync(link)).Status));

        clock.Advance(TimeSpan.FromHours(2));
        await Eventually.GetAsync(() => UploadTests.RemainingAsync(stoa), static r => r is { Rows: 2, Files: 2 }, static r => $"the erased one remains: {r}");
        Assert.Equal(200, (await ana.FetchAsync($"/api/uploads/{waiting}")).Status);

        clock.Advance(TimeSpan.FromHours(24));
        await Eventually.GetAsync(() => UploadTests.RemainingAsync(stoa), static r => r is { Rows: 1, Files: 1 }, static r => $"what nobody sent remains: {r}");
        (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = "late", attachments = new object[] { new { id = waiting } } })).IsRefusal(404, "attachment.not_found");
        Assert.Equal(200, (await ben.FetchAsync($"/api/uploads/{kept}")).Status);
    }

    private static async Task<string> ThreadAsync(Person ana, Person ben) => $"/api/messages/threads/{await ThreadTests.OpenAsync(ana, "LISTING", StoaServer.Unique("l"), ben)}/messages";
}
