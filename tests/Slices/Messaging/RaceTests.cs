using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Slices.Messaging.Doors;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>Operations that meet: whoever comes first, the record is one that could have come about one after the other.</summary>
public sealed class RaceTests
{
    private const int Rounds = 15;

    [Theory]
    [EachDatabase(nameof(TalkKind.Direct))]
    [EachDatabase(nameof(TalkKind.Group))]
    public async Task Reading_while_others_write_loses_no_count(Database database, string kind)
    {
        var stoa = StoaServer.For(database);
        await using var sockets = new SocketDoor();
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var talk = kind == nameof(TalkKind.Direct)
            ? (await Talk.DirectAsync(ana, ben, StoaServer.Unique("race"), "the first")).Talk
            : await Talk.GroupAsync(ana, ben, await stoa.RegisterAsync("cleo"));

        for (var round = 0; round < Rounds; round++)
        {
            var seen = (await sockets.ReadAsync(talk, ben)).Select(static s => s.Id).ToList();
            await Task.WhenAll(Enumerable.Range(0, 24).Select(i => (i % 4) switch
            {
                0 => sockets.MarkAsync(talk, ben),
                1 => sockets.MarkSomeAsync(talk, ben, seen),
                _ => (Task)new DirectDoor().WriteAsync(talk, ana, $"m{i}"),
            }));

            var unread = (await new DirectDoor().CountAsync(ben, [talk]))[talk];
            Assert.Equal(await RecountAsync(stoa, talk, ben), unread);
            Assert.Equal(unread, (await ben.GetAsync("/messages/unread/count")).Is(200).Body.GetProperty("unread_count").GetInt32());
        }

        await sockets.MarkAsync(talk, ben);
        Assert.Equal(0, (await new DirectDoor().CountAsync(ben, [talk]))[talk]);
        Assert.Equal(0, await RecountAsync(stoa, talk, ben));
    }

    [Theory, EachDatabase]
    public async Task Deleting_unread_messages_while_marking_them_takes_each_off_the_count_once(Database database)
    {
        var stoa = StoaServer.For(database);
        await using var sockets = new SocketDoor();
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var (talk, first) = await Talk.DirectAsync(ana, ben, StoaServer.Unique("race"), "the first");
        var ids = new List<long> { first.Id };
        for (var i = 0; i < 20; i++)
            ids.Add((await sockets.WriteAsync(talk, ana, $"m{i}")).Id);

        await Task.WhenAll(ids.SelectMany(id => (Task[])[ben.DeleteAsync($"/messages/{id}"), ben.PutAsync($"/messages/{id}/read"), sockets.MarkSomeAsync(talk, ben, ids)]));

        Assert.Equal(0, (await new DirectDoor().CountAsync(ben, [talk]))[talk]);
        Assert.Equal(0, await RecountAsync(stoa, talk, ben));
        await sockets.WriteAsync(talk, ana, "one more");
        Assert.Equal(1, (await new DirectDoor().CountAsync(ben, [talk]))[talk]);
    }

    [Theory, EachDatabase]
    public async Task An_edit_that_meets_a_deletion_is_either_refused_or_seen(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var path = $"/messages/{(await ana.WriteToAsync(ben, "as written")).Body.GetProperty("id").GetInt64()}";
            var edits = Enumerable.Range(0, 8).Select(i => (Body: $"edit {i}", Answer: ana.PutAsync(path, new { content = $"edit {i}" }))).ToList();
            var deleted = await ana.DeleteAsync(path);
            await Task.WhenAll(edits.Select(static e => e.Answer));

            deleted.Is(200);
            Assert.All(edits, static e => Assert.Contains(e.Answer.Result.Status, (int[])[200, 404]));
            var acknowledged = edits.Where(static e => e.Answer.Result.Status == 200).Select(static e => e.Body).ToList();
            var seen = (await ben.GetAsync(path)).Is(200).Body.GetProperty("content").GetString()!;
            Assert.Contains(seen, acknowledged.Count > 0 ? acknowledged : ["as written"]);
            (await ana.GetAsync(path)).IsRefusal(404, "message.not_found");
            (await ana.PutAsync(path, new { content = "too late" })).IsRefusal(404, "message.not_found");
            Assert.Equal(seen, (await ben.GetAsync(path)).Body.GetProperty("content").GetString());
        }
    }

    [Theory, EachDatabase]
    public async Task What_both_deleted_does_not_come_back_by_an_edit(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var id = (await ana.WriteToAsync(ben, "secret")).Body.GetProperty("id").GetInt64();
            var edits = Enumerable.Range(0, 6).Select(i => ana.PutAsync($"/messages/{id}", new { content = $"secret {i}" })).ToList();
            var deletions = await Task.WhenAll(ana.DeleteAsync($"/messages/{id}"), ben.DeleteAsync($"/messages/{id}"), ana.DeleteAsync($"/messages/{id}"));
            await Task.WhenAll(edits);

            Assert.Equal([200, 200, 404], deletions.Select(static d => d.Status).Order());
            var row = await stoa.AskAsync(db => db.Messages.SingleAsync(m => m.Id == id, TestContext.Current.CancellationToken));
            Assert.NotNull(row.ErasedAt);
            Assert.Equal("", row.Body);
            (await ben.GetAsync($"/messages/{id}")).IsRefusal(404, "message.not_found");
        }

        Assert.Equal(0, (await ben.GetAsync("/messages/unread/count")).Is(200).Body.GetProperty("unread_count").GetInt32());
    }

    [Theory, EachDatabase]
    [Requirement("S3-28")]
    public async Task Of_a_hundred_who_open_a_conversation_at_once_all_get_one(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => (i % 2 == 0 ? ana : ben).PostAsync(
            "/api/conversations", new { participantId = (i % 2 == 0 ? ben : ana).Id })));

        Assert.Single(answers.Select(static a => a.Is(200).Body.GetProperty("data").GetProperty("id").GetString()).Distinct());
        Assert.Equal(1, (await ana.GetAsync("/api/conversations")).Is(200).Body.GetProperty("data").GetProperty("total").GetInt32());
    }

    private static Task<int> RecountAsync(StoaServer stoa, Talk talk, Person reader)
    {
        var id = long.Parse(talk.Id, CultureInfo.InvariantCulture);
        return stoa.AskAsync(db => talk.IsPair
            ? db.Messages.CountAsync(m => m.ConversationId == id && m.RecipientId == reader.Id && m.ReadAt == null, TestContext.Current.CancellationToken)
            : db.Messages.CountAsync(
                m => m.ConversationId == id && m.SenderId != reader.Id
                    && m.Seq > db.Participants.Single(p => p.ConversationId == id && p.UserId == reader.Id).LastReadSeq,
                TestContext.Current.CancellationToken));
    }
}
