using Npgsql;
using Stoa.Core.Data;

namespace Stoa.TestSupport;

/// <summary>Databases of <see cref="StoaServer"/> on the PostgreSQL server that <c>./test</c> starts.</summary>
internal static class PostgresDatabase
{
    private static readonly Lock Guard = new();
    private static Task dropping = Task.CompletedTask;

    private static string Server => EachDatabaseAttribute.Postgres ?? throw new InvalidOperationException($"{EachDatabaseAttribute.Variable} is not set");

    /// <summary>Makes an empty database; returns its connection string.</summary>
    public static string New()
    {
        var name = $"stoa_{Guid.NewGuid():N}";
        using var connection = new NpgsqlConnection($"{Server};Database=postgres;Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"CREATE DATABASE {name}";
        command.ExecuteNonQuery();
        return $"{Server};Database={name};Maximum Pool Size=20";
    }

    /// <summary>Closes the idle connections to a database: their pool would keep them for minutes, and the tests share one server.</summary>
    public static void Leave(string url)
    {
        // As the server reads it: a pool belongs to the letters of its connection string.
        using var connection = new NpgsqlConnection(DatabaseUrl.Read(url, "stoa").Connection);
        NpgsqlConnection.ClearPool(connection);
    }

    /// <summary>Drops a database that <see cref="New"/> made, one after the other and behind the tests: it takes a checkpoint, for which no test should wait.</summary>
    public static void Drop(string url)
    {
        var name = new NpgsqlConnectionStringBuilder(url).Database!;
        lock (Guard)
            dropping = DropAfterAsync(dropping, name);
    }

    /// <summary>Ends when everything is dropped.</summary>
    public static Task DroppedAsync()
    {
        lock (Guard)
            return dropping;
    }

    private static async Task DropAfterAsync(Task others, string name)
    {
        await others.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await using var connection = new NpgsqlConnection($"{Server};Database=postgres;Pooling=false");
            await connection.OpenAsync();
            await using var drop = connection.CreateCommand();
            drop.CommandText = $"DROP DATABASE IF EXISTS {name} WITH (FORCE)";
            await drop.ExecuteNonQueryAsync();
        }
#pragma warning disable CA1031 // What lies about disturbs nobody: no test fails because of it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await Console.Error.WriteLineAsync($"could not drop {name}: {e.Message}");
        }
    }
}
