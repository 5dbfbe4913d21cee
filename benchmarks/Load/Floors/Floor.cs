using System.Threading.Channels;
using Stoa.Load.Measuring;

namespace Stoa.Load.Floors;

/// <summary>One message row on its way, and the task that waits for its commit.</summary>
public sealed class FloorRow(long conversationId, long senderId, long recipientId, string clientId)
{
    public long ConversationId { get; } = conversationId;

    public long SenderId { get; } = senderId;

    public long RecipientId { get; } = recipientId;

    public string ClientId { get; } = clientId;

    public long Seq { get; set; }

    public TaskCompletionSource Committed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>The least that durable messages can cost: rows of the real table, by the plain driver, many to a commit, and nothing else.</summary>
/// <remarks>
/// Callers hand their rows to a writer with a thread and a connection of its own, which commits what is waiting, up to
/// <see cref="MaxBatch"/>, as the server's message log does. No HTTP, no tokens, no JSON, no membership, no numbers kept, no unread counts,
/// no outbox. With several writers a conversation always belongs to the same one.
/// </remarks>
public abstract class Floor : IDisposable
{
    protected const int MaxBatch = 64;

    private readonly List<Channel<FloorRow>> queues = [];
    private readonly List<Thread> threads = [];

    public Task WriteAsync(FloorRow row)
    {
        queues[(int)(row.ConversationId % queues.Count)].Writer.TryWrite(row);
        return row.Committed.Task;
    }

    public void Dispose()
    {
        foreach (var queue in queues)
            queue.Writer.TryComplete();
        foreach (var thread in threads)
            thread.Join();
        GC.SuppressFinalize(this);
    }

    protected void Start(int writers)
    {
        for (var i = 0; i < writers; i++)
        {
            var queue = Channel.CreateUnbounded<FloorRow>(new UnboundedChannelOptions { SingleReader = true });
            var thread = new Thread(() => Write(queue.Reader)) { IsBackground = true, Name = $"floor {i}" };
            queues.Add(queue);
            threads.Add(thread);
            thread.Start();
        }
    }

    /// <summary>Opens a writer's own connection.</summary>
    protected abstract FloorConnection Open();

    private void Write(ChannelReader<FloorRow> queue)
    {
        using var connection = Open();
        var numbers = new Dictionary<long, long>();
        var batch = new List<FloorRow>(MaxBatch);
        while (queue.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            while (batch.Count < MaxBatch && queue.TryRead(out var row))
            {
                row.Seq = numbers[row.ConversationId] = numbers.GetValueOrDefault(row.ConversationId) + 1;
                batch.Add(row);
            }

            try
            {
                connection.Commit(batch);
                batch.ForEach(static r => r.Committed.SetResult());
            }
            catch (Exception fault)
            {
                batch.ForEach(r => r.Committed.SetException(fault));
            }
        }
    }
}

/// <summary>One connection with its prepared statement.</summary>
public abstract class FloorConnection : IDisposable
{
    /// <summary>Inserts the rows in one transaction; returns when it is durable.</summary>
    public abstract void Commit(IReadOnlyList<FloorRow> rows);

    public abstract void Dispose();
}

/// <summary>Hands one row to the floor and waits for its commit.</summary>
/// <param name="name">Makes the client ids of a window unlike those of another.</param>
public sealed class FloorSender(Floor floor, long conversation, long sender, long recipient, string name) : Sender
{
    private long sent;

    public override async ValueTask<bool> SendAsync()
    {
        await floor.WriteAsync(new FloorRow(conversation, sender, recipient, $"{name}{++sent:D16}"));
        return true;
    }

    public override void Dispose()
    {
    }
}
