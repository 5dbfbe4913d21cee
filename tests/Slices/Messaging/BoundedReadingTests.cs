using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>What a small question costs is bounded: pages over sockets, read marks, streams.</summary>
public sealed class BoundedReadingTests
{
    [Theory, EachDatabase]
    [Requirement("S3-39")]
    public async Task History_is_answered_once_and_only_so_much_of_it(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("RateLimit:HistoriesPerMinute", "4"));
        var (ana, ben) = await stoa.TwoPeopleAsync();
        for (var i = 1; i <= 40; i++)
            await ana.WriteToAsync(ben, $"{i} " + new string('€', 9_000));
        var id = Text(await ana.ConversationWithAsync(ben));
        await using var socket = await LiveSocket.ConnectAsync(ben);

        var page = await socket.AskAsync("dm:history", new { conversationId = id, limit = 200 });
        var seqs = Seqs(page);
        Assert.True(Encoding.UTF8.GetByteCount(page.GetRawText()) < 400_000);
        Assert.True(page.GetProperty("hasMore").GetBoolean());
        Assert.Equal(40, seqs[^1]);
        Assert.DoesNotContain("dm:history", socket.Seen());
        Assert.DoesNotContain("dm:history_response", socket.Seen());

        // What was left out is brought by asking for what comes before, or after.
        var before = await socket.AskAsync("dm:history", new { conversationId = id, before = seqs[0], limit = 200 });
        Assert.Equal(seqs[0] - 1, Seqs(before)[^1]);
        var after = await socket.AskAsync("dm:history", new { conversationId = id, after = 0, limit = 200 });
        Assert.Equal(1, Seqs(after)[0]);
        Assert.True(after.GetProperty("hasMore").GetBoolean());

        await socket.AskAsync("dm:history", new { conversationId = id, limit = 1 });
        var refused = await socket.EmitAsync("dm:history", new { conversationId = id, limit = 1 });
        Assert.Equal("rate.histories", refused.GetProperty("code").GetString());
        Assert.Equal("rate.histories", (await socket.TakeAsync("dm:error")).GetProperty("code").GetString());
    }

    [Theory, EachDatabase]
    [Requirement("S3-39")]
    public async Task Who_waits_for_no_acknowledgement_gets_history_as_an_event(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        await ana.WriteToAsync(ben, "hello");
        var id = Text(await ana.ConversationWithAsync(ben));
        await using var socket = await LiveSocket.ConnectAsync(ben);

        await socket.TellAsync("dm:history", new { conversationId = id });

        foreach (var name in (string[])["dm:history", "dm:history_response"])
        {
            var page = await socket.TakeAsync(name);
            Assert.Equal(id, page.GetProperty("conversationId").GetString());
            Assert.Equal("hello", page.GetProperty("messages")[0].GetProperty("content").GetString());
        }
    }

    [Theory, EachDatabase]
    public async Task Only_ids_that_are_messages_for_the_reader_are_told_as_read(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben, cleo) = (await stoa.RegisterAsync("ana"), await stoa.RegisterAsync("ben"), await stoa.RegisterAsync("cleo"));
        var group = (await ana.PostAsync("/api/conversations",
            new { participantIds = new[] { Text(ben.Id), Text(cleo.Id) } })).Is(200).Body.GetProperty("data").GetProperty("id").GetString();
        var mine = (await ben.PostAsync($"/api/conversations/{group}/messages",
            new { content = "mine" })).Is(201).Body.GetProperty("data").GetProperty("id").GetString()!;
        var theirs = (await ana.PostAsync($"/api/conversations/{group}/messages",
            new { content = "theirs" })).Is(201).Body.GetProperty("data").GetProperty("id").GetString()!;
        await using var reader = await LiveSocket.ConnectAsync(ben);
        await using var other = await LiveSocket.ConnectAsync(cleo);
        await other.AskAsync("dm:join_conversation", new { conversationId = group });

        string[] ids = [theirs, mine, .. Enumerable.Range(1, 60_000).Select(static i => $"9000000{i}")];
        await reader.AskAsync("dm:mark_read", new { conversationId = group, messageIds = ids });

        var told = await other.TakeAsync("dm:messages_read");
        Assert.Equal([theirs], told.GetProperty("messageIds").EnumerateArray().Select(static i => i.GetString()));
        Assert.Equal(2, told.GetProperty("upToSeq").GetInt64());
    }

    [Theory, EachDatabase]
    public async Task A_quiet_stream_says_at_once_and_again_and_again_that_it_is_alive(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var id = await ThreadTests.OpenAsync(ana, "LISTING", "1", ben);
        using var response = await OpenStreamAsync(stoa, ben, id);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("no", Assert.Single(response.Headers.GetValues("X-Accel-Buffering")));
        Assert.True(response.Headers.CacheControl is { NoCache: true, NoTransform: true });
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        Assert.StartsWith(":", await lines.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        for (var i = 0; i < 2; i++)
        {
            var comment = CommentAsync(lines);
            while (!comment.IsCompleted)
            {
                clock.Advance(TimeSpan.FromSeconds(15));
                await Task.WhenAny(comment, ana.GetAsync("/health"));
            }

            await comment;
        }

        (await ana.PostAsync($"/api/messages/threads/{id}/messages", new { body = "now" })).Is(200);
        string? line;
        do
            line = await lines.ReadLineAsync(TestContext.Current.CancellationToken);
        while (line is not null && !line.StartsWith("data:", StringComparison.Ordinal));
        Assert.Contains("\"now\"", line, StringComparison.Ordinal);
    }

    [Theory, EachDatabase]
    public async Task An_account_has_so_many_streams_at_once(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("Threads:MaxStreams", "2"));
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var id = await ThreadTests.OpenAsync(ana, "LISTING", "1", ben);
        var first = await OpenStreamAsync(stoa, ben, id);
        using var second = await OpenStreamAsync(stoa, ben, id);

        (await ben.GetAsync($"/api/messages/threads/{id}/stream")).IsRefusal(429, "rate.streams");
        using var other = await OpenStreamAsync(stoa, ana, id);
        first.Dispose();
        await Eventually.IsAsync(200, async () =>
        {
            using var again = await OpenStreamAsync(stoa, ben, id);
            return (int)again.StatusCode;
        });
        (await ana.GetAsync("/api/messages/threads/999999999/stream")).Is(404);
    }

    private static async Task<HttpResponseMessage> OpenStreamAsync(StoaServer stoa, Person reader, string thread)
    {
        var http = new HttpClient { BaseAddress = stoa.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/messages/threads/{thread}/stream");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", reader.Token);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    private static async Task CommentAsync(StreamReader lines)
    {
        string? line;
        do
            line = await lines.ReadLineAsync(TestContext.Current.CancellationToken);
        while (line is { Length: 0 });
        Assert.StartsWith(":", line, StringComparison.Ordinal);
    }

    private static List<long> Seqs(JsonElement page) =>
        [.. page.GetProperty("messages").EnumerateArray().Select(static m => m.GetProperty("seq").GetInt64())];

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
