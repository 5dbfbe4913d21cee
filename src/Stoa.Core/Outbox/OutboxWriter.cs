using Stoa.Core.Data;

namespace Stoa.Core.Outbox;

/// <summary>One operation's transaction together with what must follow it.</summary>
public sealed class OutboxWriter(StoaDb db, OutboxFeed feed, TimeProvider clock)
{
    private readonly List<(OutboxEvent Row, IOutboxEvent Event)> told = [];

    /// <summary>Puts an event beside the data of the running transaction; it is saved with the next SaveChanges of the context.</summary>
    public void Tell(IOutboxEvent what)
    {
        var row = OutboxEvents.Row(what, feed, clock.GetUtcNow());
        db.Outbox.Add(row);
        told.Add((row, what));
    }

    /// <summary>Runs the work in one transaction, saves, and after the commit hands what was told to this process's dispatcher.</summary>
    /// <remarks>When it throws, neither the data nor the events are there.</remarks>
    public async Task<T> WriteAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        told.Clear();
        var result = await db.WriteAsync(async () =>
        {
            var answer = await work();
            await db.SaveChangesAsync(cancellation);
            return answer;
        }, cancellation);
        foreach (var (row, what) in told)
            feed.Publish(new OutboxEntry(row.Id, what));
        return result;
    }
}
