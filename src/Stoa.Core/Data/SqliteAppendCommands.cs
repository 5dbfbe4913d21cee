using Microsoft.Data.Sqlite;
using Stoa.Core.Conversations;
using Stoa.Core.Outbox;

namespace Stoa.Core.Data;

/// <summary>One connection with every command of the append path prepared on it.</summary>
internal sealed class SqliteAppendCommands : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly SqliteCommand rollback;
    private readonly SqliteCommand advance;
    private readonly SqliteCommand exists;
    private readonly SqliteCommand first;
    private readonly SqliteCommand insert;
    private readonly SqliteCommand unread;
    private readonly SqliteCommand outbox;

    public SqliteAppendCommands(string connectionString)
    {
        // Not pooled: the connection keeps its prepared commands for as long as the log lives.
        connection = new SqliteConnection(new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ToString());
        connection.Open();
        Prepare(SqlitePragmas.Sql).ExecuteNonQuery();
        Begin = Prepare("BEGIN IMMEDIATE");
        Commit = Prepare("COMMIT");
        rollback = Prepare("ROLLBACK");
        advance = Prepare(
            "UPDATE conversations SET last_seq = last_seq + $n, last_message_at = $at, updated_at = $at WHERE id = $id AND closed_at IS NULL RETURNING last_seq",
            "$n", "$at", "$id");
        exists = Prepare("SELECT 1 FROM conversations WHERE id = $id", "$id");
        first = Prepare(
            "SELECT id, conversation_id, seq, recipient_id, type, body, reply_to_id, sent_at, edited_at, read_at FROM messages WHERE sender_id = $s AND client_message_id = $c",
            "$s", "$c");
        insert = Prepare(
            "INSERT INTO messages (conversation_id, seq, sender_id, recipient_id, type, body, reply_to_id, client_message_id, sent_at, hidden_from_sender, hidden_from_recipient) " +
            "VALUES ($conv, $seq, $s, $r, $type, $body, $reply, $c, $at, 0, 0) RETURNING id",
            "$conv", "$seq", "$s", "$r", "$type", "$body", "$reply", "$c", "$at");
        unread = Prepare(
            "UPDATE participants SET unread_count = unread_count + $n WHERE conversation_id = $conv AND user_id <> $s AND left_at IS NULL",
            "$n", "$conv", "$s");
        outbox = Prepare(
            "INSERT INTO outbox_events (type, payload, owner, due_at, attempts, created_at) VALUES ($type, $payload, $owner, $due, 0, $at) RETURNING id",
            "$type", "$payload", "$owner", "$due", "$at");
        DeleteDone = Prepare("DELETE FROM outbox_events WHERE id IN (SELECT value FROM json_each($ids))", "$ids");
        DoneIds = DeleteDone.Parameters[0];
    }

    public SqliteCommand Begin { get; }

    public SqliteCommand Commit { get; }

    public SqliteCommand DeleteDone { get; }

    /// <summary>A JSON array of outbox ids.</summary>
    public SqliteParameter DoneIds { get; }

    /// <summary>Adds to the conversation's last number and returns it; null when there is no such conversation open.</summary>
    public long? Advance(long conversation, int count, DateTimeOffset at)
    {
        Set(advance, count, Microseconds.From(at), conversation);
        return (long?)advance.ExecuteScalar();
    }

    public bool Exists(long conversation)
    {
        Set(exists, conversation);
        return exists.ExecuteScalar() is not null;
    }

    public Message? FirstUnder(long sender, string clientId)
    {
        Set(first, sender, clientId);
        using var row = first.ExecuteReader();
        if (!row.Read())
            return null;
        return new Message
        {
            Id = row.GetInt64(0),
            ConversationId = row.GetInt64(1),
            Seq = row.GetInt64(2),
            SenderId = sender,
            RecipientId = row.IsDBNull(3) ? null : row.GetInt64(3),
            Type = Enum.Parse<MessageType>(row.GetString(4)),
            Body = row.GetString(5),
            ReplyToId = row.IsDBNull(6) ? null : row.GetInt64(6),
            ClientMessageId = clientId,
            SentAt = Microseconds.ToTime(row.GetInt64(7)),
            EditedAt = row.IsDBNull(8) ? null : Microseconds.ToTime(row.GetInt64(8)),
            ReadAt = row.IsDBNull(9) ? null : Microseconds.ToTime(row.GetInt64(9)),
        };
    }

    public long InsertMessage(MessageDraft draft, long seq)
    {
        Set(insert, draft.ConversationId, seq, draft.SenderId, draft.RecipientId, draft.Type.ToString(), draft.Body, draft.ReplyToId,
            draft.ClientMessageId, Microseconds.From(draft.SentAt));
        return (long)insert.ExecuteScalar()!;
    }

    public void AddUnread(long conversation, long sender, int count)
    {
        Set(unread, count, conversation, sender);
        unread.ExecuteNonQuery();
    }

    public long InsertOutbox(OutboxEvent row)
    {
        Set(outbox, row.Type, row.Payload, row.Owner, Microseconds.From(row.DueAt), Microseconds.From(row.CreatedAt));
        return (long)outbox.ExecuteScalar()!;
    }

    /// <summary>True when nothing of the transaction is left; false when even that failed.</summary>
    public bool RollBack()
    {
        try
        {
            rollback.ExecuteNonQuery();
            return true;
        }
        catch (SqliteException fault)
        {
            // "no transaction is active": SQLite rolled back by itself (disk full, I/O error).
            return fault.SqliteErrorCode == 1;
        }
    }

    public void Dispose() => connection.Dispose();

    private static void Set(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
    }

    private SqliteCommand Prepare(string sql, params string[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        if (parameters.Length > 0)
            command.Prepare();
        return command;
    }
}
