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

    public async ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        Npgsql.NpgsqlConnection.ClearAllPools();
        if (postgres is not null)
            await postgres.DropAsync(Url);
        Directory.Delete(Folder, recursive: true);
    }
}
