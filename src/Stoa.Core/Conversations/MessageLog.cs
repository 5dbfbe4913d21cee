using System.Threading.Channels;
using Stoa.Core.Data;
using Stoa.Core.Outbox;

namespace Stoa.Core.Conversations;

/// <summary>The only way a message gets into the record: numbered, deduplicated and durable, many to a commit.</summary>
/// <remarks>
/// Callers await while a single writer takes what is waiting (up to <see cref="MaxBatch"/>, never waiting for more) and commits it in one
/// transaction: numbers, rows, unread counts, outbox. An acknowledgement costs a share of one fsync. Within a conversation messages are
/// numbered in the order of the calls of one node.
/// </remarks>
public sealed class MessageLog : IAsyncDisposable
{
    private const int MaxBatch = 64;

    // Far above what two seconds of writing take: beyond it callers wait at the door instead of filling memory.
    private const int QueueLength = 4096;

    private readonly Channel<PendingAppend> queue = Channel.CreateBounded<PendingAppend>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
    private readonly Task writing;
    private readonly OutboxFeed feed;

    public MessageLog(DatabaseTarget target, OutboxFeed feed, TimeProvider clock)
    {
        this.feed = feed;
        writing = Task.Run(() => WriteAsync(AppendStore.For(target, feed, clock)));
    }

    /// <summary>Writes one message and returns once it is durable.</summary>
    /// <returns>
    /// The message with its id and number. Refusals: <c>conversation.not_found</c> (gone meanwhile), <c>conversation.closed</c>,
    /// <c>message.client_id_taken</c>, <c>attachment.taken</c> (an upload among the attachments is in another message already, or gone).
    /// </returns>
    /// <remarks>
    /// Cancelling stops the waiting, not the writing: the message may be stored all the same, as after a lost connection. A retry with the
    /// same client id finds it. An event <see cref="MessagesAppended"/> is in the outbox by the time this returns.
    /// </remarks>
    public async Task<Outcome<Appended>> Append(MessageDraft draft, CancellationToken cancellation)
    {
        var pending = new PendingAppend(draft with { SentAt = draft.SentAt.Rounded() });
        await queue.Writer.WriteAsync(pending, cancellation);
        return await pending.Answer.WaitAsync(cancellation);
    }

    /// <summary>Writes what is waiting, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await writing;
    }

    private async Task WriteAsync(AppendStore store)
    {
        await using var _ = store;
        var batch = new AppendBatch(MaxBatch);
        while (batch.HasLeftOver || await queue.Reader.WaitToReadAsync())
        {
            batch.Fill(queue.Reader);
            await CommitAsync(batch, store);
        }
    }

    private async Task CommitAsync(AppendBatch batch, AppendStore store)
    {
        try
        {
            Publish(batch.Items, await store.CommitAsync(batch.Items));
        }
        catch (Exception) when (batch.Items.Count > 1 && store.IsRolledBack)
        {
            // One bad row must fail one caller: each gets a transaction of its own.
            foreach (var item in batch.Items)
                await CommitAloneAsync(item, store);
        }
        catch (Exception fault)
        {
            foreach (var item in batch.Items)
                item.Fail(fault);
        }
    }

    private async Task CommitAloneAsync(PendingAppend item, AppendStore store)
    {
        item.Result = null;
        try
        {
            Publish([item], await store.CommitAsync([item]));
        }
        catch (Exception fault)
        {
            item.Fail(fault);
        }
    }

    private void Publish(List<PendingAppend> items, long? outboxId)
    {
        if (outboxId is { } id)
        {
            var messages = new List<Message>(items.Count);
            foreach (var item in items)
            {
                if (item.Result is { Refusal: null, Value: { Repeated: false, Message: var message } })
                    messages.Add(message);
            }

            StoaMeter.MessageCommits.Add(1);
            StoaMeter.MessagesAppended.Add(messages.Count);
            feed.Publish(new OutboxEntry(id, new MessagesAppended(messages)));
        }

        foreach (var item in items)
            item.Complete();
    }
}
