using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;

namespace Stoa.Core.Data;

/// <summary>The full-text index of messages: FTS5 on SQLite, a <c>tsvector</c> with GIN on PostgreSQL. Everything that differs is here.</summary>
/// <remarks>
/// Kept beside the messages and filled in batches a moment later, so that sending pays nothing for it. Each entry also holds a word for every
/// participant: a search reads what that person's messages have in common with the words, not everybody's.
/// </remarks>
public static class MessageSearch
{
    /// <summary>How many messages one call takes in.</summary>
    public const int MaxBatch = 500;

    // Messages younger than this are looked at again: on PostgreSQL a smaller id may be committed after a larger one.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);

    /// <summary>Whether there may be something to take in. Cheap: the newest id against the progress.</summary>
    public static async Task<bool> IsBehindAsync(StoaDb db, CancellationToken cancellation) =>
        await db.Messages.MaxAsync(m => (long?)m.Id, cancellation) > await db.Database.SqlQuery<long>($"SELECT up_to AS \"Value\" FROM message_search_progress").SingleAsync(cancellation);

    /// <summary>Takes in the next messages that are not in the index; call within a transaction, one caller at a time.</summary>
    /// <returns>How many were taken in.</returns>
    public static async Task<int> TakeInAsync(StoaDb db, DateTimeOffset now, CancellationToken cancellation)
    {
        var above = await db.Database.SqlQuery<long>($"SELECT up_to AS \"Value\" FROM message_search_progress").SingleAsync(cancellation);
        var known = await KnownAsync(db, above, cancellation);
        var next = await db.Messages.AsNoTracking().Where(m => m.Id > above).OrderBy(m => m.Id).Take(MaxBatch + known.Count)
            .Select(m => new { m.Id, m.ConversationId, m.Body, m.SentAt }).ToListAsync(cancellation);
        var fresh = next.Where(m => m.Body.Length > 0 && !known.Contains(m.Id)).ToList();
        var parties = await PartiesAsync(db, [.. fresh.Select(m => m.ConversationId).Distinct()], cancellation);
        await AddAsync(db, fresh.ConvertAll(m => new Entry(m.Id, m.Body, parties[m.ConversationId])), cancellation);

        var settled = next.TakeWhile(m => m.SentAt <= now - Settled).Select(m => m.Id).LastOrDefault();
        if (settled > above)
            await db.Database.ExecuteSqlAsync($"UPDATE message_search_progress SET up_to = {settled}", cancellation);
        return fresh.Count;
    }

    /// <summary>Writes a message's words anew, after an edit or a deletion. A no-op while it is not in the index.</summary>
    public static async Task RefreshAsync(StoaDb db, long messageId, CancellationToken cancellation)
    {
        if (await db.Messages.Where(m => m.Id == messageId).Select(m => new { m.Body }).SingleOrDefaultAsync(cancellation) is not { } message)
            return;
        if (db is SqliteStoaDb)
        {
            await db.Database.ExecuteSqlAsync($"UPDATE message_search SET body = {message.Body} WHERE rowid = {messageId}", cancellation);
            return;
        }

        await db.Database.ExecuteSqlAsync($"UPDATE message_search SET words = to_tsvector('simple', {message.Body}) WHERE message_id = {messageId}", cancellation);
    }

    /// <summary>Ids of the caller's messages that contain every word, newest first. The caller's permission is asked of the rows themselves.</summary>
    /// <param name="text">Words as a person types them; operators mean nothing. The last word may be the beginning of one.</param>
    /// <param name="before">Only below this id; null: from the newest.</param>
    public static async Task<List<long>> FindAsync(StoaDb db, long userId, string text, long? before, int limit, CancellationToken cancellation)
    {
        var words = WordsIn(text);
        if (words.Count == 0)
            return [];
        var below = before ?? long.MaxValue;
        if (db is SqliteStoaDb)
        {
            var match = $"parties:{PartyWord(userId)} AND {string.Join(" AND ", words.Select(static (w, _) => $"body:\"{w}\""))}*";
            return await db.Database.SqlQuery<long>(
                $"SELECT rowid AS \"Value\" FROM message_search WHERE message_search MATCH {match} AND rowid < {below} ORDER BY rowid DESC LIMIT {limit}").ToListAsync(cancellation);
        }

        var query = $"{string.Join(" & ", words.Select(static w => $"'{w}'"))}:*";
        var party = PartyWord(userId);
        return await db.Database.SqlQuery<long>(
            $"SELECT message_id AS \"Value\" FROM message_search WHERE parties @> ARRAY[{party}] AND words @@ {query}::tsquery AND message_id < {below} ORDER BY message_id DESC LIMIT {limit}").ToListAsync(cancellation);
    }

    /// <summary>Letters and digits only, in lower case: nothing of it is an operator of either query language. At most ten.</summary>
    internal static List<string> WordsIn(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var rune in text.Normalize(NormalizationForm.FormC).EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune))
                word.Append(Rune.ToLowerInvariant(rune).ToString());
            else
                Take(words, word);
        }

        Take(words, word);
        return words;
    }

    private static void Take(List<string> words, StringBuilder word)
    {
        if (word.Length > 0 && words.Count < 10)
            words.Add(word.ToString());
        word.Clear();
    }

    private static string PartyWord(long userId) => "u" + userId.ToString(CultureInfo.InvariantCulture);

    private static async Task<HashSet<long>> KnownAsync(StoaDb db, long above, CancellationToken cancellation) => [.. db is SqliteStoaDb
        ? await db.Database.SqlQuery<long>($"SELECT rowid AS \"Value\" FROM message_search WHERE rowid > {above} LIMIT 100000").ToListAsync(cancellation)
        : await db.Database.SqlQuery<long>($"SELECT message_id AS \"Value\" FROM message_search WHERE message_id > {above} LIMIT 100000").ToListAsync(cancellation)];

    private static async Task<Dictionary<long, string[]>> PartiesAsync(StoaDb db, List<long> conversations, CancellationToken cancellation)
    {
        var rows = await db.Participants.AsNoTracking().Where(p => conversations.Contains(p.ConversationId)).Select(p => new { p.ConversationId, p.UserId }).ToListAsync(cancellation);
        return rows.GroupBy(static r => r.ConversationId).ToDictionary(static g => g.Key, static g => g.Select(static r => PartyWord(r.UserId)).ToArray());
    }

    private static async Task AddAsync(StoaDb db, List<Entry> entries, CancellationToken cancellation)
    {
        foreach (var (id, body, parties) in entries)
        {
            if (db is SqliteStoaDb)
                await db.Database.ExecuteSqlAsync($"INSERT INTO message_search (rowid, body, parties) VALUES ({id}, {body}, {string.Join(' ', parties)})", cancellation);
            else
                await db.Database.ExecuteSqlAsync(
                    $"INSERT INTO message_search (message_id, parties, words) VALUES ({id}, {parties}, to_tsvector('simple', {body})) ON CONFLICT DO NOTHING", cancellation);
        }
    }

    private readonly record struct Entry(long Id, string Body, string[] Parties);

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
