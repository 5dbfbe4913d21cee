using Npgsql;
using Stoa.Core.Conversations;
using Stoa.Core.Outbox;

namespace Stoa.Core.Data;

/// <summary>The message log's writer on PostgreSQL: two round trips per batch, whatever its size.</summary>
/// <remarks>
/// Conversation rows are locked in ascending order, then their participants in the order of (conversation, user). Whoever else changes several of them in one transaction keeps to
/// that order, so nobody can block each other in a circle. A circle with a lock that nobody thought of is tried again: the server has rolled it back.
/// </remarks>
internal sealed class PostgresAppendStore(string connection, OutboxFeed feed, TimeProvider clock) : AppendStore(feed, clock)
{
    private const int MostTries = 5;
    private PostgresAppendCommands? commands;

    public override async Task<long?> CommitAsync(IReadOnlyList<PendingAppend> batch)
    {
        for (var tried = 1; ; tried++)
        {
            try
            {
                return await TryCommitAsync(batch);
            }
            catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.DeadlockDetected && IsRolledBack && tried < MostTries)
            {
                foreach (var item in batch)
                    item.Result = null;
            }
        }
    }

    public override async ValueTask DisposeAsync() => await CloseAsync();

    private async Task<long?> TryCommitAsync(IReadOnlyList<PendingAppend> batch)
    {
        IsRolledBack = false;
        var done = Feed.TakeDone(DoneLimit);
        try
        {
            var state = await BeginAsync(batch);
            var hasUploads = batch.Any(static i => i.Claims.Count > 0);
            if (hasUploads)
                await commands!.HoldUploadsAsync(batch, state);
            var fresh = Number(batch, state);
            if (hasUploads)
                await commands!.ClaimAsync(fresh);
            var row = fresh.Count == 0
                ? null
                : OutboxEvents.Row(new MessagesAppended([.. fresh.Select(static f => f.Item.Draft.Numbered(0, f.Seq))]), Feed, Clock.GetUtcNow());
            return await commands!.FinishAsync(fresh, row, done);
        }
        catch (PostgresException)
        {
            // The server itself refused: the transaction is aborted and nothing is written.
            Feed.GiveBack(done);
            IsRolledBack = commands is not null && await commands.RollBackAsync();
            if (!IsRolledBack)
                await CloseAsync();
            throw;
        }
        catch
        {
            // The connection broke, perhaps during the commit: nobody knows, so nobody may write it again.
            Feed.GiveBack(done);
            await CloseAsync();
            throw;
        }
    }

    /// <summary>Begins on the open connection, or on a new one when that was lost meanwhile: nothing is written yet, so trying again is safe.</summary>
    private async Task<AppendState> BeginAsync(IReadOnlyList<PendingAppend> batch)
    {
        if (commands is { } open)
        {
            try
            {
                return await open.BeginAsync(batch);
            }
            catch (Exception fault) when (fault is NpgsqlException or InvalidOperationException or IOException)
            {
                await CloseAsync();
            }
        }

        commands = await PostgresAppendCommands.OpenAsync(connection);
        return await commands.BeginAsync(batch);
    }

    private async Task CloseAsync()
    {
        if (commands is not { } open)
            return;
        commands = null;
        try
        {
            await open.DisposeAsync();
        }
        catch (NpgsqlException)
        {
            // It was broken; that is why it is closed.
        }
    }

    private static List<(PendingAppend Item, long Seq)> Number(IReadOnlyList<PendingAppend> batch, AppendState state)
    {
        var fresh = new List<(PendingAppend, long)>(batch.Count);
        foreach (var item in batch)
        {
            var draft = item.Draft;
            if (draft.ClientMessageId is { } id && state.First.TryGetValue((draft.SenderId, id), out var first))
                item.Result = Repeated(first, draft);
            else if (!state.LastSeq.TryGetValue(draft.ConversationId, out var last))
                item.Result = Conversation.NotFound;
            else if (last is null)
                item.Result = Conversation.Closed;
            else if (!state.TakeUploads(item))
                item.Result = Upload.Taken;
            else
            {
                state.LastSeq[draft.ConversationId] = last + 1;
                fresh.Add((item, last.Value + 1));
            }
        }

        return fresh;
    }
}

/// <summary>What the transaction found when it began.</summary>
/// <param name="LastSeq">By conversation; null when it is closed.</param>
/// <param name="First">Messages already there, by sender and client id.</param>
internal sealed record AppendState(Dictionary<long, long?> LastSeq, Dictionary<(long Sender, string ClientId), Message> First)
{
    /// <summary>Locked uploads that no message has, with their owners.</summary>
    public Dictionary<long, long> FreeUploads { get; } = [];

    /// <summary>Takes what the draft claims out of the free ones: all or nothing.</summary>
    public bool TakeUploads(PendingAppend item)
    {
        if (item.Claims.Count == 0)
            return true;
        if (!item.Claims.All(c => FreeUploads.TryGetValue(c.Id, out var owner) && owner == item.Draft.UploadOwnerId))
            return false;
        foreach (var claim in item.Claims)
            FreeUploads.Remove(claim.Id);
        return true;
    }
}
