using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>S0's threads, through its own routes.</summary>
public sealed class ThreadTests
{
    [Theory, EachDatabase]
    [Requirement("S0-8", "S0-10", "S0-12", "S0-13")]
    public async Task The_same_context_and_people_are_the_same_thread(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();

        var first = await OpenAsync(ana, "listing", "4711", ben);
        var again = await OpenAsync(ben, "LISTING", "4711", ana);
        var other = await OpenAsync(ana, "LISTING", "4712", ben);

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        var thread = (await ana.GetAsync($"/api/messages/threads/{first}")).Is(200).Body;
        Assert.Equal(ana.Id.ToString(CultureInfo.InvariantCulture), thread.GetProperty("created_by").GetString());
        Assert.EndsWith("Z", thread.GetProperty("created_at").GetString(), StringComparison.Ordinal);
    }

    [Theory, EachDatabase]
    [Requirement("S0-12")]
    public async Task Of_a_hundred_who_open_it_at_once_all_get_one_thread(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        var about = StoaServer.Unique("order");

        var ids = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => OpenAsync(i % 2 == 0 ? ana : ben, "ORDER", about, i % 2 == 0 ? ben : ana)));

        Assert.Single(ids.Distinct());
        Assert.Equal(1, (await ana.GetAsync($"/api/messages/threads?context=ORDER:{about}")).Is(200).Body.GetProperty("total_count").GetInt32());
    }

    [Theory, EachDatabase]
    [Requirement("S0-11")]
    public async Task The_creator_takes_part_and_roles_are_observed(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var id = (await ana.PostAsync("/api/messages/threads", new
        {
            context_type = "LISTING",
            context_id = StoaServer.Unique("listing"),
            participants = new object[] { new { user_id = ben.Id, role = "seller" } },
        })).Is(200).Body.GetProperty("id").GetString();

        var members = (await ben.GetAsync($"/api/messages/threads/{id}")).Is(200).Body.GetProperty("participants").EnumerateArray()
            .Select(p => (p.GetProperty("user_id").GetString(), p.GetProperty("role").GetString()));
        Assert.Equal([(Text(ana.Id), "OBSERVER"), (Text(ben.Id), "SELLER")], members);

        object Thread(params object[] participants) => new { context_type = "LISTING", context_id = "1", participants };
        (await ana.PostAsync("/api/messages/threads", Thread(new { user_id = ben.Id, role = "OWNER" }))).IsRefusal(400, "thread.role_invalid");
        (await ana.PostAsync("/api/messages/threads", Thread(new { user_id = ben.Id, role = "ADMIN" }))).IsRefusal(403, "thread.admins_only");
        (await ana.PostAsync("/api/messages/threads", Thread(new { user_id = 999_999_999 }))).IsRefusal(404, "participant.not_found");
        (await ana.PostAsync("/api/messages/threads", new { context_id = "1" })).IsRefusal(400, "validation.failed");
        (await ana.PostAsync("/api/messages/threads", new { context_type = "a b", context_id = "1" })).IsRefusal(400, "thread.context_invalid");
        (await stoa.Stranger().GetAsync("/api/messages/threads")).Is(401);
    }

    [Theory, EachDatabase]
    [Requirement("S0-9", "S0-15", "S0-16", "S0-17", "S0-24", "S0-25", "S0-52")]
    public async Task Messages_are_read_newest_first_in_pages(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        var path = $"/api/messages/threads/{await OpenAsync(ana, "LISTING", StoaServer.Unique("l"), ben)}/messages";
        for (var i = 1; i <= 5; i++)
        {
            var posted = (await ana.PostAsync(path, new { body = $"m{i}" })).Is(200).Body;
            Assert.True(posted.GetProperty("ok").GetBoolean());
            Assert.False(posted.GetProperty("redacted").GetBoolean());
            Assert.Equal(JsonValueKind.String, posted.GetProperty("id").ValueKind);
        }

        Assert.Equal(["m5", "m4", "m3", "m2", "m1"], await BodiesAsync(ben, path));
        Assert.Equal(["m4", "m3"], await BodiesAsync(ben, $"{path}?limit=2&offset=1"));
        Assert.Equal(["m1"], await BodiesAsync(ben, $"{path}?limit=2&offset=4"));
        Assert.Empty(await BodiesAsync(ben, $"{path}?limit=2&offset=5"));
        Assert.Equal(["m5"], await BodiesAsync(ben, $"{path}?limit=-4&offset=-9"));
        Assert.Equal(["m5", "m4"], await BodiesAsync(ben, $"{path}?after=3"));

        (await ana.PostAsync(path, new { body = "  " })).IsRefusal(400, "message.empty");
        (await ana.PostAsync(path, new { })).IsRefusal(400, "message.empty");
        (await ana.PostAsync(path, new { body = new string('x', 10_001) })).Is(400);
        var files = new object[] { new { url = "https://example.org/a.png", name = "a.png", mime = "image/png", size = 12 } };
        (await ana.PostAsync(path, new { attachments = files })).Is(200);
        var last = (await ben.GetAsync(path)).Is(200).Body.GetProperty("messages")[0];
        Assert.Equal("", last.GetProperty("body").GetString());
        Assert.Equal("a.png", last.GetProperty("attachments")[0].GetProperty("name").GetString());
        (await ana.PostAsync(path, new { attachments = new object[] { new { url = "javascript:alert(1)" } } })).IsRefusal(400, "attachment.invalid");
        foreach (var number in (object[])[new { url = "/a.png", size = -1 }, new { url = "/a.png", size = 1_000_000_000_001 }, new { url = "/a.mp3", duration = -1 }, new { url = "/a.mp3", duration = 1e300 }])
            Assert.Contains("size", (await ana.PostAsync(path, new { attachments = new[] { number } })).IsRefusal(400, "attachment.invalid").Text, StringComparison.Ordinal);
        (await ana.PostAsync(path, new { attachments = new object[] { new { url = "/a.mp3", size = 1_000_000_000_000, duration = 2_678_400 } } })).Is(200);
        (await ana.PostAsync(path, new { attachments = Enumerable.Repeat(files[0], 11) })).Is(400);
    }

    [Theory, EachDatabase]
    [Requirement("S0-14", "S0-16")]
    public async Task A_stranger_neither_reads_nor_writes(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var eve = await stoa.RegisterAsync("eve");
        var id = await OpenAsync(ana, "LISTING", StoaServer.Unique("l"), ben);

        var refused = (await eve.GetAsync($"/api/messages/threads/{id}/messages")).IsRefusal(403, "thread.not_participant");
        Assert.Equal("Not a thread participant", refused.Body.GetProperty("detail").GetString());
        (await eve.GetAsync($"/api/messages/threads/{id}")).IsRefusal(403, "thread.not_participant");
        (await eve.PostAsync($"/api/messages/threads/{id}/messages", new { body = "hi" })).IsRefusal(403, "thread.not_participant");
        (await eve.PostAsync($"/api/messages/threads/{id}/read", null)).IsRefusal(403, "thread.not_participant");
        (await eve.GetAsync($"/api/messages/threads/{id}/stream")).IsRefusal(403, "thread.not_participant");
        (await eve.GetAsync("/api/messages/threads/99999999/messages")).IsRefusal(404, "thread.not_found");
        Assert.Empty(await BodiesAsync(ana, $"/api/messages/threads/{id}/messages"));
    }

    [Theory, EachDatabase]
    [Requirement("S0-29")]
    public async Task Reading_is_counted_for_each_of_several(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var cleo = await stoa.RegisterAsync("cleo");
        var id = await OpenAsync(ana, "AUCTION", StoaServer.Unique("a"), ben, cleo);
        foreach (var body in (string[])["one", "two", "three"])
            (await ana.PostAsync($"/api/messages/threads/{id}/messages", new { body })).Is(200);

        Assert.Equal([0, 3, 3], await UnreadAsync(id, ana, ben, cleo));
        (await ben.PostAsync($"/api/messages/threads/{id}/read", null)).Is(200);
        Assert.Equal([0, 0, 3], await UnreadAsync(id, ana, ben, cleo));
        (await ben.PostAsync($"/api/messages/threads/{id}/messages", new { body = "four" })).Is(200);
        Assert.Equal([1, 0, 4], await UnreadAsync(id, ana, ben, cleo));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => cleo.PostAsync($"/api/messages/threads/{id}/read", null)));
        Assert.Equal([1, 0, 0], await UnreadAsync(id, ana, ben, cleo));
    }

    [Theory, EachDatabase]
    public async Task A_thread_of_two_is_in_both_mailboxes(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        var id = await OpenAsync(ana, "LISTING", StoaServer.Unique("l"), ben);
        (await ana.PostAsync($"/api/messages/threads/{id}/messages", new { body = "hello" })).Is(200);

        var received = (await ben.GetAsync("/messages/received")).Is(200).Body[0];
        Assert.Equal("hello", received.GetProperty("content").GetString());
        Assert.Equal(id, received.GetProperty("conversation_id").GetString());
        (await ben.PostAsync("/messages", new { recipient_id = ana.Id, content = "hi", conversation_id = id })).Is(201);
        Assert.Equal(["hi", "hello"], await BodiesAsync(ana, $"/api/messages/threads/{id}/messages"));
        (await ben.PutAsync($"/messages/{received.GetProperty("id").GetInt64()}/read")).Is(200);
        Assert.Equal([1, 0], await UnreadAsync(id, ana, ben));
    }

    [Theory, EachDatabase]
    public async Task The_stream_brings_what_is_new_and_resumes_by_number(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var id = await OpenAsync(ana, "LISTING", StoaServer.Unique("l"), ben);
        (await ana.PostAsync($"/api/messages/threads/{id}/messages", new { body = "missed" })).Is(200);
        using var http = new HttpClient { BaseAddress = stoa.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/messages/threads/{id}/stream");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ben.Token);
        request.Headers.Add("Last-Event-ID", "0");
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));

        Assert.Equal(("1", "missed"), await NextAsync(lines));
        (await ana.PostAsync($"/api/messages/threads/{id}/messages", new { body = "now" })).Is(200);
        Assert.Equal(("2", "now"), await NextAsync(lines));
    }

    internal static async Task<string> OpenAsync(Person opener, string type, string about, params Person[] others) =>
        (await opener.PostAsync("/api/messages/threads", new
        {
            context_type = type,
            context_id = about,
            participants = others.Select(o => new { user_id = Text(o.Id) }),
        })).Is(200).Body.GetProperty("id").GetString()!;

    internal static async Task<List<string>> BodiesAsync(Person reader, string path) =>
        [.. (await reader.GetAsync(path)).Is(200).Body.GetProperty("messages").EnumerateArray().Select(static m => m.GetProperty("body").GetString()!)];

    private static async Task<List<int>> UnreadAsync(string id, params Person[] readers)
    {
        var counts = new List<int>();
        foreach (var reader in readers)
            counts.Add((await reader.GetAsync($"/api/messages/threads/{id}")).Is(200).Body.GetProperty("unread_count").GetInt32());
        return counts;
    }

    private static async Task<(string Id, string Body)> NextAsync(StreamReader lines)
    {
        string id = "", body = "";
        while (await lines.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.StartsWith("data:", StringComparison.Ordinal))
                body = JsonDocument.Parse(line[5..]).RootElement.GetProperty("body").GetString()!;
            else if (line.StartsWith("id:", StringComparison.Ordinal))
                id = line[3..].Trim();
            else if (line.Length == 0 && body.Length > 0)
                break;
        }

        return (id, body);
    }

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
