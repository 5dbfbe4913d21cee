using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Conversations;
using Stoa.Core.Data;

namespace Stoa.Load.Servers;

/// <summary>An empty database of one product, for one server or one floor; dropped at the end.</summary>
public sealed class BenchDatabase : IAsyncDisposable
{
    private readonly PrivatePostgres? postgres;

    private BenchDatabase(string url, string folder, DatabaseTarget target, PrivatePostgres? postgres)
    {
        this.postgres = postgres;
        (Url, Folder, Target) = (url, folder, target);
    }

    /// <summary>As the server's setting wants it.</summary>
    public string Url { get; }

    /// <summary>For what lies beside it: the server's key and log files.</summary>
    public string Folder { get; }

    public DatabaseTarget Target { get; }

    /// <summary>CPU seconds spent by the database in processes of its own; zero on SQLite.</summary>
    public double CpuSeconds => postgres?.CpuSeconds ?? 0;

    /// <param name="postgres">Where to make it; null: SQLite.</param>
    public static async Task<BenchDatabase> NewAsync(WorkFolder work, PrivatePostgres? postgres)
    {
        var folder = work.New("data");
        var url = postgres is not null ? await postgres.NewDatabaseAsync() : $"Data Source={Path.Combine(folder, "stoa.db")}";
        return new BenchDatabase(url, folder, new DatabaseTarget(postgres is null ? DatabaseKind.Sqlite : DatabaseKind.Postgres, url), postgres);
    }

    /// <summary>Applies the real migrations.</summary>
    public async Task MigrateAsync()
    {
        await using var db = StoaDbServices.Open(Target);
        await db.Database.MigrateAsync();
    }

    /// <summary>Puts accounts and conversations of two there without a server; returns them as (conversation, one, other).</summary>
    public async Task<List<(long Conversation, long One, long Other)>> AddPairsAsync(int pairs)
    {
        await using var db = StoaDbServices.Open(Target);
        var now = DateTimeOffset.UtcNow;
        var users = Enumerable.Range(0, pairs * 2).Select(i => User.Register($"floor-{i}", $"floor-{i}@example.org", "-", now)).ToList();
        db.Users.AddRange(users);
        await db.SaveChangesAsync();
        var conversations = users.Chunk(2).Select(two => Conversation.Direct(two[0].Id, two[1].Id, null, now)).ToList();
        db.Conversations.AddRange(conversations);
        await db.SaveChangesAsync();
        return [.. conversations.Select(static c => (c.Id, c.Participants[0].UserId, c.Participants[1].UserId))];
    }

    /// <summary>Puts a group conversation there; no door opens groups yet.</summary>
    public async Task<long> AddGroupAsync(IEnumerable<long> members)
    {
        await using var db = StoaDbServices.Open(Target);
        var now = DateTimeOffset.UtcNow;
        var all = members.ToList();
        var group = new Conversation { Kind = ConversationKind.Group, CreatedBy = all[0], CreatedAt = now, UpdatedAt = now };
        group.Participants.AddRange(all.Select(id => new Participant { UserId = id, JoinedAt = now }));
        db.Conversations.Add(group);
        await db.SaveChangesAsync();
        return group.Id;
    }

    /// <summary>Appends unread messages to conversations of two, past the server: all from the one who opened it. Half a minute per million.</summary>
    public async Task AddMessagesAsync(IReadOnlyList<long> conversations, int each)
    {
        await using var db = StoaDbServices.Open(Target);
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(30));
        var (numbers, now) = Target.Kind == DatabaseKind.Sqlite
            ? ("WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {0}) SELECT i FROM s", "unixepoch() * 1000000")
            : ("SELECT generate_series(1, {0}) AS i", "now()");
        var no = Target.Kind == DatabaseKind.Sqlite ? "0" : "false";
        foreach (var conversation in conversations)
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
#pragma warning disable EF1003 // Constants of this method; the values are parameters.
            await db.Database.ExecuteSqlRawAsync(
                $"INSERT INTO messages (conversation_id, seq, sender_id, recipient_id, type, body, sent_at, hidden_from_sender, hidden_from_recipient, is_redacted) " +
                $"SELECT c.id, c.last_seq + n.i, c.created_by, p.user_id, 'Text', 'A message of the usual length for a chat, number ' || n.i || ', with some words that say nothing', {now}, {no}, {no}, {no} " +
                $"FROM conversations c JOIN participants p ON p.conversation_id = c.id AND p.user_id <> c.created_by CROSS JOIN ({numbers}) AS n WHERE c.id = {{1}}",
                each, conversation);
#pragma warning restore EF1003
            await db.Database.ExecuteSqlAsync($"UPDATE participants SET unread_count = unread_count + {each} WHERE conversation_id = {conversation} AND user_id <> (SELECT created_by FROM conversations WHERE id = {conversation})");
            await db.Database.ExecuteSqlAsync($"UPDATE conversations SET last_seq = last_seq + {each} WHERE id = {conversation}");
            await transaction.CommitAsync();
        }
    }

    /// <summary>Lets the database learn what it holds, as it would have by itself after a while.</summary>
    public async Task AnalyzeAsync()
    {
        await using var db = StoaDbServices.Open(Target);
        await db.Database.ExecuteSqlAsync($"ANALYZE");
    }

    public async ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        Npgsql.NpgsqlConnection.ClearAllPools();
        if (postgres is not null)
            await postgres.DropAsync(Url);
        Directory.Delete(Folder, recursive: true);
    }
}
