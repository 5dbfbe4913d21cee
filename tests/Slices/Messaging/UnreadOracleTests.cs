using System.Globalization;
using System.Runtime.ExceptionServices;
using Microsoft.EntityFrameworkCore;
using Slices.Messaging.Doors;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>
/// Random sequences of operations against a naive oracle. Here some hundreds; the long run is
/// <c>STOA_TEST_SEQUENCES=10000 ./test --filter-class '*UnreadOracleTests'</c>. A failure names the seed that repeats it: <c>STOA_TEST_SEED</c>.
/// </summary>
public sealed class UnreadOracleTests(ITestOutputHelper output)
{
    // What somebody has in the mailbox is sorted for each list: fewer sequences per person keep lists short.
    private const int SequencesPerPeople = 20;
    private const int AtOnce = 8;

    [Theory, EachDatabase]
    [Requirement("S1-43", "S0-29")]
    public async Task Whatever_is_done_every_door_and_every_stored_count_equals_a_recount(Database database)
    {
        var (sequences, seed) = (Setting("STOA_TEST_SEQUENCES", 150), Setting("STOA_TEST_SEED", 20261128));
        output.WriteLine($"{sequences} sequences from seed {seed}");
        await using var stoa = StoaServer.Start(database);
        var groups = Enumerable.Range(0, sequences).Chunk(SequencesPerPeople);

        await Parallel.ForEachAsync(groups, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken }, async (group, _) =>
        {
            await using var sockets = new SocketDoor();
            Person[] people = [await stoa.RegisterAsync("ana"), await stoa.RegisterAsync("ben"), await stoa.RegisterAsync("cleo")];
            foreach (var i in group)
                await PlayAsync(stoa, new RandomSequence(seed + i, people, sockets), people, sockets, seed + i);
            foreach (var person in people)
                person.Dispose();
        });
    }

    private async Task PlayAsync(StoaServer stoa, RandomSequence sequence, Person[] people, SocketDoor sockets, int seed)
    {
        try
        {
            await sequence.PlayAsync();
            foreach (var person in people)
                await LookAsync(sequence.Oracle, person, sockets);
            await RecountAsync(stoa, sequence.Oracle);
            foreach (var person in people)
            {
                await sequence.MarkAllAsync(person);
                Assert.Equal(0, await TotalAsync(person));
            }
        }
        catch (Exception fault)
        {
            output.WriteLine($"STOA_TEST_SEQUENCES=1 STOA_TEST_SEED={seed} repeats this:\n{sequence.Story}\n{fault.Message}");
            ExceptionDispatchInfo.Throw(fault);
        }
    }

    /// <summary>Counts and messages behind every door.</summary>
    private static async Task LookAsync(Oracle oracle, Person person, SocketDoor sockets)
    {
        Assert.Equal(oracle.Unread(person), await TotalAsync(person));
        var talks = oracle.Talks.Where(t => t.Has(person)).ToList();
        foreach (var door in TalkDoor.Http.Append(sockets))
        {
            var shown = talks.FindAll(t => door.Shows(t, person));
            if (shown.Count == 0)
                continue;
            var counts = await door.CountAsync(person, shown);
            Assert.All(shown, t => Assert.Equal((door, t.Id, oracle.Unread(t, person)), (door, t.Id, counts[t])));
            var talk = shown[^1];
            Assert.Equal((door, string.Join('\n', oracle.Sees(talk, person))), (door, string.Join('\n', await door.ReadAsync(talk, person))));
        }
    }

    /// <summary>The stored counters, and what the rows come to.</summary>
    private static async Task RecountAsync(StoaServer stoa, Oracle oracle)
    {
        var ids = oracle.Talks.Select(static t => long.Parse(t.Id, CultureInfo.InvariantCulture)).ToList();
        var stored = await stoa.AskAsync(db => db.Participants.Where(p => ids.Contains(p.ConversationId)).Select(p => new
        {
            p.ConversationId,
            p.UserId,
            p.UnreadCount,
            InPair = db.Messages.Count(m => m.ConversationId == p.ConversationId && m.RecipientId == p.UserId && m.ReadAt == null),
            AmongSeveral = db.Messages.Count(m => m.ConversationId == p.ConversationId && m.SenderId != p.UserId && m.Seq > p.LastReadSeq),
        }).ToListAsync(TestContext.Current.CancellationToken));
        foreach (var talk in oracle.Talks)
        {
            foreach (var person in talk.People)
            {
                var row = stored.Single(r => r.ConversationId.ToString(CultureInfo.InvariantCulture) == talk.Id && r.UserId == person.Id);
                Assert.Equal((oracle.Unread(talk, person), row.UnreadCount), (row.UnreadCount, talk.IsPair ? row.InPair : row.AmongSeveral));
            }
        }
    }

    private static async Task<int> TotalAsync(Person person) =>
        (await person.GetAsync("/messages/unread/count")).Is(200).Body.GetProperty("unread_count").GetInt32();

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
