using System.Globalization;
using System.Text.Json;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>S3's support desk, consultations and groups, over HTTP.</summary>
public sealed class SupportTests
{
    [Theory, EachDatabase]
    [Requirement("S3-21", "S3-22", "S3-23", "S3-25", "S3-26", "S3-27", "S3-35", "S3-60")]
    public async Task The_desk_and_an_astrologer_write_to_each_other_through_one_inbox(Database database)
    {
        var stoa = StoaServer.For(database);
        var (root, other) = (await stoa.SuperuserAsync(), await stoa.SuperuserAsync());
        var astra = await AstrologerAsync(stoa, root);

        (await root.PostAsync($"/api/admin/conversations/{astra.Id}/messages", new { content = "welcome" })).Is(201);
        var answered = (await astra.PostAsync("/api/conversations/admin/messages", new { content = "thank you", messageType = "text" })).Is(201).Body.GetProperty("data");
        Assert.Equal("admin", answered.GetProperty("recipientId").GetString());
        (await other.PostAsync($"/api/admin/conversations/{astra.Id}/messages", new { content = "any question?" })).Is(201);

        var mine = (await astra.GetAsync("/api/conversations/admin")).Is(200).Body.GetProperty("data");
        Assert.Equal($"admin_{astra.Id}", mine.GetProperty("id").GetString());
        Assert.Equal("admin_astrologer", mine.GetProperty("conversationType").GetString());
        Assert.Equal(2, mine.GetProperty("unreadCount").GetInt32());
        Assert.Equal(["welcome", "thank you", "any question?"], await ContentsAsync(astra, "/api/conversations/admin/messages"));
        Assert.Equal(["welcome", "thank you", "any question?"], await ContentsAsync(astra, $"/api/conversations/admin_{astra.Id}/messages"));
        var desk = (await other.GetAsync($"/api/admin/conversations/{astra.Id}")).Is(200).Body.GetProperty("data");
        Assert.Equal(1, desk.GetProperty("unreadCount").GetInt32());
        Assert.Equal(["admin", Text(astra), "admin"], desk.GetProperty("messages").EnumerateArray().Select(static m => m.GetProperty("senderId").GetString()));
        Assert.Equal(["any question?"], await ContentsAsync(root, $"/api/admin/conversations/{astra.Id}/messages?limit=1"));
        Assert.Equal(["thank you"], await ContentsAsync(root, $"/api/conversations/admin_{astra.Id}/messages?before=3&limit=1"));
        (await root.PostAsync($"/api/admin/conversations/{astra.Id}/read", null)).Is(200);
        Assert.Equal(0, (await other.GetAsync($"/api/admin/conversations/{astra.Id}")).Body.GetProperty("data").GetProperty("unreadCount").GetInt32());
    }

