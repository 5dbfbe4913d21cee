using Stoa.Core.Data;
using Stoa.TestSupport;

namespace Cluster.Processes;

/// <summary>An empty database that outlives the servers on it, with a folder beside it.</summary>
public sealed class ServerDatabase : IDisposable
{
    public ServerDatabase(Database product)
    {
        Url = product == Database.Sqlite ? $"Data Source={Path.Combine(Folder, "stoa.db")}" : PostgresDatabase.New();
        Target = new DatabaseTarget(product == Database.Sqlite ? DatabaseKind.Sqlite : DatabaseKind.Postgres, Url);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("stoa-cluster-").FullName;

    public string Url { get; }

    public DatabaseTarget Target { get; }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Npgsql.NpgsqlConnection.ClearAllPools();
        Directory.Delete(Folder, recursive: true);
    }
}
