using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Text;

namespace Stoa.Core.Data;

/// <summary>The full-text index of messages: FTS5 on SQLite, a <c>tsvector</c> with GIN on PostgreSQL. Everything that differs is here.</summary>
/// <remarks>
/// Kept beside the messages and filled in batches a moment later, so that sending pays nothing for it. Each entry also holds a word for every
/// participant: a search reads what that person's messages have in common with the words, not everybody's.
/// </remarks>
public static class MessageSearch
{
    /// <summary>How many messages one call takes in at most: the length of a transaction that senders wait behind on SQLite.</summary>
    public const int MaxBatch = 1000;

    // Messages younger than this are looked at again: on PostgreSQL a smaller id may be committed after a larger one.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);

    /// <summary>Whether there may be something to take in. Cheap: the newest id against the progress.</summary>
    public static async Task<bool> IsBehindAsync(StoaDb db, CancellationToken cancellation) =>
        await db.Messages.MaxAsync(m => (long?)m.Id, cancellation) > await db.Database.SqlQuery<long>($"SELECT up_to AS \"Value\" FROM message_search_progress").SingleAsync(cancellation);

    /// <summary>Takes in the next messages that are not in the index, oldest first; call within a transaction, one caller at a time.</summary>
    /// <returns>How many were taken in.</returns>
    public static Task<int> TakeInAsync(StoaDb db, DateTimeOffset now, CancellationToken cancellation) =>
        db is SqliteStoaDb ? TakeInSqliteAsync(db, cancellation) : TakeInPostgresAsync(db, now, cancellation);

    /// <summary>Writes a message's words anew, after an edit or a deletion. A no-op while it is not in the index.</summary>
    public static async Task RefreshAsync(StoaDb db, long messageId, CancellationToken cancellation)
    {
        if (await db.Messages.Where(m => m.Id == messageId).Select(m => new { m.Body }).SingleOrDefaultAsync(cancellation) is not { } message)
            return;
        var words = Joined(message.Body);
        if (db is SqliteStoaDb)
        {
            await db.Database.ExecuteSqlAsync($"UPDATE message_search SET body = {words} WHERE rowid = {messageId}", cancellation);
            return;
        }

        await db.Database.ExecuteSqlAsync($"UPDATE message_search SET words = array_to_tsvector(string_to_array({words}, ' ')) WHERE message_id = {messageId}", cancellation);
    }