    [Theory, EachDatabase]
    [Requirement("S3-21")]
    public async Task The_inbox_is_made_once_however_many_ask(Database database)
    {
        var stoa = StoaServer.For(database);
        var root = await stoa.SuperuserAsync();
        var astra = await AstrologerAsync(stoa, root);

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => i % 2 == 0
            ? root.PostAsync($"/api/admin/conversations/{astra.Id}/messages", new { content = $"m{i}" })
            : astra.GetAsync("/api/conversations/admin")));

        Assert.All(answers, static a => Assert.InRange(a.Status, 200, 201));
        var inbox = (await astra.GetAsync("/api/conversations")).Is(200).Body.GetProperty("data");
        Assert.Equal(1, inbox.GetProperty("total").GetInt32());
        Assert.Equal(50, inbox.GetProperty("conversations")[0].GetProperty("lastSeq").GetInt32());
    }

    [Theory, EachDatabase]
    [Requirement("S3-59")]
    public async Task Strangers_neither_enter_an_inbox_nor_the_desk(Database database)
    {
        var stoa = StoaServer.For(database);
        var root = await stoa.SuperuserAsync();
        var astra = await AstrologerAsync(stoa, root);
        var eve = await stoa.RegisterAsync("eve");
        (await root.PostAsync($"/api/admin/conversations/{astra.Id}/messages", new { content = "secret" })).Is(201);

        (await eve.GetAsync($"/api/admin/conversations/{astra.Id}")).Is(403);
        (await eve.PostAsync($"/api/admin/conversations/{astra.Id}/messages", new { content = "x" })).Is(403);
        (await eve.GetAsync($"/api/conversations/admin_{astra.Id}/messages")).IsRefusal(404, "conversation.not_found");
        (await eve.PostAsync($"/api/conversations/admin_{astra.Id}/messages", new { content = "x" })).IsRefusal(404, "conversation.not_found");
        (await root.GetAsync("/api/admin/conversations/999999999")).IsRefusal(404, "user.not_found");
        (await stoa.Stranger().GetAsync("/api/conversations/admin")).Is(401);
    }

    [Theory, EachDatabase]
    [Requirement("S3-61", "S3-62")]
    public async Task A_user_and_an_astrologer_write_to_each_other_from_an_accepted_consultation_on(Database database)
    {
        var stoa = StoaServer.For(database);
        var root = await stoa.SuperuserAsync();
        var (astra, rival) = (await AstrologerAsync(stoa, root), await AstrologerAsync(stoa, root));
        var ana = await stoa.RegisterAsync("ana");

        (await ana.PostAsync("/messages", new { recipient_id = astra.Id, content = "hello" })).IsRefusal(403, "messaging.not_permitted");
        (await astra.PostAsync("/messages", new { recipient_id = ana.Id, content = "hello" })).IsRefusal(403, "messaging.not_permitted");
        (await ana.PostAsync("/api/conversations", new { participantId = astra.Id })).IsRefusal(403, "messaging.not_permitted");
        (await astra.PostAsync("/messages", new { recipient_id = rival.Id, content = "hello" })).IsRefusal(403, "messaging.not_permitted");
        Assert.Equal(0, (await ana.GetAsync("/api/conversations")).Body.GetProperty("data").GetProperty("total").GetInt32());

        var id = (await ana.PostAsync("/api/consultations", new { astrologerId = Text(astra) })).Is(201).Body.GetProperty("data").GetProperty("id").GetString();
        (await ana.PostAsync("/messages", new { recipient_id = astra.Id, content = "hello" })).IsRefusal(403, "messaging.not_permitted");
        (await rival.PostAsync($"/api/consultations/{id}/accept", null)).IsRefusal(404, "consultation.not_found");
        (await ana.PostAsync($"/api/consultations/{id}/accept", null)).IsRefusal(404, "consultation.not_found");
        (await astra.PostAsync($"/api/consultations/{id}/accept", null)).Is(200);

        (await ana.PostAsync("/messages", new { recipient_id = astra.Id, content = "hello" })).Is(201);
        var conversation = (await astra.GetAsync("/api/conversations")).Body.GetProperty("data").GetProperty("conversations")[0];
        Assert.Equal("user_astrologer", conversation.GetProperty("conversationType").GetString());
        (await astra.PostAsync($"/api/conversations/{conversation.GetProperty("id").GetString()}/messages", new { content = "hi" })).Is(201);
        (await ana.PostAsync("/messages", new { recipient_id = rival.Id, content = "hello" })).IsRefusal(403, "messaging.not_permitted");
        (await astra.PostAsync($"/api/consultations/{id}/complete", null)).Is(200);
        (await astra.PostAsync("/messages", new { recipient_id = ana.Id, content = "see you" })).Is(201);
    }

    [Theory, EachDatabase]
    public async Task A_consultation_is_decided_once(Database database)
    {
        var stoa = StoaServer.For(database);
        var root = await stoa.SuperuserAsync();
        var astra = await AstrologerAsync(stoa, root);
        var ana = await stoa.RegisterAsync("ana");

        var asked = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => ana.PostAsync("/api/consultations", new { astrologerId = astra.Id })));
        var id = Assert.Single(asked.Select(static a => a.Is(201).Body.GetProperty("data").GetProperty("id").GetString()).Distinct());
        var decided = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => astra.PostAsync($"/api/consultations/{id}/{(i % 2 == 0 ? "accept" : "decline")}", null)));

        Assert.Equal(10, decided.Count(static d => d.Status == 200));
        Assert.Equal(10, decided.Count(static d => d.Status == 409));
        (await astra.PostAsync("/api/consultations", new { astrologerId = astra.Id })).IsRefusal(403, "consultation.by_user");
        (await ana.PostAsync("/api/consultations", new { astrologerId = ana.Id })).IsRefusal(404, "astrologer.not_found");
        (await ana.PostAsync("/api/consultations", new { })).IsRefusal(400, "validation.failed");
        Assert.Equal(1, (await astra.GetAsync("/api/consultations?limit=5")).Is(200).Body.GetProperty("data").GetProperty("total").GetInt32());
        (await ana.GetAsync("/api/consultations?status=nonsense")).IsRefusal(400, "consultation.state_unknown");
    }

    [Theory, EachDatabase]
    [Requirement("S3-69")]
    public async Task A_group_writes_reads_and_counts_for_each(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var cleo = await stoa.RegisterAsync("cleo");
        var id = (await ana.PostAsync("/api/conversations", new { participantIds = new[] { Text(ben), Text(cleo) }, title = "Trip" })).Is(200).Body
            .GetProperty("data").GetProperty("id").GetString();
        (await ana.PostAsync($"/api/conversations/{id}/messages", new { content = "one" })).Is(201);
        (await ben.PostAsync($"/api/conversations/{id}/messages", new { content = "two", mediaUrl = "https://example.org/a.png", messageType = "image" })).Is(201);

        Assert.Equal(["one", "two"], await ContentsAsync(cleo, $"/api/conversations/{id}/messages"));
        var group = (await cleo.GetAsync($"/api/conversations/{id}")).Is(200).Body.GetProperty("data");
        Assert.Equal("group", group.GetProperty("conversationType").GetString());
        Assert.Equal("Trip", group.GetProperty("title").GetString());
        Assert.Equal(2, group.GetProperty("unreadCount").GetInt32());
        (await cleo.PostAsync($"/api/conversations/{id}/read", null)).Is(200);
        (await ben.PostAsync($"/api/conversations/{id}/read", null)).Is(200);
        Assert.Equal(0, (await cleo.GetAsync($"/api/conversations/{id}")).Body.GetProperty("data").GetProperty("unreadCount").GetInt32());
        Assert.Equal("read", (await ana.GetAsync($"/api/conversations/{id}/messages")).Body.GetProperty("data").GetProperty("messages")[0].GetProperty("status").GetString());
        Assert.Equal("https://example.org/a.png", (await ana.GetAsync($"/api/conversations/{id}/messages")).Body.GetProperty("data").GetProperty("messages")[1].GetProperty("mediaUrl").GetString());

        (await ana.PostAsync("/api/conversations", new { })).IsRefusal(400, "conversation.nobody");
        (await ana.PostAsync("/api/conversations", new { participantIds = new[] { Text(ana) } })).IsRefusal(400, "group.size");
        (await ana.PostAsync("/api/conversations", new { participantIds = new[] { "999999999" } })).IsRefusal(404, "participant.not_found");
    }

    [Theory, EachDatabase]
    [Requirement("S3-11")]
    public async Task A_message_is_sent_then_delivered_then_read(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        await ana.WriteToAsync(ben, "hello");
        var path = $"/api/conversations/{await ana.ConversationWithAsync(ben)}/messages";

        Assert.Equal("sent", await StatusAsync(ana, path));
        Assert.Equal("delivered", await StatusAsync(ben, path));
        await Eventually.IsAsync("delivered", () => StatusAsync(ana, path));
        (await ben.PutAsync("/messages/read-all")).Is(200);
        Assert.Equal("read", await StatusAsync(ana, path));
    }

    internal static async Task<Person> AstrologerAsync(StoaServer stoa, Person root)
    {
        var person = await stoa.RegisterAsync("astra");
        var roles = (await root.GetAsync("/auth/roles")).Is(200).Body.EnumerateArray().ToList();
        if (!roles.Exists(static r => r.GetProperty("name").GetString() == "astrologer"))
        {
            await root.PostAsync("/auth/roles", new { name = "astrologer" });
            roles = [.. (await root.GetAsync("/auth/roles")).Is(200).Body.EnumerateArray()];
        }

        var id = roles.Find(static r => r.GetProperty("name").GetString() == "astrologer").GetProperty("id").GetInt64();
        (await root.PutAsync($"/auth/users/{person.Id}/roles", new { role_ids = new[] { id } })).Is(200);
        return person;
    }

    private static async Task<string> StatusAsync(Person reader, string path) =>
        (await reader.GetAsync(path)).Is(200).Body.GetProperty("data").GetProperty("messages")[0].GetProperty("status").GetString()!;

    private static async Task<List<string>> ContentsAsync(Person reader, string path) =>
        [.. (await reader.GetAsync(path)).Is(200).Body.GetProperty("data").GetProperty("messages").EnumerateArray().Select(static m => m.GetProperty("content").GetString()!)];

    private static string Text(Person person) => person.Id.ToString(CultureInfo.InvariantCulture);
}
