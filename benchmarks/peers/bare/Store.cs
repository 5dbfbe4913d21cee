using System.Globalization;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Stoa.Bare;

/// <summary>SQLite with the pragmas of the real server: what waits is inserted in one transaction, which is synced before anybody is answered.</summary>
internal sealed class Store : IAsyncDisposable
{
    private const int MostAtOnce = 64;
    private readonly string connectionString;
    private readonly Channel<Waiting> waiting = Channel.CreateUnbounded<Waiting>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task writing;
    private readonly SqliteConnection writer;
    private readonly ThreadLocal<SqliteConnection> reader;

    public Store(string file)
    {
        connectionString = new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString;
        writer = Open();
        Execute(
            """
            CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE, email TEXT NOT NULL UNIQUE);
            CREATE TABLE messages (id INTEGER PRIMARY KEY, sender_id INTEGER NOT NULL REFERENCES users, recipient_id INTEGER NOT NULL REFERENCES users,
                content TEXT NOT NULL, is_read INTEGER NOT NULL DEFAULT 0, conversation_id TEXT NOT NULL, created_at INTEGER NOT NULL);
            CREATE INDEX messages_received ON messages (recipient_id, id);
            CREATE INDEX messages_unread ON messages (recipient_id) WHERE is_read = 0;
            """);
        reader = new ThreadLocal<SqliteConnection>(Open);
        writing = Task.Run(WriteAsync);
    }

    public long Register(string username, string email)
    {
        lock (writer)
        {
            using var command = Command(writer, "INSERT INTO users (username, email) VALUES ($1, $2) RETURNING id", username, email);
            return (long)command.ExecuteScalar()!;
        }
    }

    /// <summary>Ends when the message is durable.</summary>
    public Task<Message> SendAsync(long from, long to, string content)
    {
        var mine = new Waiting(from, to, content);
        waiting.Writer.TryWrite(mine);
        return mine.Done.Task;
    }

    public List<Message> Received(long id, int limit)
    {
        using var command = Command(
            reader.Value!, "SELECT id, sender_id, content, is_read, conversation_id, created_at FROM messages WHERE recipient_id = $1 ORDER BY id DESC LIMIT $2", id, limit);
        using var rows = command.ExecuteReader();
        var messages = new List<Message>(limit);
        while (rows.Read())
        {
            var at = new DateTimeOffset(rows.GetInt64(5), TimeSpan.Zero);
            messages.Add(new Message(rows.GetInt64(0), rows.GetInt64(1), id, rows.GetString(2), rows.GetBoolean(3), rows.GetString(4), at, at));
        }

        messages.Reverse();
        return messages;
    }

    public long Unread(long id)
    {
        using var command = Command(reader.Value!, "SELECT count(*) FROM messages WHERE recipient_id = $1 AND is_read = 0", id);
        return (long)command.ExecuteScalar()!;
    }

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.Complete();
        await writing;
        await writer.DisposeAsync();
    }

    private async Task WriteAsync()
    {
        using var insert = Command(
            writer, "INSERT INTO messages (sender_id, recipient_id, content, conversation_id, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id", 0L, 0L, "", "", 0L);
        var batch = new List<(Waiting Waiting, Message Message)>(MostAtOnce);
        while (await waiting.Reader.WaitToReadAsync())
        {
            lock (writer)
            {
                using var transaction = writer.BeginTransaction();
                insert.Transaction = transaction;
                while (batch.Count < MostAtOnce && waiting.Reader.TryRead(out var next))
                    batch.Add((next, Insert(insert, next)));
                transaction.Commit();
            }

            foreach (var (one, message) in batch)
                one.Done.SetResult(message);
            batch.Clear();
        }
    }

    private static Message Insert(SqliteCommand insert, Waiting next)
    {
        var now = DateTimeOffset.UtcNow;
        var name = string.Create(CultureInfo.InvariantCulture, $"conv_{Math.Min(next.From, next.To)}_{Math.Max(next.From, next.To)}");
        object[] values = [next.From, next.To, next.Content, name, now.Ticks];
        for (var i = 0; i < values.Length; i++)
            insert.Parameters[i].Value = values[i];
        return new Message((long)insert.ExecuteScalar()!, next.From, next.To, next.Content, false, name, now, now);
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 10000;";
        command.ExecuteNonQuery();
        return connection;
    }

    private void Execute(string sql)
    {
        using var command = Command(writer, sql);
        command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text is a constant of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue($"${i + 1}", values[i]);
        return command;
    }

    private sealed record Waiting(long From, long To, string Content)
    {
        public TaskCompletionSource<Message> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
