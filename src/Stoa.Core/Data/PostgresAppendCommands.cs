using Npgsql;
using NpgsqlTypes;
using Stoa.Core.Conversations;
using Stoa.Core.Outbox;

namespace Stoa.Core.Data;

/// <summary>One connection and the two command batches of the append path, prepared once.</summary>
internal sealed class PostgresAppendCommands : IAsyncDisposable
{
    // Whoever holds a row that long is stuck, and must not hold up everybody's messages.
    private const string LockPatience = "SET lock_timeout = '5s'";
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlBatch begin;
    private readonly NpgsqlBatch finish;

    private PostgresAppendCommands(NpgsqlConnection connection)
    {
        this.connection = connection;
        begin = BeginBatch(connection);
        finish = FinishBatch(connection);
    }

    public static async Task<PostgresAppendCommands> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ToString());
        try
        {
            await connection.OpenAsync();
            await using (var patience = new NpgsqlCommand(LockPatience, connection))
                await patience.ExecuteNonQueryAsync();
            var commands = new PostgresAppendCommands(connection);
            await commands.begin.PrepareAsync();
            await commands.finish.PrepareAsync();
            return commands;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens the transaction, locks the conversations and looks for client ids that are spent.</summary>
    /// <remarks>The look comes after the lock: what another node committed before it is then visible (READ COMMITTED).</remarks>
    public async Task<AppendState> BeginAsync(IReadOnlyList<PendingAppend> batch)
    {
        var keyed = batch.Where(static i => i.Draft.ClientMessageId is not null).ToList();
        begin.BatchCommands[1].Parameters[0].Value = batch.Select(static i => i.Draft.ConversationId).Distinct().ToArray();
        begin.BatchCommands[2].Parameters[0].Value = keyed.Select(static i => i.Draft.SenderId).ToArray();
        begin.BatchCommands[2].Parameters[1].Value = keyed.Select(static i => i.Draft.ClientMessageId!).ToArray();

        var state = new AppendState([], []);
        await using var reader = await begin.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            state.LastSeq[reader.GetInt64(0)] = reader.GetBoolean(2) ? reader.GetInt64(1) : null;
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
            state.First[(reader.GetInt64(10), reader.GetString(11))] = ReadMessage(reader);
        return state;
    }

    /// <summary>See <see cref="PostgresUploadClaims"/>; only called when a draft claims uploads.</summary>
    public Task HoldUploadsAsync(IReadOnlyList<PendingAppend> batch, AppendState state) => PostgresUploadClaims.HoldAsync(connection, batch, state);

    /// <summary>See <see cref="PostgresUploadClaims"/>; only called when a draft claims uploads.</summary>
    public Task ClaimAsync(List<(PendingAppend Item, long Seq)> fresh) => PostgresUploadClaims.ClaimAsync(connection, fresh);

    /// <summary>Writes everything and commits. Sets the result of each fresh draft; returns the outbox row's id.</summary>
    public async Task<long?> FinishAsync(List<(PendingAppend Item, long Seq)> fresh, OutboxEvent? row, List<long> done)
    {
        FillMessages(fresh);
        FillOriginals(fresh);
        FillNotices(fresh);
        FillConversations(fresh);
        FillUnread(fresh);
        FillOutbox(row, done);
        await using var reader = await finish.ExecuteReaderAsync();
        var ids = new Dictionary<(long, long), long>(fresh.Count);
        while (await reader.ReadAsync())
            ids[(reader.GetInt64(1), reader.GetInt64(2))] = reader.GetInt64(0);
        await reader.NextResultAsync();
        long? outboxId = await reader.ReadAsync() ? reader.GetInt64(0) : null;

        // Reading to the end carries the COMMIT's own error, if there is one.
        while (await reader.NextResultAsync())
        {
        }

        foreach (var (item, seq) in fresh)
            item.Result = new Appended(item.Draft.Numbered(ids[(item.Draft.ConversationId, seq)], seq), Repeated: false);
        return outboxId;
    }

    /// <summary>True when nothing of the transaction is left.</summary>
    public async Task<bool> RollBackAsync()
    {
        try
        {
            await using var command = new NpgsqlCommand("ROLLBACK", connection);
            await command.ExecuteNonQueryAsync();
            return true;
        }
        catch (Exception fault) when (fault is NpgsqlException or InvalidOperationException)
        {
            // The connection went with the transaction.
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await begin.DisposeAsync();
        await finish.DisposeAsync();
        await connection.DisposeAsync();
    }

    private void FillMessages(List<(PendingAppend Item, long Seq)> fresh)
    {
        var values = finish.BatchCommands[0].Parameters;
        values[0].Value = fresh.Select(static f => f.Item.Draft.ConversationId).ToArray();
        values[1].Value = fresh.Select(static f => f.Seq).ToArray();
        values[2].Value = fresh.Select(static f => f.Item.Draft.SenderId).ToArray();
        values[3].Value = fresh.Select(static f => f.Item.Draft.RecipientId).ToArray();
        values[4].Value = fresh.Select(static f => f.Item.Draft.Type.ToString()).ToArray();
        values[5].Value = fresh.Select(static f => f.Item.Draft.Body).ToArray();
        values[6].Value = fresh.Select(static f => f.Item.Draft.ReplyToId).ToArray();
        values[7].Value = fresh.Select(static f => f.Item.Draft.ClientMessageId).ToArray();
        values[8].Value = fresh.Select(static f => f.Item.Draft.SentAt.UtcDateTime).ToArray();
        values[9].Value = fresh.Select(static f => f.Item.Draft.AuthorId).ToArray();
        values[10].Value = fresh.Select(static f => Attachment.Write(f.Item.Draft.Attachments)).ToArray();
        values[11].Value = fresh.Select(static f => f.Item.Draft.Original is not null).ToArray();
        values[12].Value = fresh.Select(static f => f.Item.Draft.ContentDigest).ToArray();
    }

    private void FillOriginals(List<(PendingAppend Item, long Seq)> fresh)
    {
        var redacted = fresh.FindAll(static f => f.Item.Draft.Original is not null);
        var values = finish.BatchCommands[Originals].Parameters;
        values[0].Value = redacted.Select(static f => f.Item.Draft.ConversationId).ToArray();
        values[1].Value = redacted.Select(static f => f.Seq).ToArray();
        values[2].Value = redacted.Select(static f => f.Item.Draft.Original!.Body).ToArray();
        values[3].Value = redacted.Select(static f => Attachment.Write(f.Item.Draft.Original!.Attachments)).ToArray();
        values[4].Value = redacted.Select(static f => f.Item.Draft.Original!.Hits).ToArray();
        values[5].Value = redacted.Select(static f => f.Item.Draft.Original!.KeepUntil.UtcDateTime).ToArray();
    }

    private void FillNotices(List<(PendingAppend Item, long Seq)> fresh)
    {
        var told = fresh.FindAll(static f => f.Item.Draft.Notice is not null);
        var values = finish.BatchCommands[Notices].Parameters;
        values[0].Value = told.Select(static f => f.Item.Draft.ConversationId).ToArray();
        values[1].Value = told.Select(static f => f.Item.Draft.SenderId).ToArray();
        values[2].Value = told.Select(static f => f.Item.Draft.Notice!.Topic).ToArray();
        values[3].Value = told.Select(static f => f.Item.Draft.Notice!.Payload).ToArray();
        values[4].Value = told.Select(static f => f.Item.Draft.SentAt.UtcDateTime).ToArray();
    }

    private void FillConversations(List<(PendingAppend Item, long Seq)> fresh)
    {
        var last = fresh.GroupBy(static f => f.Item.Draft.ConversationId)
            .Select(static g => (Id: g.Key, Seq: g.Max(static f => f.Seq), At: g.Max(static f => f.Item.Draft.SentAt.UtcDateTime))).ToList();
        var values = finish.BatchCommands[2].Parameters;
        values[0].Value = last.Select(static l => l.Id).ToArray();
        values[1].Value = last.Select(static l => l.Seq).ToArray();
        values[2].Value = last.Select(static l => l.At).ToArray();
    }

    private void FillUnread(List<(PendingAppend Item, long Seq)> fresh)
    {
        var written = fresh.GroupBy(static f => (f.Item.Draft.ConversationId, f.Item.Draft.SenderId)).ToList();
        var values = finish.BatchCommands[3].Parameters;
        values[0].Value = written.Select(static g => g.Key.ConversationId).ToArray();
        values[1].Value = written.Select(static g => g.Key.SenderId).ToArray();
        values[2].Value = written.Select(static g => g.Count()).ToArray();
    }

    private void FillOutbox(OutboxEvent? row, List<long> done)
    {
        var values = finish.BatchCommands[1].Parameters;
        values[0].Value = row is null ? [] : new[] { row.Type };
        values[1].Value = row is null ? [] : new[] { row.Payload };
        values[2].Value = row is null ? [] : new[] { row.Owner };
        values[3].Value = row is null ? [] : new[] { row.DueAt.UtcDateTime };
        values[4].Value = row is null ? [] : new[] { row.CreatedAt.UtcDateTime };
        finish.BatchCommands[4].Parameters[0].Value = done.ToArray();
    }

    private static Message ReadMessage(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt64(0),
        ConversationId = row.GetInt64(1),
        Seq = row.GetInt64(2),
        RecipientId = row.IsDBNull(3) ? null : row.GetInt64(3),
        Type = Enum.Parse<MessageType>(row.GetString(4)),
        Body = row.GetString(5),
        ReplyToId = row.IsDBNull(6) ? null : row.GetInt64(6),
        SentAt = row.GetFieldValue<DateTimeOffset>(7),
        EditedAt = row.IsDBNull(8) ? null : row.GetFieldValue<DateTimeOffset>(8),
        ReadAt = row.IsDBNull(9) ? null : row.GetFieldValue<DateTimeOffset>(9),
        SenderId = row.GetInt64(10),
        ClientMessageId = row.GetString(11),
        AuthorId = row.IsDBNull(12) ? null : row.GetInt64(12),
        Attachments = row.IsDBNull(13) ? null : Attachment.Read(row.GetString(13)),
        IsRedacted = row.GetBoolean(14),
        ContentDigest = row.IsDBNull(15) ? null : row.GetInt64(15),
    };

    private static NpgsqlBatch BeginBatch(NpgsqlConnection connection) => Batch(connection,
        ("BEGIN", []),
        ("SELECT id, last_seq, closed_at IS NULL FROM conversations WHERE id = ANY($1) ORDER BY id FOR UPDATE", [Longs]),

        // One look into the index for each, whatever the planner believes: it plans once, and may have seen the table when it was empty.
        ("SELECT m.* FROM unnest($1, $2) k(s, c) CROSS JOIN LATERAL (SELECT id, conversation_id, seq, recipient_id, type, body, reply_to_id, sent_at, edited_at, read_at, sender_id, client_message_id, author_id, " +
         "attachments, is_redacted, content_digest FROM messages WHERE sender_id = k.s AND client_message_id = k.c LIMIT 1) m",
             [Longs, Texts]));

    private static NpgsqlBatch FinishBatch(NpgsqlConnection connection) => Batch(connection,
        ("INSERT INTO messages (conversation_id, seq, sender_id, recipient_id, type, body, reply_to_id, client_message_id, sent_at, author_id, attachments, is_redacted, content_digest, hidden_from_sender, hidden_from_recipient) " +
         "SELECT *, false, false FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id, conversation_id, seq",
         [Longs, Longs, Longs, Longs, Texts, Texts, Longs, Texts, Times, Longs, Texts, NpgsqlDbType.Array | NpgsqlDbType.Boolean, Longs]),
        ("INSERT INTO outbox_events (type, payload, owner, due_at, attempts, created_at) SELECT t, p, o, d, 0, c FROM unnest($1, $2, $3, $4, $5) r(t, p, o, d, c) RETURNING id",
         [Texts, Texts, Texts, Times, Times]),
        ("UPDATE conversations c SET last_seq = v.seq, last_message_at = v.at, updated_at = v.at FROM unnest($1, $2, $3) v(id, seq, at) WHERE c.id = v.id",
         [Longs, Longs, Times]),

        // Locked in their order before anything is changed (see PostgresAppendStore); summed per participant: UPDATE … FROM applies only one of several matching rows.
        ("WITH q AS (SELECT id, conversation_id, user_id FROM participants WHERE conversation_id = ANY($1) AND left_at IS NULL ORDER BY conversation_id, user_id FOR NO KEY UPDATE) " +
         "UPDATE participants p SET unread_count = p.unread_count + x.n FROM (SELECT q.id, sum(v.n)::int AS n FROM unnest($1, $2, $3) v(c, s, n) " +
         "JOIN q ON q.conversation_id = v.c AND q.user_id <> v.s GROUP BY q.id) x WHERE p.id = x.id",
         [Longs, Longs, NpgsqlDbType.Array | NpgsqlDbType.Integer]),
        ("DELETE FROM outbox_events WHERE id = ANY($1)", [Longs]),
        ("INSERT INTO message_originals (message_id, body, attachments, hits, keep_until) SELECT m.id, v.body, v.files, v.hits, v.until " +
         "FROM unnest($1, $2, $3, $4, $5, $6) v(c, seq, body, files, hits, until) JOIN messages m ON m.conversation_id = v.c AND m.seq = v.seq",
         [Longs, Longs, Texts, Texts, Texts, Times]),
        ("INSERT INTO notifications (user_id, topic, actor_id, reference_type, reference_id, payload, created_at) " +
         "SELECT p.user_id, v.topic, v.actor, 'conversation', v.c, v.payload, v.at FROM unnest($1, $2, $3, $4, $5) v(c, actor, topic, payload, at) " +
         "JOIN participants p ON p.conversation_id = v.c AND p.user_id <> v.actor WHERE p.left_at IS NULL",
         [Longs, Longs, Texts, Texts, Times]),
        ("COMMIT", []));

    // Places in the second batch.
    private const int Originals = 5;
    private const int Notices = 6;

    private const NpgsqlDbType Longs = NpgsqlDbType.Array | NpgsqlDbType.Bigint;
    private const NpgsqlDbType Texts = NpgsqlDbType.Array | NpgsqlDbType.Text;
    private const NpgsqlDbType Times = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz;

    private static NpgsqlBatch Batch(NpgsqlConnection connection, params (string Sql, NpgsqlDbType[] Types)[] commands)
    {
        var batch = new NpgsqlBatch(connection);
        foreach (var (sql, types) in commands)
        {
            var command = new NpgsqlBatchCommand(sql);
            foreach (var type in types)
                command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type });
            batch.BatchCommands.Add(command);
        }

        return batch;
    }
}
