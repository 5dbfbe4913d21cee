using Microsoft.Data.Sqlite;
using Npgsql;
using Stoa.Core.Data;

namespace Stoa.TestSupport;

/// <summary>A database of one test's own: not there yet (the first migration makes it), gone afterwards.</summary>
public sealed class FreshDatabase : IAsyncDisposable
{
    private readonly string? folder;

    public FreshDatabase(Database kind)
    {
        var name = $"stoa_{Guid.NewGuid():N}";
        if (kind == Database.Sqlite)
        {
            folder = Path.Combine(Path.GetTempPath(), name);
            Target = DatabaseUrl.File(Path.Combine(folder, "stoa.db"));
        }
        else
        {
            Target = DatabaseUrl.Read(new NpgsqlConnectionStringBuilder(EachDatabaseAttribute.Postgres) { Database = name }.ConnectionString, name);
        }
    }

    public DatabaseTarget Target { get; }

    public async ValueTask DisposeAsync()
    {
        if (folder is not null)
        {
            using (var connection = new SqliteConnection(Target.Connection))
                SqliteConnection.ClearPool(connection);
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            return;
        }

        using (var connection = new NpgsqlConnection(Target.Connection))
            NpgsqlConnection.ClearPool(connection);
        await using var server = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Target.Connection) { Database = "postgres" }.ConnectionString);
        await server.OpenAsync();
        await using var drop = server.CreateCommand();
        drop.CommandText = $"DROP DATABASE IF EXISTS \"{new NpgsqlConnectionStringBuilder(Target.Connection).Database}\" WITH (FORCE)";
        await drop.ExecuteNonQueryAsync();
    }
}
