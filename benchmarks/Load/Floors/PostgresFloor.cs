using Npgsql;
using NpgsqlTypes;
using Stoa.Load.Clients;

namespace Stoa.Load.Floors;

/// <summary>Npgsql alone: one prepared <c>INSERT … SELECT FROM unnest</c> per batch, which is a transaction by itself.</summary>
public sealed class PostgresFloor : Floor
{
    private readonly string connection;

    /// <param name="connection">Of a migrated database.</param>
    /// <param name="writers">Connections that write at the same time.</param>
    public PostgresFloor(string connection, int writers)
    {
        this.connection = connection;
        Start(writers);
    }

    protected override FloorConnection Open() => new Connection(connection);

    private sealed class Connection : FloorConnection
    {
        private static readonly NpgsqlDbType[] Types =
        [
            NpgsqlDbType.Bigint, NpgsqlDbType.Bigint, NpgsqlDbType.Bigint, NpgsqlDbType.Bigint, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.TimestampTz,
        ];

        private readonly NpgsqlConnection connection;
        private readonly NpgsqlCommand insert;

        public Connection(string text)
        {
            connection = new NpgsqlConnection(text);
            connection.Open();
            insert = new NpgsqlCommand(
                "INSERT INTO messages (conversation_id, seq, sender_id, recipient_id, type, body, client_message_id, sent_at, hidden_from_sender, hidden_from_recipient, is_redacted) " +
                "SELECT c, n, s, r, 'Text', b, k, t, false, false, false FROM unnest($1, $2, $3, $4, $5, $6, $7) v(c, n, s, r, b, k, t)",
                connection);
            foreach (var type in Types)
                insert.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | type });
            insert.Prepare();
        }

        public override void Commit(IReadOnlyList<FloorRow> rows)
        {
            var now = DateTime.UtcNow;
            var values = insert.Parameters;
            values[0].Value = rows.Select(static r => r.ConversationId).ToArray();
            values[1].Value = rows.Select(static r => r.Seq).ToArray();
            values[2].Value = rows.Select(static r => r.SenderId).ToArray();
            values[3].Value = rows.Select(static r => r.RecipientId).ToArray();
            values[4].Value = rows.Select(static _ => MessageTemplate.Body).ToArray();
            values[5].Value = rows.Select(static r => r.ClientId).ToArray();
            values[6].Value = rows.Select(_ => now).ToArray();
            insert.ExecuteNonQuery();
        }

        public override void Dispose() => connection.Dispose();
    }
}
