using System.Text.Json;
using Microsoft.Data.Sqlite;
using Stoa.Core.Conversations;
using Stoa.Core.Outbox;

namespace Stoa.Core.Data;

/// <summary>The message log's writer on SQLite: takes the write gate, then one BEGIN IMMEDIATE … COMMIT per batch.</summary>
internal sealed class SqliteAppendStore(string connection, OutboxFeed feed, TimeProvider clock) : AppendStore(feed, clock)
{
    private readonly SemaphoreSlim gate = SqliteStoaDb.GateOf(connection);
    private readonly Dictionary<long, long> numbered = [];
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
        HoldUploads(batch);
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
        var keyed = batch.Where(static i => i.Draft.ClientMessageId is not null).ToList();
        if (keyed.Count == 0)
            return;
        var first = commands!.FirstUnder(keyed.Select(static i => (i.Draft.SenderId, i.Draft.ClientMessageId!)));
        foreach (var item in keyed)
        {
            if (first.TryGetValue((item.Draft.SenderId, item.Draft.ClientMessageId!), out var known))
                item.Result = Repeated(known, item.Draft);
        }
    }

    /// <summary>Refuses who names an upload that another message has, in the record or earlier in this batch.</summary>
    private void HoldUploads(IReadOnlyList<PendingAppend> batch)
    {
        HashSet<long>? held = null;
        foreach (var item in batch)
        {
            if (item.Claims.Count == 0 || item.Result is not null)
                continue;
            held ??= [];
            var free = commands!.FreeUploads(item.Claims.Select(static c => c.Id), item.Draft.UploadOwnerId);
            if (item.Claims.All(c => free.Contains(c.Id) && !held.Contains(c.Id)))
                held.UnionWith(free);
            else
                item.Result = Upload.Taken;
        }
    }

    /// <summary>Moves each conversation's last number once, by as much as this batch adds to it.</summary>
    private void Number(IReadOnlyList<PendingAppend> batch)
    {
        numbered.Clear();
        var groups = batch.Where(static i => i.Result is null).GroupBy(static i => i.Draft.ConversationId)
            .Select(static g => (Id: g.Key, Items: g.ToList(), At: g.Max(static i => i.Draft.SentAt))).ToList();
        if (groups.Count == 0)
            return;
        var last = commands!.Advance(groups.Select(static g => (g.Id, g.Items.Count, g.At)));
        foreach (var (id, items, _) in groups)
        {
            if (last.TryGetValue(id, out var seq))
            {
                numbered[id] = seq - items.Count + 1;
                continue;
            }

            var refusal = commands.Exists(id) ? Conversation.Closed : Conversation.NotFound;
            foreach (var item in items)
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
            var next = numbered[item.Draft.ConversationId]++;
            var message = item.Draft.Numbered(commands!.InsertMessage(item.Draft, next), next);
            foreach (var claim in item.Claims)
                commands.Claim(claim, item.Draft.ConversationId, next);
            item.Result = new Appended(message, Repeated: false);
            written.Add(message);
        }

        return written;
    }

    private void CountUnread(IReadOnlyList<PendingAppend> batch)
    {
        var written = batch
            .Where(static i => i.Result is { Refusal: null, Value.Repeated: false })
            .GroupBy(static i => (i.Draft.ConversationId, i.Draft.SenderId), static (key, items) => (key.ConversationId, key.SenderId, Count: items.Count()))
            .ToList();

        // A conversation with several senders takes a turn for each; two people who talk need one or two.
        var turns = written.GroupBy(static w => w.ConversationId).SelectMany(static g => g.Select(static (row, turn) => (row, turn)));
        foreach (var turn in turns.GroupBy(static t => t.turn, static t => t.row))
            commands!.AddUnread(turn);
    }

    private long Announce(List<Message> written)
    {
        var row = OutboxEvents.Row(new MessagesAppended(written), Feed, Clock.GetUtcNow());
        return commands!.InsertOutbox(row);
    }
}
