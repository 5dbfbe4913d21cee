using System.Buffers;
using System.Text;
using System.Text.Json;
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
    private readonly SqliteCommand original;
    private readonly SqliteCommand notice;
    private readonly SqliteCommand unread;
    private readonly SqliteCommand outbox;
    private readonly SqliteCommand free;
    private readonly SqliteCommand claim;

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
            "UPDATE conversations SET last_seq = last_seq + json_extract(v.value, '$[1]'), last_message_at = json_extract(v.value, '$[2]'), updated_at = json_extract(v.value, '$[2]') " +
            "FROM json_each($rows) v WHERE conversations.id = json_extract(v.value, '$[0]') AND closed_at IS NULL RETURNING conversations.id, last_seq",
            "$rows");
        exists = Prepare("SELECT 1 FROM conversations WHERE id = $id", "$id");
        first = Prepare(
            "SELECT m.id, m.conversation_id, m.seq, m.recipient_id, m.type, m.body, m.reply_to_id, m.sent_at, m.edited_at, m.read_at, m.sender_id, m.client_message_id, m.author_id, m.attachments, m.is_redacted, m.content_digest " +
            "FROM json_each($rows) k JOIN messages m ON m.sender_id = json_extract(k.value, '$[0]') AND m.client_message_id = json_extract(k.value, '$[1]')",
            "$rows");
        insert = Prepare(
            "INSERT INTO messages (conversation_id, seq, sender_id, recipient_id, type, body, reply_to_id, client_message_id, sent_at, author_id, attachments, is_redacted, content_digest, hidden_from_sender, hidden_from_recipient) " +
            "VALUES ($conv, $seq, $s, $r, $type, $body, $reply, $c, $at, $author, $files, $redacted, $digest, 0, 0) RETURNING id",
            "$conv", "$seq", "$s", "$r", "$type", "$body", "$reply", "$c", "$at", "$author", "$files", "$redacted", "$digest");
        original = Prepare(
            "INSERT INTO message_originals (message_id, body, attachments, hits, keep_until) VALUES ($id, $body, $files, $hits, $until)",
            "$id", "$body", "$files", "$hits", "$until");
        notice = Prepare(
            "INSERT INTO notifications (user_id, topic, actor_id, reference_type, reference_id, payload, created_at) " +
            "SELECT user_id, $topic, $actor, 'conversation', conversation_id, $payload, $at FROM participants WHERE conversation_id = $conv AND user_id <> $actor AND left_at IS NULL",
            "$topic", "$actor", "$payload", "$at", "$conv");
        unread = Prepare(
            "UPDATE participants SET unread_count = unread_count + json_extract(v.value, '$[2]') FROM json_each($rows) v " +
            "WHERE conversation_id = json_extract(v.value, '$[0]') AND user_id <> json_extract(v.value, '$[1]') AND left_at IS NULL",
            "$rows");
        outbox = Prepare(
            "INSERT INTO outbox_events (type, payload, owner, due_at, attempts, created_at) VALUES ($type, $payload, $owner, $due, 0, $at) RETURNING id",
            "$type", "$payload", "$owner", "$due", "$at");
        free = Prepare(
            "SELECT id FROM uploads WHERE id IN (SELECT value FROM json_each($ids)) AND owner_id = $owner AND message_seq IS NULL AND erased_at IS NULL AND size > 0",
            "$ids", "$owner");
        claim = Prepare("UPDATE uploads SET conversation_id = $conv, message_seq = $seq, name = coalesce($name, name) WHERE id = $id", "$conv", "$seq", "$name", "$id");
        DeleteDone = Prepare("DELETE FROM outbox_events WHERE id IN (SELECT value FROM json_each($ids))", "$ids");
        DoneIds = DeleteDone.Parameters[0];
    }

    public SqliteCommand Begin { get; }

    public SqliteCommand Commit { get; }

    public SqliteCommand DeleteDone { get; }

    /// <summary>A JSON array of outbox ids.</summary>
    public SqliteParameter DoneIds { get; }

    /// <summary>Adds to each conversation's last number; the new ones, by conversation. Those that are closed or not there are missing.</summary>
    /// <remarks>One statement for all: what a statement costs by itself is more than what it does here.</remarks>
    public Dictionary<long, long> Advance(IEnumerable<(long Conversation, int Count, DateTimeOffset At)> rows)
    {
        Set(advance, Rows(rows, static (json, row) =>
        {
            json.WriteNumberValue(row.Conversation);
            json.WriteNumberValue(row.Count);
            json.WriteNumberValue(Microseconds.From(row.At));
        }));
        var last = new Dictionary<long, long>();
        using var reader = advance.ExecuteReader();
        while (reader.Read())
            last[reader.GetInt64(0)] = reader.GetInt64(1);
        return last;
    }

    public bool Exists(long conversation)
    {
        Set(exists, conversation);
        return exists.ExecuteScalar() is not null;
    }

    /// <summary>The messages that are there already under these client ids.</summary>
    public Dictionary<(long Sender, string ClientId), Message> FirstUnder(IEnumerable<(long Sender, string ClientId)> keys)
    {
        Set(first, Rows(keys, static (json, key) =>
        {
            json.WriteNumberValue(key.Sender);
            json.WriteStringValue(key.ClientId);
        }));
        var found = new Dictionary<(long, string), Message>();
        using var reader = first.ExecuteReader();
        while (reader.Read())
            found[(reader.GetInt64(10), reader.GetString(11))] = ReadMessage(reader);
        return found;
    }

    /// <summary>The message with what belongs to it: the words before redaction, and a notification for each of the others.</summary>
    public long InsertMessage(MessageDraft draft, long seq)
    {
        Set(insert, draft.ConversationId, seq, draft.SenderId, draft.RecipientId, draft.Type.ToString(), draft.Body, draft.ReplyToId,
            draft.ClientMessageId, Microseconds.From(draft.SentAt), draft.AuthorId, Attachment.Write(draft.Attachments),
                draft.Original is not null, draft.ContentDigest);
        var id = (long)insert.ExecuteScalar()!;
        if (draft.Original is { } words)
        {
            Set(original, id, words.Body, Attachment.Write(words.Attachments), words.Hits, Microseconds.From(words.KeepUntil));
            original.ExecuteNonQuery();
        }

        if (draft.Notice is { } told)
        {
            Set(notice, told.Topic, draft.SenderId, told.Payload, Microseconds.From(draft.SentAt), draft.ConversationId);
            notice.ExecuteNonQuery();
        }

        return id;
    }

    /// <summary>Counts messages as unread for everybody in the conversation but their sender. No conversation may be among the rows twice.</summary>
    /// <remarks>UPDATE … FROM applies only one of several rows that match.</remarks>
    public void AddUnread(IEnumerable<(long Conversation, long Sender, int Count)> rows)
    {
        Set(unread, Rows(rows, static (json, row) =>
        {
            json.WriteNumberValue(row.Conversation);
            json.WriteNumberValue(row.Sender);
            json.WriteNumberValue(row.Count);
        }));
        unread.ExecuteNonQuery();
    }

    /// <summary>Those of the uploads that their owner may still put into a message.</summary>
    public HashSet<long> FreeUploads(IEnumerable<long> ids, long owner)
    {
        Set(free, JsonSerializer.Serialize(ids), owner);
        var found = new HashSet<long>();
        using var reader = free.ExecuteReader();
        while (reader.Read())
            found.Add(reader.GetInt64(0));
        return found;
    }

    public void Claim(UploadClaim upload, long conversation, long seq)
    {
        Set(claim, conversation, seq, upload.Name, upload.Id);
        claim.ExecuteNonQuery();
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

    /// <summary>Rows as a JSON array of arrays, the form in which one statement takes many.</summary>
    private static string Rows<T>(IEnumerable<T> rows, Action<Utf8JsonWriter, T> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var row in rows)
            {
                json.WriteStartArray();
                write(json, row);
                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static Message ReadMessage(SqliteDataReader row) => new()
    {
        Id = row.GetInt64(0),
        ConversationId = row.GetInt64(1),
        Seq = row.GetInt64(2),
        RecipientId = row.IsDBNull(3) ? null : row.GetInt64(3),
        Type = Enum.Parse<MessageType>(row.GetString(4)),
        Body = row.GetString(5),
        ReplyToId = row.IsDBNull(6) ? null : row.GetInt64(6),
        SentAt = Microseconds.ToTime(row.GetInt64(7)),
        EditedAt = row.IsDBNull(8) ? null : Microseconds.ToTime(row.GetInt64(8)),
        ReadAt = row.IsDBNull(9) ? null : Microseconds.ToTime(row.GetInt64(9)),
        SenderId = row.GetInt64(10),
        ClientMessageId = row.GetString(11),
        AuthorId = row.IsDBNull(12) ? null : row.GetInt64(12),
        Attachments = row.IsDBNull(13) ? null : Attachment.Read(row.GetString(13)),
        IsRedacted = row.GetBoolean(14),
        ContentDigest = row.IsDBNull(15) ? null : row.GetInt64(15),
    };

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
