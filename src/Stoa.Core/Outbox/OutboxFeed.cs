using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Stoa.Core.Outbox;

/// <summary>Something that follows a commit. Serialized into the outbox; subscribers get it at least once.</summary>
public interface IOutboxEvent;

/// <summary>A committed outbox row, handed over within the process that wrote it.</summary>
public sealed record OutboxEntry(long Id, IOutboxEvent Event);

/// <summary>The short way from a commit to the dispatcher of the same process, and back: which rows are done.</summary>
/// <remarks>
/// Nothing here has to survive: the rows are in the database, and what this feed loses (a crash, a full queue) is taken up again when the
/// lease of the row runs out.
/// </remarks>
public sealed class OutboxFeed(string node, TimeSpan lease)
{
    private const int QueueLength = 8192;

    private readonly Channel<OutboxEntry> entries =
        Channel.CreateBounded<OutboxEntry>(new BoundedChannelOptions(QueueLength) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly ConcurrentQueue<long> done = new();

    /// <summary>This process, unique among all that share the database.</summary>
    public string Node { get; } = node;

    /// <summary>How long a row belongs to the node that wrote it; after that any node may take it.</summary>
    public TimeSpan Lease { get; } = lease;

    public ChannelReader<OutboxEntry> Entries => entries.Reader;

    public bool HasDone => !done.IsEmpty;

    /// <summary>Hands over a row that is committed. Order is kept per caller.</summary>
    public void Publish(OutboxEntry entry) => entries.Writer.TryWrite(entry);

    /// <summary>Everything that follows this row has happened: it may be deleted with the next commit.</summary>
    public void Complete(long id) => done.Enqueue(id);

    /// <summary>Takes up to <paramref name="limit"/> finished rows; whoever takes them deletes them or gives them back.</summary>
    public List<long> TakeDone(int limit)
    {
        var ids = new List<long>(Math.Min(limit, 64));
        while (ids.Count < limit && done.TryDequeue(out var id))
            ids.Add(id);
        return ids;
    }

    public void GiveBack(IEnumerable<long> ids)
    {
        foreach (var id in ids)
            done.Enqueue(id);
    }
}
