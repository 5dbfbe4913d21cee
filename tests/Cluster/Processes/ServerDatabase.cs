using Microsoft.Data.Sqlite;
using Npgsql;
using Stoa.Core.Data;
using Stoa.TestSupport;

namespace Cluster.Processes;

/// <summary>A database that outlives the servers on it, and a folder for what each of them keeps beside it.</summary>
public sealed class ServerDatabase(Database product) : IAsyncDisposable
{
    private readonly FreshDatabase fresh = new(product);

    public string Folder { get; } = Directory.CreateTempSubdirectory("stoa-cluster-").FullName;

    public DatabaseTarget Target => fresh.Target;

    /// <summary>How many databases a restore has put aside; on PostgreSQL they are removed here.</summary>
    public async Task<int> TakeAwayPutAsideAsync()
    {
        if (product == Database.Sqlite)
        {
            var file = new SqliteConnectionStringBuilder(Target.Connection).DataSource;
            return Directory.GetFiles(Path.GetDirectoryName(file)!, Path.GetFileName(file) + "_before_*").Length;
        }

        var target = new NpgsqlConnectionStringBuilder(Target.Connection);
        await using var server = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Target.Connection) { Database = "postgres", Pooling = false }.ConnectionString);
        await using var find = server.CreateCommand("SELECT datname FROM pg_database WHERE starts_with(datname, $1)");
        find.Parameters.Add(new NpgsqlParameter { Value = target.Database + "_before_" });
        var names = new List<string>();
        await using (var reader = await find.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                names.Add(reader.GetString(0));
        }

        foreach (var name in names)
        {
            await using var drop = server.CreateCommand($"DROP DATABASE \"{name}\"");
            await drop.ExecuteNonQueryAsync();
        }

        return names.Count;
    }

    public async ValueTask DisposeAsync()
    {
        await fresh.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
