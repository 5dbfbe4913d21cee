using Microsoft.Data.Sqlite;
using Stoa.Core.Data;
using Stoa.Load.Clients;

namespace Stoa.Load.Floors;

/// <summary>Microsoft.Data.Sqlite alone: WAL, synchronous=FULL, one prepared INSERT.</summary>
public sealed class SqliteFloor : Floor
{
    private readonly string connection;

    /// <param name="connection">Of a migrated database.</param>
    public SqliteFloor(string connection)
    {
        this.connection = connection;
        Start(writers: 1);
    }

    protected override FloorConnection Open() => new Connection(connection);

    private sealed class Connection : FloorConnection
    {
        private readonly SqliteConnection connection;
        private readonly SqliteCommand begin;
        private readonly SqliteCommand commit;
        private readonly SqliteCommand insert;

        public Connection(string text)
        {
            connection = new SqliteConnection(text);
            connection.Open();

            // The same pragmas as the server's connections: durability and cache are part of the price.
            Command(SqlitePragmas.Sql).ExecuteNonQuery();
            begin = Command("BEGIN IMMEDIATE");
            commit = Command("COMMIT");
            insert = Command(
                "INSERT INTO messages (conversation_id, seq, sender_id, recipient_id, type, body, client_message_id, sent_at, hidden_from_sender, hidden_from_recipient, is_redacted) " +
                "VALUES ($conversation, $seq, $sender, $recipient, 'Text', $body, $client, $at, 0, 0, 0)");
            foreach (var name in (string[])["$conversation", "$seq", "$sender", "$recipient", "$body", "$client", "$at"])
                insert.Parameters.Add(new SqliteParameter { ParameterName = name });
            insert.Prepare();
        }

        public override void Commit(IReadOnlyList<FloorRow> rows)
        {
            var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000;
            var values = insert.Parameters;
            begin.ExecuteNonQuery();
            foreach (var row in rows)
            {
                values[0].Value = row.ConversationId;
                values[1].Value = row.Seq;
                values[2].Value = row.SenderId;
                values[3].Value = row.RecipientId;
                values[4].Value = MessageTemplate.Body;
                values[5].Value = row.ClientId;
                values[6].Value = now;
                insert.ExecuteNonQuery();
            }

            commit.ExecuteNonQuery();
        }

        public override void Dispose() => connection.Dispose();

        private SqliteCommand Command(string sql)
        {
            var command = connection.CreateCommand();
            command.CommandText = sql;
            return command;
        }
    }
}
