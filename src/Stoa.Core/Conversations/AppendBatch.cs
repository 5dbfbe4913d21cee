using System.Threading.Channels;

namespace Stoa.Core.Conversations;

/// <summary>A draft on its way through the writer, and the caller who awaits it.</summary>
internal sealed class PendingAppend(MessageDraft draft)
{
    private readonly TaskCompletionSource<Outcome<Appended>> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public MessageDraft Draft { get; } = draft;

    /// <summary>What the message takes with it; empty for nearly all.</summary>
    public IReadOnlyList<UploadClaim> Claims { get; } = draft.Claims();

    /// <summary>Set by the store within the transaction; told to the caller only after the commit.</summary>
    public Outcome<Appended>? Result { get; set; }

    public Task<Outcome<Appended>> Answer => answer.Task;

    public void Complete() => answer.TrySetResult(Result ?? throw new InvalidOperationException("The store left a draft unanswered."));

    public void Fail(Exception fault) => answer.TrySetException(fault);
}

/// <summary>What goes into one commit: never two drafts with the same client id, so the store need not look within the batch.</summary>
internal sealed class AppendBatch(int capacity)
{
    private readonly HashSet<(long Sender, string ClientId)> keys = [];
    private PendingAppend? leftOver;

    public List<PendingAppend> Items { get; } = new(capacity);

    public bool HasLeftOver => leftOver is not null;

    /// <summary>Takes what is waiting, in order, and stops before a repeated client id.</summary>
    public void Fill(ChannelReader<PendingAppend> queue)
    {
        Items.Clear();
        keys.Clear();
        if (leftOver is { } first)
        {
            leftOver = null;
            Take(first);
        }

        while (Items.Count < capacity && leftOver is null && queue.TryRead(out var item))
            Take(item);
    }

    private void Take(PendingAppend item)
    {
        if (item.Draft.ClientMessageId is { } id && !keys.Add((item.Draft.SenderId, id)))
            leftOver = item;
        else
            Items.Add(item);
    }
}
