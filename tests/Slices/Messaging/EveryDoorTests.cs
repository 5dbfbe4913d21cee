using Slices.Messaging.Doors;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>There is one record: what goes in through one door is the same behind all others.</summary>
public sealed class EveryDoorTests
{
    [Theory]
    [EachDatabase(nameof(TalkKind.Direct))]
    [EachDatabase(nameof(TalkKind.Thread))]
    [EachDatabase(nameof(TalkKind.Group))]
    [EachDatabase(nameof(TalkKind.Support))]
    [Requirement("S1-31", "S1-32", "S1-33", "S3-28", "S3-30")]
    public async Task What_is_written_through_one_door_is_the_same_behind_every_other(Database database, string kind)
    {
        await using var sockets = new SocketDoor();
        var talk = await OpenAsync(StoaServer.For(database), Enum.Parse<TalkKind>(kind));
        foreach (var listener in talk.People)
            await (await sockets.OfAsync(listener)).AskAsync("dm:join_conversation", new { conversationId = DirectDoor.NameOf(talk) });
        var expected = (await sockets.ReadAsync(talk, talk.People[0])).ToList();

        foreach (var writer in talk.People)
        {
            foreach (var door in Doors(sockets).Where(d => d.Shows(talk, writer)))
            {
                var body = $"Grüße 😀, no. {expected.Count + 1} through {door}";
                var written = await door.WriteAsync(talk, writer, body, expected.LastOrDefault()?.Id);
                expected.Add(new Sight(written.Id, written.Seq, body, IsRead: false));

                Assert.Equal(expected.Count, written.Seq);
                foreach (var reader in talk.People)
                {
                    await SeesAsync(talk, reader, expected, sockets);
                    var told = await (await sockets.OfAsync(reader)).TakeAsync("dm:message_received", e => e.GetProperty("content").GetString() == body);
                    Assert.Equal(written, Written.Of(told));
                }
            }
        }
    }

    [Theory]
    [EachDatabase(nameof(TalkKind.Direct))]
    [EachDatabase(nameof(TalkKind.Thread))]
    [EachDatabase(nameof(TalkKind.Group))]
    [EachDatabase(nameof(TalkKind.Support))]
    [Requirement("S0-29", "S1-34", "S1-43", "S3-38")]
    public async Task What_is_read_through_one_door_is_read_and_counted_behind_every_other(Database database, string kind)
    {
        await using var sockets = new SocketDoor();
        var talk = await OpenAsync(StoaServer.For(database), Enum.Parse<TalkKind>(kind));
        var (writer, reader) = (talk.People[0], talk.People[1]);

        foreach (var (one, other) in ((Person, Person)[])[(writer, reader), (reader, writer)])
        {
            await Doors(sockets).First(d => d.Shows(talk, other)).MarkAsync(talk, other);
            foreach (var door in Doors(sockets).Where(d => d.Shows(talk, other)))
            {
                for (var i = 1; i <= 3; i++)
                {
                    await sockets.WriteAsync(talk, one, $"m{i}");
                    await CountsAsync(talk, other, i, sockets);
                }

                await door.MarkAsync(talk, other);

                await CountsAsync(talk, other, 0, sockets);
                if (talk.IsPair)
                    await AllSeeAsync(talk, talk.AccountOf(one), sockets);
            }
        }
    }

    [Theory]
    [EachDatabase(nameof(TalkKind.Direct))]
    [EachDatabase(nameof(TalkKind.Thread))]
    [EachDatabase(nameof(TalkKind.Support))]
    [Requirement("S1-40", "S1-42")]
    public async Task What_is_changed_or_deleted_in_the_mailbox_is_so_behind_every_door(Database database, string kind)
    {
        await using var sockets = new SocketDoor();
        var talk = await OpenAsync(StoaServer.For(database), Enum.Parse<TalkKind>(kind));
        var (other, writer) = (talk.People[0], talk.People[1]);
        var before = (await sockets.ReadAsync(talk, writer)).ToList();
        var kept = await sockets.WriteAsync(talk, writer, "to be changed");
        var gone = await sockets.WriteAsync(talk, writer, "to be deleted");

        (await writer.PutAsync($"/messages/{kept.Id}", new { content = "changed" })).Is(200);
        (await writer.DeleteAsync($"/messages/{gone.Id}")).Is(200);

        before.Add(new Sight(kept.Id, kept.Seq, "changed", IsRead: false));
        await SeesAsync(talk, writer, before, sockets);
        before.Add(new Sight(gone.Id, gone.Seq, "to be deleted", IsRead: false));
        await SeesAsync(talk, other, before, sockets);
    }

    private static IEnumerable<TalkDoor> Doors(SocketDoor sockets) => TalkDoor.Http.Append(sockets);

    private static async Task<Talk> OpenAsync(StoaServer stoa, TalkKind kind)
    {
        if (kind == TalkKind.Support)
        {
            var root = await stoa.SuperuserAsync();
            return await Talk.SupportAsync(root, await SupportTests.AstrologerAsync(stoa, root));
        }

        var (ana, ben) = await stoa.TwoPeopleAsync();
        return kind switch
        {
            TalkKind.Direct => (await Talk.DirectAsync(ana, ben, StoaServer.Unique("plan"), "the first")).Talk,
            TalkKind.Thread => await Talk.ThreadAsync(StoaServer.Unique("listing"), ana, ben),
            _ => await Talk.GroupAsync(ana, ben, await stoa.RegisterAsync("cleo")),
        };
    }

    private static async Task SeesAsync(Talk talk, Person reader, List<Sight> expected, SocketDoor sockets)
    {
        foreach (var door in Doors(sockets).Where(d => d.Shows(talk, reader)))
            Assert.Equal((door, string.Join('\n', expected)), (door, string.Join('\n', await door.ReadAsync(talk, reader))));
    }

    private static async Task CountsAsync(Talk talk, Person reader, int expected, SocketDoor sockets)
    {
        foreach (var door in Doors(sockets).Where(d => d.Shows(talk, reader)))
            Assert.Equal((door, expected), (door, (await door.CountAsync(reader, [talk]))[talk]));
        if (!talk.IsDesk(reader))
            Assert.Equal(expected, (await reader.GetAsync("/messages/unread/count")).Is(200).Body.GetProperty("unread_count").GetInt32());
    }

    /// <summary>Everybody sees through every door that everything this one wrote was read.</summary>
    private static async Task AllSeeAsync(Talk talk, long writer, SocketDoor sockets)
    {
        var theirs = (await talk.People[1].GetAsync("/messages?limit=200")).Is(200).Body.EnumerateArray()
            .Where(m => m.GetProperty("sender_id").GetInt64() == writer).Select(static m => m.GetProperty("id").GetInt64()).ToHashSet();
        foreach (var person in talk.People)
        {
            foreach (var door in Doors(sockets).Where(d => d.Shows(talk, person)))
                Assert.All((await door.ReadAsync(talk, person)).Where(s => theirs.Contains(s.Id)), s => Assert.True(s.IsRead, $"{door}: {s}"));
        }
    }
}
