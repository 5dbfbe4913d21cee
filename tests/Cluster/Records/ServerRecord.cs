using System.Data.Common;
using Cluster.Clients;
using Microsoft.Data.Sqlite;
using Npgsql;
using Stoa.Core.Data;
using Xunit;

namespace Cluster.Records;

public sealed record MessageRow(long Id, long ConversationId, long Seq, long SenderId, long? RecipientId, string Body, string? ClientId, bool IsRead);

public sealed record ConversationRow(long Id, string Kind, long LastSeq);

public sealed record ParticipantRow(long ConversationId, long UserId, long UnreadCount, long LastReadSeq, bool HasLeft);

/// <summary>Everything the database holds about conversations, read by the plain driver past all code of the server.</summary>
public sealed record ServerRecord(IReadOnlyList<MessageRow> Messages, IReadOnlyList<ConversationRow> Conversations, IReadOnlyList<ParticipantRow> Participants)
{
    public static async Task<ServerRecord> ReadAsync(DatabaseTarget target)
    {
        await using var connection = await OpenAsync(target);
        return new ServerRecord(
            await RowsAsync(
                connection,
                "SELECT id, conversation_id, seq, sender_id, recipient_id, body, client_message_id, read_at FROM messages ORDER BY conversation_id, seq, id",
                static r => new MessageRow(
                    r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3), r.IsDBNull(4) ? null : r.GetInt64(4), r.GetString(5), r.IsDBNull(6) ? null : r.GetString(6), !r.IsDBNull(7))),
            await RowsAsync(
                connection, "SELECT id, kind, last_seq FROM conversations ORDER BY id", static r => new ConversationRow(r.GetInt64(0), r.GetString(1), r.GetInt64(2))),
            await RowsAsync(
                connection,
                "SELECT conversation_id, user_id, unread_count, last_read_seq, left_at FROM participants ORDER BY conversation_id, user_id",
                static r => new ParticipantRow(r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3), !r.IsDBNull(4))));
    }

    /// <summary>How many rows the outbox holds.</summary>
    public static async Task<long> CountOutboxAsync(DatabaseTarget target)
    {
        await using var connection = await OpenAsync(target);
        return (await RowsAsync(connection, "SELECT count(*) FROM outbox_events", static r => r.GetInt64(0)))[0];
    }

    /// <summary>Numbers are 1..n in every conversation, and its last number says so.</summary>
    public void HasNoGaps()
    {
        var numbers = Messages.GroupBy(static m => m.ConversationId).ToDictionary(static g => g.Key, static g => g.Select(static m => m.Seq).ToList());
        foreach (var conversation in Conversations)
        {
            var found = numbers.GetValueOrDefault(conversation.Id, []);
            Assert.True(
                found.Select(static (seq, i) => seq == i + 1).All(static right => right) && found.Count == conversation.LastSeq,
                $"Conversation {conversation.Id} holds {found.Count} messages, last_seq {conversation.LastSeq}; first number out of place: " +
                $"{found.Select(static (seq, i) => (seq, i)).FirstOrDefault(static x => x.seq != x.i + 1)}");
        }
    }

    /// <summary>Every unread count is what a recount gives, and nobody has read what is not there.</summary>
    public void CountsUnreadRightly()
    {
        var kinds = Conversations.ToDictionary(static c => c.Id);
        var messages = Messages.ToLookup(static m => m.ConversationId);
        Assert.Equal(Participants.Count, Participants.DistinctBy(static p => (p.ConversationId, p.UserId)).Count());
        foreach (var one in Participants)
        {
            var unread = kinds[one.ConversationId].Kind == "Direct"
                ? messages[one.ConversationId].Count(m => m.RecipientId == one.UserId && !m.IsRead)
                : messages[one.ConversationId].Count(m => m.SenderId != one.UserId && m.Seq > one.LastReadSeq);
            Assert.True(one.UnreadCount == unread, $"{one} should have {unread} unread.");
            Assert.InRange(one.LastReadSeq, 0, kinds[one.ConversationId].LastSeq);
            Assert.False(one.HasLeft);
        }
    }

    /// <summary>What was acknowledged is there once, as acknowledged; what was not, at most once.</summary>
    public void Holds(Ledger ledger)
    {
        var byId = Messages.ToDictionary(static m => m.Id);
        var byBody = Messages.ToLookup(static m => m.Body);
        foreach (var message in ledger.Acknowledged)
        {
            Assert.True(byId.TryGetValue(message.Id, out var row), $"Acknowledged and lost: {message}");
            Assert.Equal(message, new Acknowledged(row.ConversationId, row.Seq, row.Id, row.Body, row.ClientId));
            Assert.True(byBody[message.Body].Count() == 1, $"Stored {byBody[message.Body].Count()} times: {message}");
        }

        Assert.All(ledger.Unanswered, body => Assert.InRange(byBody[body].Count(), 0, 1));
        Assert.Equal(ledger.Acknowledged.Count, ledger.Acknowledged.DistinctBy(static m => m.Id).Count());
    }

    private static async Task<DbConnection> OpenAsync(DatabaseTarget target)
    {
        DbConnection connection = target.Kind == DatabaseKind.Sqlite
            ? new SqliteConnection($"{target.Connection};Pooling=false;Default Timeout=30")
            : new NpgsqlConnection($"{target.Connection};Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    private static async Task<List<T>> RowsAsync<T>(DbConnection connection, string sql, Func<DbDataReader, T> read)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            rows.Add(read(reader));
        return rows;
    }
}
