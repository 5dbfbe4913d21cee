using Stoa.TestSupport;

namespace Slices.Messaging.Doors;

/// <summary>What conversations must look like, kept in memory in the plainest way there is: every count is counted.</summary>
internal sealed class Oracle
{
    private readonly Dictionary<Talk, List<Entry>> entries = [];
    private readonly Dictionary<(Talk, Person), long> watermarks = [];

    public IReadOnlyList<Talk> Talks => [.. entries.Keys];

    public void Open(Talk talk) => entries[talk] = [];

    public IReadOnlyList<Entry> In(Talk talk) => entries[talk];

    public void Sent(Talk talk, Person sender, Written written, string body) => entries[talk].Add(new Entry(talk, written.Id, written.Seq, sender) { Body = body });

    public int Unread(Talk talk, Person reader) => entries[talk].Count(e => IsUnread(e, reader));

    public int Unread(Person reader) => entries.Keys.Where(t => t.Has(reader)).Sum(t => Unread(t, reader));

    /// <summary>Between two, what was addressed to the reader and not read; among several, what others wrote beyond the reader's mark.</summary>
    public bool IsUnread(Entry entry, Person reader) =>
        entry.Sender != reader && (entry.Talk.IsPair ? !entry.IsRead : entry.Seq > watermarks.GetValueOrDefault((entry.Talk, reader)));

    /// <summary>The named messages; in a conversation of several, everything before them too.</summary>
    public void Mark(Talk talk, Person reader, IEnumerable<Entry> which)
    {
        foreach (var entry in which.Where(e => e.Talk == talk))
        {
            if (!talk.IsPair)
                watermarks[(talk, reader)] = Math.Max(watermarks.GetValueOrDefault((talk, reader)), entry.Seq);
            else if (entry.Sender != reader)
                entry.IsRead = true;
        }
    }

    /// <summary>The status a door answers when this person changes the message.</summary>
    public static int Edit(Entry entry, Person editor, string body)
    {
        if (entry.IsHiddenFrom(editor))
            return 404;
        if (entry.Sender != editor)
            return 403;
        entry.Body = body;
        return 200;
    }

    /// <summary>The status a door answers when this person deletes the message.</summary>
    public int Delete(Entry entry, Person by)
    {
        if (entry.IsHiddenFrom(by))
            return 404;
        if (entry.Sender != by && !entry.Talk.IsPair)
            return 403;
        Mark(entry.Talk, by, entry.Sender == by ? [] : [entry]);
        entry.HiddenFrom.Add(by);
        return 200;
    }

    /// <summary>The status a door answers when this person marks the message in the mailbox.</summary>
    public int MarkOne(Entry entry, Person reader)
    {
        if (entry.IsHiddenFrom(reader))
            return 404;
        if (entry.Sender == reader || !entry.Talk.IsPair)
            return 403;
        Mark(entry.Talk, reader, [entry]);
        return 200;
    }

    /// <summary>What a door shows of a conversation.</summary>
    public IEnumerable<Sight> Sees(Talk talk, Person reader) =>
        entries[talk].Where(e => !e.IsHiddenFrom(reader)).Select(static e => new Sight(e.Id, e.Seq, e.Body, e.IsRead));
}

/// <summary>A message as the oracle keeps it.</summary>
internal sealed class Entry(Talk talk, long id, long seq, Person sender)
{
    public Talk Talk { get; } = talk;

    public long Id { get; } = id;

    public long Seq { get; } = seq;

    public Person Sender { get; } = sender;

    public string Body { get; set; } = "";

    /// <summary>By its recipient; never among several.</summary>
    public bool IsRead { get; set; }

    public HashSet<Person> HiddenFrom { get; } = [];

    public bool IsHiddenFrom(Person person) => HiddenFrom.Contains(person) || HiddenFrom.Count == 2;
}
