using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging.Doors;

/// <summary>Some operations by some people in some conversations, through some doors; which, the seed says alone.</summary>
internal sealed class RandomSequence(int seed, IReadOnlyList<Person> people, SocketDoor sockets)
{
    private const int MaxOperations = 16;
    private readonly Random random = new(seed);
    private readonly Oracle oracle = new();
    private readonly List<string> steps = [];

    public Oracle Oracle => oracle;

    /// <summary>What was done so far, to be read when it was wrong.</summary>
    public string Story => string.Join('\n', steps);

    public async Task PlayAsync()
    {
        await OpenAsync();
        for (var left = random.Next(4, MaxOperations); left > 0; left--)
            await StepAsync(Pick(oracle.Talks));
    }

    /// <summary>Two or three conversations, of kinds that differ.</summary>
    private async Task OpenAsync()
    {
        var (ana, ben, cleo) = (people[0], people[1], people[2]);
        var name = StoaServer.Unique("talk");
        Func<Task<Talk>>[] kinds =
        [
            async () =>
            {
                var (talk, first) = await Talk.DirectAsync(ana, ben, name, "the first");
                oracle.Open(talk);
                oracle.Sent(talk, ana, first, "the first");
                return talk;
            },
            () => Talk.ThreadAsync(name, ben, cleo),
            () => Talk.ThreadAsync(name, ana, ben, cleo),
            () => Talk.GroupAsync(cleo, ana, ben),
        ];
        random.Shuffle(kinds);
        foreach (var open in kinds.Take(random.Next(2, 4)))
        {
            var talk = await open();
            if (!oracle.Talks.Contains(talk))
                oracle.Open(talk);
            steps.Add($"{talk.Kind} {talk.Id} of {string.Join(", ", talk.People.Select(static p => p.Name))}");
        }
    }

    private Task StepAsync(Talk talk)
    {
        var who = Pick(talk.People);
        var entry = oracle.In(talk) is { Count: > 0 } entries ? Pick(entries) : null;
        return (random.Next(13), entry) switch
        {
            ( < 4, _) or (_, null) => SendAsync(talk, who, null),
            (4, var e) => SendAsync(talk, who, e.Id),
            (5, var e) => EditAsync(e, who),
            ( < 8, var e) => DeleteAsync(e, who),
            (8, var e) => MarkOneAsync(e, who),
            ( < 11, _) => MarkSomeAsync(talk, who),
            (11, _) => MarkTalkAsync(talk, who),
            _ => MarkAllAsync(who),
        };
    }

    private async Task SendAsync(Talk talk, Person who, long? replyTo)
    {
        var door = DoorTo(talk, who);
        var body = $"m{steps.Count}";
        Said(who, $"writes {body} in {talk.Id} through {door}, answering {replyTo}");
        oracle.Sent(talk, who, await door.WriteAsync(talk, who, body, replyTo), body);
    }

    private async Task EditAsync(Entry entry, Person who)
    {
        var body = $"edit{steps.Count}";
        Said(who, $"changes {entry.Id} into {body}");
        (await who.PutAsync($"/messages/{entry.Id}", new { content = body })).Is(Oracle.Edit(entry, who, body));
    }

    private async Task DeleteAsync(Entry entry, Person who)
    {
        Said(who, $"deletes {entry.Id}");
        (await who.DeleteAsync($"/messages/{entry.Id}")).Is(oracle.Delete(entry, who));
    }

    private async Task MarkOneAsync(Entry entry, Person who)
    {
        Said(who, $"marks {entry.Id}");
        (await who.PutAsync($"/messages/{entry.Id}/read")).Is(oracle.MarkOne(entry, who));
    }

    /// <summary>Up to a message, or any of them, one's own and another conversation's among them.</summary>
    private async Task MarkSomeAsync(Talk talk, Person who)
    {
        var all = oracle.Talks.SelectMany(oracle.In).ToList();
        var upTo = random.Next(all.Count + 1);
        var some = random.Next(2) == 0 ? oracle.In(talk).Take(upTo).ToList() : all.FindAll(_ => random.Next(3) == 0);
        Said(who, $"marks {string.Join(',', some.Select(static e => e.Id))} in {talk.Id}");
        oracle.Mark(talk, who, some);
        Assert.Equal(oracle.Unread(talk, who), await sockets.MarkSomeAsync(talk, who, some.ConvertAll(static e => e.Id)));
    }

    private async Task MarkTalkAsync(Talk talk, Person who)
    {
        var door = DoorTo(talk, who);
        Said(who, $"marks all in {talk.Id} through {door}");
        await door.MarkAsync(talk, who);

        // The mailbox marks one by one what it shows; the others everything. It comes to the same.
        oracle.Mark(talk, who, oracle.In(talk));
    }

    public async Task MarkAllAsync(Person who)
    {
        Said(who, "marks all");
        (await who.PutAsync("/messages/read-all")).Is(200);
        foreach (var talk in oracle.Talks.Where(t => t.Has(who)))
            oracle.Mark(talk, who, oracle.In(talk));
    }

    private TalkDoor DoorTo(Talk talk, Person who) => Pick(TalkDoor.Http.Append(sockets).Where(d => d.Shows(talk, who)).ToList());

    private T Pick<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];

    private void Said(Person who, string what) => steps.Add($"{who.Name} {what}");
}
