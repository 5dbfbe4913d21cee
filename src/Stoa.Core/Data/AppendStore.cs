using Stoa.Core.Conversations;
using Stoa.Core.Outbox;

namespace Stoa.Core.Data;

/// <summary>The writer's own connection, on which the message log commits batches with prepared commands.</summary>
/// <remarks>Used by one caller at a time. What differs between the databases is all here.</remarks>
internal abstract class AppendStore(OutboxFeed feed, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>How many finished outbox rows are deleted along with one commit.</summary>
    protected const int DoneLimit = 256;

    protected OutboxFeed Feed { get; } = feed;

    protected TimeProvider Clock { get; } = clock;

    /// <summary>After a failed commit: true when it is certain that nothing was written.</summary>
    public bool IsRolledBack { get; protected set; }

    /// <summary>Writes the drafts in one transaction and sets each one's result; returns after the commit is durable.</summary>
    /// <returns>The id of the outbox row that announces them; null when nothing new was written.</returns>
    public abstract Task<long?> CommitAsync(IReadOnlyList<PendingAppend> batch);

    public abstract ValueTask DisposeAsync();

    /// <summary>The writer for a database.</summary>
    public static AppendStore For(DatabaseTarget target, OutboxFeed feed, TimeProvider clock) => target.Kind == DatabaseKind.Sqlite
        ? new SqliteAppendStore(target.Connection, feed, clock)
        : new PostgresAppendStore(target.Connection, feed, clock);

    /// <summary>
    /// The first message under a client id, or the refusal when it is another one: elsewhere, by another author of the desk, or of other
    /// content.
    /// </summary>
    protected static Outcome<Appended> Repeated(Message first, MessageDraft draft) =>
        first.ConversationId == draft.ConversationId && first.AuthorId == draft.AuthorId
            && (first.ContentDigest is null || first.ContentDigest == draft.ContentDigest)
            ? new Appended(first, Repeated: true)
            : Message.ClientIdTaken;
}
