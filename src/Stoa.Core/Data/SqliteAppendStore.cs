using System.Text.Json;
using Microsoft.Data.Sqlite;
using Stoa.Core.Conversations;
using Stoa.Core.Outbox;

namespace Stoa.Core.Data;

/// <summary>The message log's writer on SQLite: takes the write gate, then one BEGIN IMMEDIATE … COMMIT per batch.</summary>
internal sealed class SqliteAppendStore(string connection, OutboxFeed feed, TimeProvider clock) : AppendStore(feed, clock)
{
    private readonly SemaphoreSlim gate = SqliteStoaDb.GateOf(connection);
    private readonly Dictionary<long, (long Next, DateTimeOffset At)> numbered = [];
    private SqliteAppendCommands? commands;

    public override async Task<long?> CommitAsync(IReadOnlyList<PendingAppend> batch)
    {
        IsRolledBack = false;
        var done = Feed.TakeDone(DoneLimit);
        await gate.WaitAsync();
        try
        {
            return Commit(batch, done);
        }
        catch
        {
            Feed.GiveBack(done);
            IsRolledBack = commands?.RollBack() ?? true;
            throw;
        }
        finally
        {
            gate.Release();
        }
    }

    public override ValueTask DisposeAsync()
    {
        commands?.Dispose();
        return ValueTask.CompletedTask;
    }

    private long? Commit(IReadOnlyList<PendingAppend> batch, List<long> done)
    {
        commands ??= new SqliteAppendCommands(connection);
        commands.Begin.ExecuteNonQuery();
        FindRepeated(batch);
        Number(batch);
        var refs = Insert(batch);
        CountUnread(batch);
        long? outboxId = refs.Count == 0 ? null : Announce(refs);
        if (done.Count > 0)
        {
            commands.DoneIds.Value = JsonSerializer.Serialize(done);
            commands.DeleteDone.ExecuteNonQuery();
        }

        commands.Commit.ExecuteNonQuery();
        return outboxId;
    }

    private void FindRepeated(IReadOnlyList<PendingAppend> batch)
    {
        foreach (var item in batch)
        {
            if (item.Draft.ClientMessageId is { } id && commands!.FirstUnder(item.Draft.SenderId, id) is { } first)
                item.Result = Repeated(first, item.Draft);
        }
    }

    /// <summary>Moves each conversation's last number once, by as much as this batch adds to it.</summary>
    private void Number(IReadOnlyList<PendingAppend> batch)
    {
        numbered.Clear();
        foreach (var group in batch.Where(static i => i.Result is null).GroupBy(static i => i.Draft.ConversationId))
        {
            var at = group.Max(static i => i.Draft.SentAt);
            if (commands!.Advance(group.Key, group.Count(), at) is { } last)
            {
                numbered[group.Key] = (last - group.Count() + 1, at);
                continue;
            }

            var refusal = commands.Exists(group.Key) ? Conversation.Closed : Conversation.NotFound;
            foreach (var item in group)
                item.Result = refusal;
        }
    }

    private List<Message> Insert(IReadOnlyList<PendingAppend> batch)
    {
        var written = new List<Message>(batch.Count);
        foreach (var item in batch)
        {
            if (item.Result is not null)
                continue;
            var (next, at) = numbered[item.Draft.ConversationId];
            numbered[item.Draft.ConversationId] = (next + 1, at);
            var message = item.Draft.Numbered(commands!.InsertMessage(item.Draft, next), next);
            item.Result = new Appended(message, Repeated: false);
            written.Add(message);
        }

        return written;
    }

    private void CountUnread(IReadOnlyList<PendingAppend> batch)
    {
        foreach (var group in batch
            .Where(static i => i.Result is { Refusal: null, Value.Repeated: false })
            .GroupBy(static i => (i.Draft.ConversationId, i.Draft.SenderId)))
        {
            commands!.AddUnread(group.Key.ConversationId, group.Key.SenderId, group.Count());
        }
    }

    private long Announce(List<Message> written)
    {
        var row = OutboxEvents.Row(new MessagesAppended(written), Feed, Clock.GetUtcNow());
        return commands!.InsertOutbox(row);
    }
}
