using System.Globalization;
using System.Text.Json;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>S3's list of an astrologer's contacts.</summary>
public sealed class CommunicationsTests
{
    [Theory, EachDatabase]
    [Requirement("S3-60")]
    public async Task An_astrologer_sees_the_newest_word_with_each_contact_and_answers(Database database)
    {
        var stoa = StoaServer.For(database);
        var (root, ana) = (await stoa.SuperuserAsync(), await stoa.RegisterAsync("ana"));
        var astra = await SupportTests.AstrologerAsync(stoa, root);
        await ConsultAsync(astra, ana);
        (await root.PostAsync($"/api/admin/conversations/{astra.Id}/messages", new { content = "welcome" })).Is(201);
        await ana.WriteToAsync(astra, "first");
        var second = (await ana.WriteToAsync(astra, "second")).Body.GetProperty("id").GetInt64();
        var path = $"/api/communications/{astra.Id}";

        var list = (await astra.GetAsync(path)).Is(200).Body;
        var (fromAna, fromDesk) = (list.GetProperty("data")[0], list.GetProperty("data")[1]);
        Assert.True(list.GetProperty("success").GetBoolean());
        Assert.Equal(2, list.GetProperty("total").GetInt32());
        Assert.Equal(["message", Text(second), Text(ana.Id), "user", "second", "received"], Members(fromAna, "type", "_id", "contactId", "contactType", "preview", "status"));
        Assert.Equal((2, false), (fromAna.GetProperty("unreadCount").GetInt32(), fromAna.GetProperty("isOnline").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, fromAna.GetProperty("duration").ValueKind);
        Assert.Equal(["admin", "admin", $"admin_{astra.Id}", "welcome"], Members(fromDesk, "contactId", "contactType", "conversationId", "preview"));
        Assert.Equal(["welcome"], (await astra.GetAsync(path + "?limit=1&page=2")).Is(200).Body.GetProperty("data").EnumerateArray().Select(static i => i.GetProperty("preview").GetString()));

        Assert.Equal((3, 3, 0, 0), Counts((await astra.GetAsync(path + "/unread-counts")).Is(200).Body));
        (await astra.PatchAsync($"/api/communications/messages/{second}/read")).Is(200);
        Assert.Equal((2, 2, 0, 0), Counts((await astra.GetAsync(path + "/unread-counts")).Is(200).Body));
        (await astra.PatchAsync(path + "/messages/mark-all-read")).Is(200);
        Assert.Equal((0, 0, 0, 0), Counts((await astra.GetAsync(path + "/unread-counts")).Is(200).Body));

        var answered = (await astra.PostAsync(path + "/messages", new { contactId = Text(ana.Id), message = "third", clientMessageId = "c1" })).Is(201).Body.GetProperty("data");
        Assert.Equal(answered.GetRawText(), (await astra.PostAsync(path + "/messages", new { contactId = Text(ana.Id), message = "third", clientMessageId = "c1" })).Is(201).Body.GetProperty("data").GetRawText());
        Assert.Equal(["sent", "third", fromAna.GetProperty("conversationId").GetString()!], Members(answered, "status", "preview", "conversationId"));
        Assert.Equal("third", (await ana.GetAsync("/messages/received")).Is(200).Body[0].GetProperty("content").GetString());
        (await astra.PostAsync(path + "/messages", new { contactId = "admin", message = "thanks" })).Is(201);
        Assert.Contains("thanks", (await root.GetAsync($"/api/admin/conversations/{astra.Id}/messages")).Is(200).Text, StringComparison.Ordinal);
    }

    [Theory, EachDatabase]
    [Requirement("S3-59")]
    public async Task It_is_for_the_astrologer_alone(Database database)
    {
        var stoa = StoaServer.For(database);
        var (root, ana) = (await stoa.SuperuserAsync(), await stoa.RegisterAsync("ana"));
        var (astra, rival) = (await SupportTests.AstrologerAsync(stoa, root), await SupportTests.AstrologerAsync(stoa, root));
        await ConsultAsync(astra, ana);
        var received = (await ana.WriteToAsync(astra, "secret")).Body.GetProperty("id").GetInt64();
        var path = $"/api/communications/{astra.Id}";

        foreach (var other in (Person[])[ana, rival, root])
        {
            (await other.GetAsync(path)).IsRefusal(403, "communications.not_yours");
            (await other.GetAsync(path + "/unread-counts")).IsRefusal(403, "communications.not_yours");
            (await other.PatchAsync(path + "/messages/mark-all-read")).IsRefusal(403, "communications.not_yours");
            (await other.PostAsync(path + "/messages", new { contactId = Text(ana.Id), message = "x" })).IsRefusal(403, "communications.not_yours");
        }

        (await ana.GetAsync($"/api/communications/{ana.Id}")).IsRefusal(403, "communications.not_yours");
        (await ana.GetAsync("/api/communications/999999999")).IsRefusal(403, "communications.not_yours");
        (await ana.PatchAsync($"/api/communications/messages/{received}/read")).IsRefusal(403, "communications.not_yours");
        Assert.Contains((await rival.PatchAsync($"/api/communications/messages/{received}/read")).Status, (int[])[403, 404]);
        (await astra.PatchAsync("/api/communications/messages/999999999/read")).IsRefusal(404, "message.not_found");
        (await stoa.Stranger().GetAsync(path)).Is(401);
        Assert.Equal((1, 1, 0, 0), Counts((await astra.GetAsync(path + "/unread-counts")).Is(200).Body));
    }

    [Theory, EachDatabase]
    [Requirement("S3-59", "S3-61", "S3-62")]
    public async Task The_rules_of_writing_hold_here_too(Database database)
    {
        var stoa = StoaServer.For(database);
        var (root, ana) = (await stoa.SuperuserAsync(), await stoa.RegisterAsync("ana"));
        var (astra, rival) = (await SupportTests.AstrologerAsync(stoa, root), await SupportTests.AstrologerAsync(stoa, root));
        var path = $"/api/communications/{astra.Id}/messages";

        (await astra.PostAsync(path, new { contactId = Text(ana.Id), message = "x" })).IsRefusal(403, "messaging.not_permitted");
        (await astra.PostAsync(path, new { contactId = Text(rival.Id), message = "x" })).IsRefusal(403, "messaging.not_permitted");
        (await astra.PostAsync(path, new { contactId = Text(astra.Id), message = "x" })).IsRefusal(400, "message.to_self");
        (await astra.PostAsync(path, new { contactId = "999999999", message = "x" })).IsRefusal(404, "recipient.not_found");
        (await astra.PostAsync(path, new { contactId = "nobody", message = "x" })).IsRefusal(404, "recipient.not_found");
        (await astra.PostAsync(path, new { contactId = "admin", message = " " })).Is(400);
        (await astra.PostAsync(path, new { contactId = "admin", message = new string('x', 10_001) })).Is(400);
        (await astra.PostAsync(path, new { message = "x" })).IsRefusal(400, "validation.failed");
        (await astra.PostAsync(path, new { contactId = "admin" })).IsRefusal(400, "validation.failed");
        Assert.Equal(0, (await astra.GetAsync($"/api/communications/{astra.Id}")).Is(200).Body.GetProperty("total").GetInt32());
    }

    [Theory, EachDatabase]
    public async Task A_contact_with_a_socket_is_online(Database database)
    {
        var stoa = StoaServer.For(database);
        var (root, ana) = (await stoa.SuperuserAsync(), await stoa.RegisterAsync("ana"));
        var astra = await SupportTests.AstrologerAsync(stoa, root);
        await ConsultAsync(astra, ana);
        await ana.WriteToAsync(astra, "hello");
        async Task<bool> IsOnlineAsync() => (await astra.GetAsync($"/api/communications/{astra.Id}")).Is(200).Body.GetProperty("data")[0].GetProperty("isOnline").GetBoolean();

        Assert.False(await IsOnlineAsync());
        await using var socket = await LiveSocket.ConnectAsync(ana);
        await Eventually.IsAsync(true, IsOnlineAsync);
    }

    [Theory, EachDatabase]
    [Requirement("S3-63")]
    public async Task The_message_limit_counts_here_too(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("RateLimit:MessagesPerMinute", "10"));
        var root = await stoa.SuperuserAsync();
        var astra = await SupportTests.AstrologerAsync(stoa, root);
        var path = $"/api/communications/{astra.Id}/messages";

        for (var i = 0; i < 10; i++)
            (await astra.PostAsync(path, new { contactId = "admin", message = Text(i) })).Is(201);
        (await astra.PostAsync(path, new { contactId = "admin", message = "x" })).IsRefusal(429, "rate.messages");
    }

    private static async Task ConsultAsync(Person astra, Person user)
    {
        var id = (await user.PostAsync("/api/consultations", new { astrologerId = Text(astra.Id) })).Is(201).Body.GetProperty("data").GetProperty("id").GetString();
        (await astra.PostAsync($"/api/consultations/{id}/accept", null)).Is(200);
    }

    private static (int, int, int, int) Counts(JsonElement body) => (
        body.GetProperty("messages").GetInt32(), body.GetProperty("data").GetProperty("messages").GetInt32(),
        body.GetProperty("data").GetProperty("missedCalls").GetInt32(), body.GetProperty("missedVideoCalls").GetInt32());

    private static List<string> Members(JsonElement item, params string[] names) => [.. names.Select(n => item.GetProperty(n).GetString()!)];

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