    /// <summary>Ids of the caller's messages that contain every word, newest first. The caller's permission is asked of the rows themselves.</summary>
    /// <param name="text">Words as a person types them (<see cref="SearchWords"/>); operators mean nothing. The last word may be the beginning of one.</param>
    /// <param name="before">Only below this id; null: from the newest.</param>
    public static async Task<List<long>> FindAsync(StoaDb db, long userId, string text, long? before, int limit, CancellationToken cancellation)
    {
        var (words, isLastABeginning) = SearchWords.Asked(text);
        if (words.Count == 0)
            return [];
        var below = before ?? long.MaxValue;
        if (db is SqliteStoaDb)
        {
            var match = $"parties:{PartyWord(userId)} AND {string.Join(" AND ", words.Select(static w => $"body:\"{w}\""))}{(isLastABeginning ? "*" : "")}";
            return await db.Database.SqlQuery<long>(
                $"SELECT rowid AS \"Value\" FROM message_search WHERE message_search MATCH {match} AND rowid < {below} ORDER BY rowid DESC LIMIT {limit}").ToListAsync(cancellation);
        }

        var query = $"{string.Join(" & ", words.Select(static w => $"'{w}'"))}{(isLastABeginning ? ":*" : "")}";
        var party = PartyWord(userId);
        return await db.Database.SqlQuery<long>(
            $"SELECT message_id AS \"Value\" FROM message_search WHERE parties @> ARRAY[{party}] AND words @@ {query}::tsquery AND message_id < {below} ORDER BY message_id DESC LIMIT {limit}").ToListAsync(cancellation);
    }

    private static string Joined(string body) => string.Join(' ', SearchWords.In(body));

    private static string PartyWord(long userId) => "u" + userId.ToString(CultureInfo.InvariantCulture);

    /// <summary>There is one writer, so ids are committed in their order: what is above the mark is what is missing.</summary>
    private static async Task<int> TakeInSqliteAsync(StoaDb db, CancellationToken cancellation)
    {
        var above = await db.Database.SqlQuery<long>($"SELECT up_to AS \"Value\" FROM message_search_progress").SingleAsync(cancellation);
        var messages = await db.Messages.Where(m => m.Id > above).OrderBy(m => m.Id).Take(MaxBatch).Select(m => new Taken(m.Id, m.Body)).ToListAsync(cancellation);
        if (messages.Count == 0)
            return 0;
        var words = JsonSerializer.Serialize(messages.Where(static m => m.Body.Length > 0).Select(static m => new[] { Text(m.Id), Joined(m.Body) }), SearchJson.Default.IEnumerableStringArray);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT OR REPLACE INTO message_search (rowid, body, parties)
            SELECT m.id, w.value ->> 1, (SELECT group_concat('u' || p.user_id, ' ') FROM participants p WHERE p.conversation_id = m.conversation_id)
            FROM json_each({words}) w JOIN messages m ON m.id = CAST(w.value ->> 0 AS INTEGER) ORDER BY m.id
            """,
            cancellation);
        await db.Database.ExecuteSqlAsync($"UPDATE message_search_progress SET up_to = {messages[^1].Id}", cancellation);
        return messages.Count;
    }

    /// <summary>The mark stays behind what is settled; above it each message is looked up in the index.</summary>
    private static async Task<int> TakeInPostgresAsync(StoaDb db, DateTimeOffset now, CancellationToken cancellation)
    {
        var above = await db.Database.SqlQuery<long>($"SELECT up_to AS \"Value\" FROM message_search_progress").SingleAsync(cancellation);
        var missing = await db.Database.SqlQuery<Taken>(
            $"""
            SELECT m.id AS "Id", m.body AS "Body" FROM messages m
            WHERE m.id > {above} AND m.body <> '' AND NOT EXISTS (SELECT 1 FROM message_search s WHERE s.message_id = m.id) ORDER BY m.id LIMIT {MaxBatch}
            """).ToListAsync(cancellation);
        var (ids, words) = (missing.Select(static m => m.Id).ToArray(), missing.Select(static m => Joined(m.Body)).ToArray());
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO message_search (message_id, parties, words)
            SELECT m.id, ARRAY(SELECT 'u' || p.user_id FROM participants p WHERE p.conversation_id = m.conversation_id), array_to_tsvector(string_to_array(w.words, ' '))
            FROM unnest({ids}, {words}) AS w(id, words) JOIN messages m ON m.id = w.id
            """,
            cancellation);

        // Whatever is below the newest taken in is in too, and after less than a full batch everything is.
        var reached = missing.Count < MaxBatch ? long.MaxValue : ids[^1];
        var settled = now - Settled;
        var upTo = await db.Messages.Where(m => m.Id > above && m.Id <= reached && m.SentAt <= settled).MaxAsync(m => (long?)m.Id, cancellation);
        if (upTo is { } mark)
            await db.Database.ExecuteSqlAsync($"UPDATE message_search_progress SET up_to = {mark}", cancellation);
        return missing.Count;
    }

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);

    private sealed record Taken(long Id, string Body);

    /// <summary>Forgets every word, so that all messages are taken in again: for a migration after the reading of texts has changed.</summary>
    public static IReadOnlyList<string> Empty { get; } = ["DELETE FROM message_search", "UPDATE message_search_progress SET up_to = 0"];

    /// <summary>What makes the index, for the migrations: one statement each.</summary>
    public static IReadOnlyList<string> CreateSqlite { get; } =
    [
        "CREATE VIRTUAL TABLE message_search USING fts5(body, parties, tokenize = 'unicode61 remove_diacritics 0')",
        "CREATE TABLE message_search_progress (up_to INTEGER NOT NULL)",
        "INSERT INTO message_search_progress VALUES (0)",
    ];

    public static IReadOnlyList<string> CreatePostgres { get; } =
    [
        "CREATE TABLE message_search (message_id bigint PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE, parties text[] NOT NULL, words tsvector NOT NULL)",
        "CREATE INDEX ix_message_search_words ON message_search USING gin (words)",
        "CREATE INDEX ix_message_search_parties ON message_search USING gin (parties)",
        "CREATE TABLE message_search_progress (up_to bigint NOT NULL)",
        "INSERT INTO message_search_progress VALUES (0)",
    ];

    public static IReadOnlyList<string> Drop { get; } = ["DROP TABLE message_search", "DROP TABLE message_search_progress"];
}

[JsonSerializable(typeof(IEnumerable<string[]>))]
internal sealed partial class SearchJson : JsonSerializerContext;
